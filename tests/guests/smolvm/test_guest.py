"""Real microVMs of SmolVM, under software emulation."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from smolrun import SSHClient
from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.guests.instances.folder import InstanceFolder
from smolrun.guests.smolvm import library as smolvm_library
from smolrun.guests.smolvm.library import Library
from smolrun.guests.smolvm.provider import PROVIDER
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


@pytest.mark.slow
def test_one_is_made_reached_and_deleted(settings: SmolVMSettings, instances: InstanceFolder) -> None:
    guest = PROVIDER.make("box", settings, instances)
    variables = guest.start(Deadline.after(100))
    try:
        (instance,) = instances.all()
        vm_id = instance.record.details["vm_id"]
        assert Library().exists(vm_id)
        assert variables["ansible_host"] != "10.0.2.15"
        with SSHClient(
            variables["ansible_host"], "root", variables["ansible_port"], settings.key,
            host_key=variables["ansible_host_key"],
        ) as client:  # fmt: skip
            assert client.run("cat /proc/sys/kernel/hostname", shell="raw").output == "tiny"
    finally:
        guest.stop()
    assert not Library().exists(vm_id)
    assert instances.all() == []


@pytest.mark.slow
def test_one_that_is_there_is_reached_and_left_as_it_is(settings: SmolVMSettings, instances: InstanceFolder) -> None:
    made = PROVIDER.make("box", settings, instances)
    made.start(Deadline.after(100))
    try:
        (instance,) = instances.all()
        vm_id = instance.record.details["vm_id"]
        known = SmolVMSettings(provider="smolvm", name=vm_id, key=settings.key)
        reached = PROVIDER.make("again", known, instances)
        variables = reached.start(Deadline.after(60))
        assert variables["ansible_port"] == instance.record.variables["ansible_port"]
        reached.stop()
        assert Library().exists(vm_id)
    finally:
        made.stop()


@pytest.mark.slow
def test_another_process_takes_away_what_was_left_behind(settings: SmolVMSettings, instances: InstanceFolder) -> None:
    guest = PROVIDER.make("box", settings, instances)
    guest.start(Deadline.after(100))
    (instance,) = instances.all()
    PROVIDER.destroy(instance)
    assert not any(process.is_alive() for process in instance.record.processes)
    assert not Library().exists(instance.record.details["vm_id"])
    assert instances.all() == []


def test_without_the_package_it_says_how_to_get_it(instances: InstanceFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(f"no module named {name}")

    monkeypatch.setattr(smolvm_library, "import_module", missing)
    with pytest.raises(SmolVMError) as caught:
        PROVIDER.make("box", SmolVMSettings(provider="smolvm"), instances).start(Deadline.after(5))
    assert caught.value.hint == "install it with: pip install 'smolrun[smolvm]'"
    assert instances.all() == []
