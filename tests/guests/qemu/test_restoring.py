"""Guests that begin from a snapshot of a real machine."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from smolrun import SSHClient
from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.guests.instances.folder import InstanceFolder
from smolrun.guests.port import Guest
from smolrun.guests.qemu import beginning
from smolrun.guests.snapshots import SnapshotFolder
from smolrun.guests.wanted import guest_from
from tests.servers.tiny_vm import TinyImage

Make = Callable[..., Guest]


@pytest.fixture(scope="module")
def first_boot(tiny: TinyImage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the snapshot of one boot."""
    folder = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        settings = tiny.settings(snapshot=True, accelerate=False)
        guest = guest_from("tiny", str(settings.pop("provider")), settings).made(InstanceFolder(folder / "guests"))
        with up(guest) as variables:
            assert guest.notice == ""
            say(variables, "touch /root/mine")
    return folder


@pytest.fixture
def snapshots(first_boot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SnapshotFolder:
    """The cache of this test alone."""
    shutil.copytree(first_boot, tmp_path / "cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return SnapshotFolder.of_user()


@pytest.fixture
def make(tiny: TinyImage, instances: InstanceFolder, snapshots: SnapshotFolder) -> Make:
    def made(**more: object) -> Guest:
        settings = tiny.settings(snapshot=True, accelerate=False, **more)
        return guest_from("tiny", str(settings.pop("provider")), settings).made(instances)

    return made


@contextmanager
def up(guest: Guest) -> Iterator[Mapping[str, Any]]:
    try:
        yield guest.start(Deadline.after(100))
    finally:
        guest.stop()


@contextmanager
def login(variables: Mapping[str, Any]) -> Iterator[SSHClient]:
    with SSHClient(
        variables["ansible_host"], "root", variables["ansible_port"], variables["ansible_ssh_private_key_file"],
        host_key=variables["ansible_host_key"],
    ) as client:  # fmt: skip
        yield client


def say(variables: Mapping[str, Any], command: str) -> str:
    with login(variables) as client:
        return client.run(command, shell="raw").output


def test_the_second_start_goes_on_from_the_first_with_the_time_and_chance_of_now(
    make: Make, snapshots: SnapshotFolder, instances: InstanceFolder
) -> None:
    (snapshot,) = snapshots.all()
    time.sleep(3)  # that a clock which stood still would be seen to be wrong by
    guest, sibling = make(), make()
    with up(guest) as second, up(sibling) as third:
        assert guest.resources.began == sibling.resources.began == "restored"
        assert "mine" not in say(second, "ls /root"), "what the first run did is not there"
        assert say(second, "ls -A /root /run /tmp") == say(third, "ls -A /root /run /tmp")
        assert "reseed" not in say(second, "ls -A /root /run /tmp /dev/shm /")
        for one in (second, third):
            before = time.time()
            assert before - 2 < float(say(one, "date +%s")) < time.time() + 2
        numbers = "head -c 16 /dev/urandom | od -An -tx1"
        assert say(second, numbers) != say(third, numbers)
    assert instances.all() == []
    assert snapshots.all() == [snapshot]


@pytest.mark.slow
def test_a_guest_that_shows_another_host_key_than_it_had_is_not_believed(make: Make, snapshots: SnapshotFolder) -> None:
    (snapshot,) = snapshots.all()
    kind, content = snapshot.host_key.read_text().split()
    snapshot.host_key.write_text(f"{kind} {content[:-6]}AAAAAA")
    guest = make()
    with up(guest) as variables:
        assert say(variables, "echo up") == "up"
    assert "was booted, its snapshot is of no use" in guest.notice
    assert "host key" in guest.notice.lower()


def test_where_a_snapshot_is_damaged_the_guest_is_booted_and_says_so(make: Make, snapshots: SnapshotFolder) -> None:
    (snapshot,) = snapshots.all()
    snapshot.state.write_bytes(snapshot.state.read_bytes()[:100_000])
    guest = make()
    with up(guest) as variables:
        assert say(variables, "echo up") == "up"
    assert "\n" not in guest.notice
    assert "was booted, its snapshot is of no use" in guest.notice
    (made_anew,) = snapshots.all()
    assert made_anew.size > 1_000_000


def test_a_guest_that_takes_no_new_time_is_not_kept(
    make: Make, snapshots: SnapshotFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(client: SSHClient) -> None:
        raise SmolVMError("its clock could not be set")

    snapshots.clean()
    monkeypatch.setattr(beginning, "bring_up_to_date", refuse)
    guest = make()
    with up(guest) as variables:
        assert say(variables, "echo up") == "up"
    assert guest.notice == (
        "tiny will be booted the next time too, no snapshot of it could be kept: its clock could not be set"
    )
    assert snapshots.all() == []


@pytest.mark.slow
def test_where_nothing_can_be_written_the_guest_is_up_all_the_same(
    make: Make, snapshots: SnapshotFolder, tmp_path: Path
) -> None:
    shutil.rmtree(snapshots.root)
    snapshots.root.write_text("a file, and no folder")
    guest = make()
    with up(guest) as variables:
        assert say(variables, "echo up") == "up"
    assert "no snapshot of it could be kept" in guest.notice
