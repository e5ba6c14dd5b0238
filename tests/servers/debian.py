"""Debian 12 as a guest, bare or with systemd: built once into the user's cache, each use a throw-away overlay of it."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.servers.endpoint import Endpoint
from tests.servers.keys import KeyPair, make_key
from tests.servers.processes import ServerProcess, free_port

SCRIPT = Path(__file__).with_name("debian_systemd.sh")
TOOLS = ("mmdebstrap", "pasta", "unshare", "setpriv", "mkfs.ext4", "bash")
STALE = 7 * 24 * 3600  # seconds: by then the mirror's packages have moved on from the index inside


def skip_where_impossible(tools: Sequence[str] = TOOLS) -> None:
    """Skip the test where such a guest can neither be built nor run."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")


def debian_root(*, python: bool = False) -> Path:
    """The root folder of the guest, built (which takes about a minute) where there is none or only a stale one.

    Args:
        python: with Python, as ansible-core needs it on its guests.
    """
    return cached_root("python-" if python else "", SCRIPT, {"PYTHON": "1"} if python else {})


def cached_root(flavour: str, script: Path, environment: dict[str, str]) -> Path:
    """What ``SCRIPT build FOLDER`` makes, kept in the user's cache folder for a week."""
    digest = hashlib.sha256(script.read_bytes()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "smolrun-tests"
    cache.mkdir(parents=True, exist_ok=True)
    root = cache / f"debian12-{flavour}{digest}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes want it at once; one builds
        if not root.exists() or time.time() - root.stat().st_ctime > STALE:
            _build(root, script, environment)
    return root


def _build(root: Path, script: Path, environment: dict[str, str]) -> None:
    unfinished = root.with_name(f"{root.name}.new")
    for old in (root, unfinished):
        shutil.rmtree(old, ignore_errors=True)
    built = subprocess.run(
        ["bash", str(script), "build", str(unfinished)], env={**os.environ, **environment}, capture_output=True
    )
    if built.returncode != 0:
        pytest.skip(f"the Debian guest cannot be built: {built.stderr.decode(errors='replace')[-500:]}")
    unfinished.rename(root)


class BareDebian:
    """Debian without anything that runs but sshd: up in a blink; root logs in."""

    script = Path(__file__).with_name("debian_root.sh")
    tools = ("mmdebstrap", "unshare", "setpriv", "bash")

    def __init__(self, folder: Path) -> None:
        skip_where_impossible(self.tools)
        root = cached_root("bare-", self.script, {})
        key = make_key(folder / "login_key")
        self._host_key = _host_key(root)
        port = free_port()
        command = ["sh", str(self.script), "run", str(root), str(port), f"{key.path}.pub"]
        self._process = ServerProcess(command, port, folder / "log")
        self._key = key

    def start(self) -> None:
        self._process.start()

    def stop(self) -> None:
        self._process.stop()

    def endpoint(self) -> Endpoint:
        return Endpoint(
            host="127.0.0.1",
            port=self._process.port,
            user="root",
            key_path=self._key.path,
            host_key=self._host_key,
            log=self._process.log,
            server=self,
        )


class DebianGuest:
    """A booted guest: its own processes, network, host name and files; root and `smol` log in."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.login_key = make_key(folder / "login_key")
        self.host_key = _host_key(root)
        self.process = ServerProcess(
            ["bash", str(SCRIPT), "run", str(root), str(self.port), f"{folder / 'login_key'}.pub"],
            self.port,
            folder / "log",
        )

    def endpoint(self, user: str = "root") -> Endpoint:
        return Endpoint(
            host="127.0.0.1",
            port=self.port,
            user=user,
            key_path=self.login_key.path,
            host_key=self.host_key,
            log=self.process.log,
            server=self,
        )

    def start(self) -> None:
        self.process.start()
        limit = time.monotonic() + 30
        while f"ready {self.port}" not in self.process.log.read_text(errors="replace"):
            if time.monotonic() > limit:
                self.stop()
                raise RuntimeError(f"the guest did not start: {self.process.log.read_text(errors='replace')}")
            time.sleep(0.02)

    def stop(self) -> None:
        self.process.stop()


def _host_key(root: Path) -> KeyPair:
    """The key that ``ssh-keygen -A`` made when openssh-server was installed into the root folder."""
    path = root / "etc/ssh/ssh_host_ed25519_key"
    public = path.with_name(f"{path.name}.pub")
    shown = subprocess.run(["ssh-keygen", "-lf", str(public)], check=True, capture_output=True, text=True).stdout
    return KeyPair(path, " ".join(public.read_text().split()[:2]), shown.split()[1])
