"""A Linux of nothing but BusyBox and Dropbear, for QEMU: built once into the user's cache folder."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.keys import make_key

SCRIPT = Path(__file__).with_name("tiny_vm.sh")
TOOLS = ("qemu-system-x86_64", "busybox", "dropbear", "cpio", "apt-get", "dpkg-deb")


@dataclass(frozen=True, slots=True)
class TinyImage:
    """Attributes:
    key: lets in as root.
    disk_initrd: boots what is on a disk instead.
    """

    kernel: Path
    initrd: Path
    key: Path
    disk_initrd: Path

    def settings(self, **more: object) -> dict[str, object]:
        """What ``guest:`` says to boot it."""
        return {
            "provider": "qemu", "kernel": str(self.kernel), "initrd": str(self.initrd), "key": str(self.key),
            "append": "console=ttyS0 quiet panic=-1 mitigations=off", "memory": "256M", "snapshot": False, **more,
        }  # fmt: skip


def tiny_image() -> TinyImage:
    """The image, built where there is none yet (10 s)."""
    for tool in TOOLS:
        if shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None:
            pytest.skip(f"{tool} is not installed")
    digest = hashlib.sha256(SCRIPT.read_bytes()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "smolrun-tests"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"tiny-{digest}"
    with (cache / "tiny-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes want it at once; one builds
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.new")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make_key(unfinished / "key")
            built = subprocess.run(
                ["sh", str(SCRIPT), str(unfinished), str(unfinished / "key.pub")], capture_output=True, check=False
            )
            if built.returncode != 0:
                pytest.skip(f"the image cannot be built: {built.stderr.decode(errors='replace')[-500:]}")
            unfinished.rename(folder)
    return TinyImage(folder / "vmlinuz", folder / "initrd.gz", folder / "key", folder / "disk.gz")
