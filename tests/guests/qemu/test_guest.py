"""Real machines: a Linux of BusyBox and Dropbear under QEMU."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smolrun import SSHClient
from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.guests.instances.folder import Instance, InstanceFolder
from smolrun.guests.port import Guest
from smolrun.guests.providers import provider_named
from smolrun.guests.wanted import guest_from
from tests.servers.tiny_vm import TinyImage

Up = Callable[..., Guest]


@pytest.fixture
def tiny_guest(tiny: TinyImage, instances: InstanceFolder) -> Up:
    def make(**more: object) -> Guest:
        settings = tiny.settings(**more)
        return guest_from("tiny", str(settings.pop("provider")), settings).made(instances)

    return make


def test_it_boots_answers_and_leaves_nothing(tiny_guest: Up, instances: InstanceFolder) -> None:
    guest = tiny_guest(ports=["0:7"])
    variables = guest.start(Deadline.after(100))
    try:
        (instance,) = instances.all()
        assert instance.record.variables == variables
        (process,) = instance.record.processes
        assert process.is_alive()
        assert not instance.record.is_abandoned
        with SSHClient(
            variables["ansible_host"], "root", variables["ansible_port"],
            variables["ansible_ssh_private_key_file"], host_key=variables["ansible_host_key"],
        ) as client:  # fmt: skip
            assert client.run("cat /proc/sys/kernel/hostname", shell="raw").output == "tiny"
    finally:
        guest.stop()
    assert not process.is_alive()
    assert instances.all() == []


def test_one_that_is_kept_is_ended_by_another_process(tiny_guest: Up, instances: InstanceFolder) -> None:
    guest = tiny_guest()
    guest.start(Deadline.after(100))
    assert guest.keep()
    guest.stop()
    (instance,) = instances.all()
    assert instance.record.is_kept
    assert instance.record.processes[0].is_alive()
    provider_named("qemu").destroy(instance)
    assert not instance.record.processes[0].is_alive()
    assert instances.all() == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"machine": "abacus"}, "QEMU ended at once.*unsupported machine"),
        ({"initrd": "/nowhere"}, "QEMU ended at once.*/nowhere"),
        ({"append": "console=ttyS0 init=/bin/true rdinit=/bin/true panic=-1", "arguments": ["-no-reboot"]}, "console"),
    ],
)
def test_a_failed_boot_is_told_with_what_was_said_and_leaves_nothing(
    tiny_guest: Up, instances: InstanceFolder, more: dict[str, object], message: str
) -> None:
    with pytest.raises(SmolVMError, match=f"(?s)the guest tiny did not start.*{message}"):
        tiny_guest(**more).start(Deadline.after(60))
    assert instances.all() == []


def test_without_qemu_it_says_what_to_install(tiny_guest: Up, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_: None)
    with pytest.raises(SmolVMError, match="not installed on this machine") as caught:
        tiny_guest().start(Deadline.after(5))
    assert caught.value.hint == "on Debian: apt-get install qemu-system-x86"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_boot_leaves_nothing(
    number: signal.Signals, tiny: TinyImage, instances: InstanceFolder, tmp_path: Path
) -> None:
    running = _run_of(tiny, tmp_path)
    instance = _booting(instances)
    running.send_signal(number)
    assert running.wait(30) == 99
    assert not instance.record.processes[0].is_alive()
    assert instances.all() == []


def test_what_a_killed_run_has_left_is_found_and_removed(
    tiny: TinyImage, instances: InstanceFolder, tmp_path: Path
) -> None:
    running = _run_of(tiny, tmp_path)
    instance = _booting(instances)
    running.kill()
    running.wait()
    assert instance.record.is_abandoned
    assert instance.record.processes[0].is_alive()
    cleaned = subprocess.run(
        [sys.executable, "-m", "smolrun", "guest", "clean", "--keep-snapshots"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert cleaned.stdout == f"removed {instance.record.id}\n"
    assert not instance.record.processes[0].is_alive()
    assert instances.all() == []


def _run_of(tiny: TinyImage, folder: Path) -> "subprocess.Popen[bytes]":
    inventory = {"all": {"hosts": {"tiny": {"guest": tiny.settings()}}}}
    import json

    (folder / "inventory.yml").write_text(json.dumps(inventory))
    (folder / "play.yml").write_text("- hosts: all\n  tasks: [{ping: }]\n")
    command = [sys.executable, "-m", "smolrun", "run", "play.yml", "-i", "inventory.yml"]
    # As a shell without job control would start it, SIGINT is ignored in the background.
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


def _booting(instances: InstanceFolder) -> Instance:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for instance in instances.all():
            if instance.record.processes:
                return instance
        time.sleep(0.02)
    raise AssertionError("no machine was started")


def test_one_that_another_thread_stops_while_it_starts_is_gone_and_says_so(
    tiny_guest: Up, instances: InstanceFolder
) -> None:
    guest = tiny_guest()
    stopping = threading.Timer(0.6, guest.stop)
    stopping.start()
    with pytest.raises(SmolVMError, match="the guest tiny was stopped while it was starting"):
        guest.start(Deadline.after(60))
    stopping.join()
    assert instances.all() == []


def test_one_that_was_stopped_before_it_started_never_starts(tiny_guest: Up, instances: InstanceFolder) -> None:
    guest = tiny_guest()
    guest.stop()
    with pytest.raises(SmolVMError, match="was stopped while it was starting"):
        guest.start(Deadline.after(60))
    assert instances.all() == []
