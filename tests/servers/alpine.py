"""A guest laid out like Alpine: BusyBox, Dropbear and OpenRC, which Debian packages too; there is no apk to be had."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.servers.dropbear import BusyBoxGuest, copy_libraries

PACKAGES = ("openrc", "librc1", "libeinfo1")
STATES = ("daemons", "exclusive", "failed", "hotplugged", "inactive", "init.d", "options", "scheduled", "started",
          "starting", "stopping", "tmp", "wasinactive")  # fmt: skip
RELEASE = """NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.20.3
PRETTY_NAME="Alpine Linux v3.20"
"""
SERVICE = r"""#!/sbin/openrc-run
description="A service that sleeps"
start() { sleep 1000 </dev/null >/dev/null 2>&1 & echo $! >/run/sleeper.pid; }
stop() { kill "$(cat /run/sleeper.pid)"; rm -f /run/sleeper.pid; }
reload() { echo reloaded >>/run/sleeper.log; }
extra_started_commands="reload"
"""


class AlpineGuest(BusyBoxGuest):
    """Root's login; ``rc-service`` and ``rc-update`` are the real ones."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        unpacked = openrc()
        for part in ("sbin", "bin"):
            for program in (unpacked / part).iterdir():
                shutil.copy2(program, self.root / "bin")
        for part in ("lib/rc", "etc"):
            shutil.copytree(unpacked / part, self.root / part, symlinks=True, dirs_exist_ok=True)
        libraries = unpacked / "lib/x86_64-linux-gnu"
        shutil.copytree(libraries, self.root / "lib/x86_64-linux-gnu", symlinks=True, dirs_exist_ok=True)
        for name in ("openrc-run", "rc-service"):
            copy_libraries(unpacked / "sbin" / name, self.root, {"LD_LIBRARY_PATH": str(libraries)})
        for state in STATES:  # as the start of the guest leaves them
            (self.root / "run/openrc" / state).mkdir(parents=True)
        (self.root / "run/openrc/softlevel").write_text("default\n")
        (self.root / "etc/insserv.conf").touch()  # Debian's OpenRC asks for it
        (self.root / "etc/alpine-release").write_text("3.20.3\n")
        (self.root / "etc/os-release").write_text(RELEASE)
        (self.root / "etc/runlevels/default").mkdir(parents=True, exist_ok=True)
        (self.root / "var/spool/cron/crontabs").mkdir(parents=True, exist_ok=True)
        script = self.root / "etc/init.d/sleeper"
        script.write_text(SERVICE)
        script.chmod(0o755)


def openrc() -> Path:
    """The unpacked packages, fetched once into the user's cache folder; skips where they cannot be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "smolrun-tests" / "openrc"
    if cache.exists():
        return cache
    cache.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache.parent) as folder:
        got = subprocess.run(
            ["apt-get", "download", *PACKAGES], cwd=folder, capture_output=True, text=True, check=False
        )
        if got.returncode != 0:
            pytest.skip(f"OpenRC cannot be got: {got.stderr[-300:]}")
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(package), f"{folder}/unpacked"], check=True)
        Path(f"{folder}/unpacked").rename(cache)
    return cache
