"""SmolVM under software emulation, with state of its own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from smolrun.guests.instances.folder import InstanceFolder
from smolrun.guests.smolvm.settings import SmolVMSettings
from tests.servers.tiny_vm import TinyImage

# SmolVM asks QEMU for KVM, which test machines rarely have: the same command line, without it.
_EMULATED = """#!/bin/sh
count=$#
while [ "$count" -gt 0 ]; do
    argument=$1
    shift
    case $argument in
        *accel=kvm*) argument=$(printf %s "$argument" | sed 's/accel=kvm/accel=tcg/') ;;
        host | host,*) argument=max ;;
    esac
    set -- "$@" "$argument"
    count=$((count - 1))
done
exec {qemu} "$@"
"""


@pytest.fixture
def settings(
    tiny: TinyImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instances: InstanceFolder
) -> SmolVMSettings:
    pytest.importorskip("smolvm", reason="an optional package, installed by .ci/full")
    shim = tmp_path / "bin" / "qemu-system-x86_64"
    shim.parent.mkdir()
    shim.write_text(_EMULATED.replace("{qemu}", shutil.which("qemu-system-x86_64") or ""))
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("SMOLVM_DATA_DIR", str(tmp_path / "smolvm"))
    disk = tmp_path / "disk.ext4"
    disk.touch()
    os.truncate(disk, 16 * 1024 * 1024)
    subprocess.run(["/sbin/mke2fs", "-qFt", "ext4", str(disk)], check=True)
    return SmolVMSettings(
        provider="smolvm", image=str(disk), kernel=tiny.kernel, initrd=tiny.initrd, key=tiny.key,
        boot_args="console=ttyS0 quiet panic=-1 mitigations=off", backend="qemu", machine="q35",
    )  # fmt: skip
