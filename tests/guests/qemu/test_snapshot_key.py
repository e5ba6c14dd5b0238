import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from smolrun.guests.qemu.settings import QemuSettings
from smolrun.guests.qemu.snapshot_key import snapshot_key


def key(kernel: Path, *, kvm: bool = False, **settings: Any) -> str | None:
    return snapshot_key(QemuSettings(provider="qemu", kernel=kernel, **settings), kvm=kvm)


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    if shutil.which("qemu-system-x86_64") is None:
        pytest.skip("QEMU is not installed")
    (tmp_path / "kernel").write_bytes(b"kernel")
    return tmp_path / "kernel"


def test_it_is_the_same_only_for_the_same_machine(kernel: Path) -> None:
    before = key(kernel)
    assert before is not None
    assert key(kernel, ports=["8080:80"], boot_timeout=5) == before
    others = [key(kernel, memory="1G"), key(kernel, append="quiet"), key(kernel, kvm=True), key(kernel, user="me")]
    os.utime(kernel, (1, 1))
    assert len({before, key(kernel), *others}) == 6


def test_where_a_file_is_missing_there_is_none(tmp_path: Path, kernel: Path) -> None:
    assert key(tmp_path / "nothing") is None
    assert key(kernel, initrd=tmp_path / "nothing") is None


def test_what_a_disk_stands_on_counts_too(tmp_path: Path, kernel: Path) -> None:
    base, disk = tmp_path / "base.raw", tmp_path / "disk.qcow2"
    base.write_bytes(b"\0" * 65536)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(base), "-F", "raw", str(disk)], check=True)
    before = key(kernel, image=disk)
    assert before == key(kernel, image=disk)
    base.write_bytes(b"\1" * 65536)
    os.utime(base, (1, 1))
    assert key(kernel, image=disk) != before
