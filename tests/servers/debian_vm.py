"""Debian 12 with systemd as a disk for QEMU: made of the root folder that the guest in name spaces has."""

import fcntl
import hashlib
import subprocess
from pathlib import Path

import pytest

from tests.servers.debian import debian_root, skip_where_impossible
from tests.servers.tiny_vm import TinyImage

SCRIPT = Path(__file__).with_name("debian_vm.sh")


def debian_disk(tiny: TinyImage) -> dict[str, object]:
    """What ``guest:`` says to boot it; the disk is made where there is none yet (20 s, besides the root folder).

    Args:
        tiny: whose kernel and key it has.
    """
    skip_where_impossible()
    root = debian_root()
    digest = hashlib.sha256(SCRIPT.read_bytes() + tiny.key.read_bytes()).hexdigest()[:12]
    disk = root.with_name(f"{root.name}-vm-{digest}.ext4")
    with (root.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not disk.exists() or disk.stat().st_ctime < root.stat().st_ctime:
            command = ["sh", str(SCRIPT), str(root), f"{tiny.key}.pub", str(disk)]
            made = subprocess.run(command, capture_output=True, text=True)
            if made.returncode != 0:
                pytest.skip(f"the Debian disk cannot be made: {made.stderr[-500:]}")
    more = {"image": str(disk), "initrd": str(tiny.disk_initrd), "memory": "512M", "vcpus": 2, "boot_timeout": 240}
    return tiny.settings(**more)
