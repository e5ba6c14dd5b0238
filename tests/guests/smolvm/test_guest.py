"""Real microVMs of SmolVM, under software emulation."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from smolrun import SSHClient
from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.guests.instances.folder import InstanceFolder
from smolrun.guests.instances.process import mentioning
from smolrun.guests.smolvm import library as smolvm_library
from smolrun.guests.smolvm.images import described
from smolrun.guests.smolvm.library import Library
from smolrun.guests.smolvm.provider import PROVIDER
from smolrun.guests.smolvm.settings import SmolVMSettings

COMMON = ("backend", "qemu_machine", "ssh_key_path", "data_dir")


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
def test_its_login_shells_know_the_variables_and_its_ports_lead_in(
    settings: SmolVMSettings, instances: InstanceFolder
) -> None:
    more = settings.model_validate({**settings.model_dump(), "env": {"GREETING": "it's 5"}, "ports": ["0:22"]})
    guest = PROVIDER.make("box", more, instances)
    variables = guest.start(Deadline.after(100))
    try:
        with SSHClient(
            variables["ansible_host"], "root", variables["ansible_port"], settings.key,
            host_key=variables["ansible_host_key"],
        ) as client:  # fmt: skip
            assert client.run(". /etc/profile.d/smolvm_env.sh; echo $GREETING", shell="raw").output == "it's 5"
        (forward,) = Library().reach(instances.all()[0].record.details["vm_id"]).info.config.port_forwards
        with socket.create_connection(("127.0.0.1", forward.host_port), timeout=20) as conversation:
            assert conversation.recv(4) == b"SSH-"
        resources = guest.resources
        assert resources.began == "booted"
        assert resources.peak_memory
    finally:
        guest.stop()
    locks = Path(os.environ["SMOLVM_DATA_DIR"]) / "locks"
    assert [*locks.iterdir()] == [], "nothing of SmolVM's either"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_playbook_is_proved_on_one_from_its_boot_to_its_end(
    settings: SmolVMSettings, instances: InstanceFolder, tmp_path: Path
) -> None:
    inventory = {"all": {"hosts": {"box": {"guest": settings.model_dump(mode="json", exclude_unset=True)}}}}
    (tmp_path / "matrix.yml").write_text(json.dumps(inventory))
    playbook = Path(__file__).parents[3] / "playbooks/agent_sandbox.yml"
    command = [sys.executable, "-m", "smolrun", "test", str(playbook), "--matrix", "matrix.yml", "-e", "agent=root"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    recap = ended.stdout.partition("TEST RECAP")[2]
    for phase in ("guest", "converge", "converge again", "check", "verify", "tear-down"):
        assert re.search(rf"box: {phase} +: ok", recap), recap
    assert instances.all() == []
    assert not any(library_vm.vm_id.startswith("smolrun-box") for library_vm in Library().all())


@pytest.mark.slow
def test_what_a_killed_run_has_left_is_removed_whatever_it_was_doing(
    settings: SmolVMSettings, instances: InstanceFolder, tmp_path: Path
) -> None:
    inventory = {"all": {"hosts": {"box": {"guest": settings.model_dump(mode="json", exclude_unset=True)}}}}
    (tmp_path / "hosts.yml").write_text(json.dumps(inventory))
    command = [sys.executable, "-m", "smolrun", "guest", "up", "box", "-i", "hosts.yml"]
    for seconds in (0.7, 1.2, 1.7, 2.5):
        running = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(seconds)
        running.kill()
        running.wait()
        clean = [sys.executable, "-m", "smolrun", "guest", "clean", "--keep-snapshots"]
        assert subprocess.run(clean, check=False, capture_output=True).returncode == 0
        assert instances.all() == []
        assert Library().all() == []
        assert mentioning(str(tmp_path), ("qemu",)) == []


def test_images_of_smolvms_own_are_made_under_our_name_with_processors_and_ports(
    settings: SmolVMSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    published = import_module("smolvm.images.published")
    image = import_module("smolvm.images.manager").LocalImage(
        name="ubuntu", kernel_path=settings.kernel, rootfs_path=settings.image
    )
    monkeypatch.setattr(published, "ensure_published_image", lambda *_, **__: image)  # no downloads in a test
    wanted = SmolVMSettings.model_validate(
        {"provider": "smolvm", "image": "ubuntu", "vcpus": 3, "memory": "256M", "ports": ["0:80"], "backend": "qemu"}
    )
    (tmp_path / "sockets").mkdir()
    vm = Library().create("smolrun-ours", wanted, tmp_path / "sockets")
    try:
        config = vm.info.config
        assert (vm.vm_id, config.vcpu_count, config.memory) == ("smolrun-ours", 3, 256)
        assert [forward.guest_port for forward in config.port_forwards] == [80]
    finally:
        vm.delete()
        vm.close()


def test_a_smolvm_that_lets_nobody_choose_the_name_is_used_all_the_same(
    settings: SmolVMSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    facade = import_module("smolvm.facade")
    monkeypatch.delattr(facade, "_build_auto_config")
    assert described("x", SmolVMSettings(provider="smolvm"), dict.fromkeys(COMMON)) is None
    monkeypatch.setattr(facade, "_build_s3_image_config", lambda image: None)
    assert described("x", SmolVMSettings(provider="smolvm", image="s3://x"), dict.fromkeys(COMMON)) is None


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
