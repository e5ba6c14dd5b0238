"""``smolrun guest``, ``--guest`` and ``--keep``."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smolrun.cli.guests.guest_of import without_snapshots
from smolrun.guests.instances.folder import InstanceFolder
from smolrun.guests.instances.process import own_mark
from smolrun.guests.snapshots import SnapshotFolder
from smolrun.guests.wanted import guest_from
from tests.cli.conftest import Ended

Smolrun = Callable[..., Ended]
Playbook = Callable[..., str]


@pytest.fixture(autouse=True)
def instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstanceFolder:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return InstanceFolder.of_user()


def up(instances: InstanceFolder, name: str, **changes: Any) -> str:
    """A machine of nothing but a record."""
    made = instances.create("embedded", name)
    made.update(**changes)
    return made.record.id


REACHED = {"ansible_host": "127.0.0.1", "ansible_port": 2222, "ansible_user": "root"}


def test_the_list_tells_what_each_guest_is_there_for(smolrun: Smolrun, instances: InstanceFolder) -> None:
    assert "there is no guest" in smolrun("guest", "list").err
    up(instances, "a", variables=REACHED)
    up(instances, "b", variables=REACHED, owner=None)
    up(instances, "c", owner=own_mark().model_copy(update={"started": 1}))
    up(instances, "d")
    shown = [re.split(" {2,}", line)[2] for line in smolrun("guest", "list").out.splitlines()]
    assert shown == ["in a run", "kept", "left behind", "booting"]
    assert "root@127.0.0.1:2222" in smolrun("guest", "list").out


def test_programs_read_the_list_as_json_without_passwords(smolrun: Smolrun, instances: InstanceFolder) -> None:
    assert json.loads(smolrun("guest", "list", "--output", "json").out) == []
    made = up(instances, "a", variables={**REACHED, "ansible_password": "hush", "ansible_host_key": "SHA256:x"})
    told = smolrun("guest", "list", "--output", "json").out
    assert "hush" not in told
    (guest,) = json.loads(told)
    expected = {"id": made, "host": "a", "provider": "embedded", "state": "in a run", "address": "127.0.0.1",
                "port": 2222, "user": "root", "key": None, "host_key": "SHA256:x", "processes": []}  # fmt: skip
    assert expected.items() <= guest.items()


def test_clean_removes_snapshots_too_and_names_them(smolrun: Smolrun) -> None:
    snapshots = SnapshotFolder.of_user()
    with snapshots.making("key", "disk.qcow2") as snapshot:
        assert snapshot is not None
        snapshot.state.write_bytes(b"x" * (3 << 20))
    assert smolrun("guest", "clean", "--dry-run").out == "would remove the snapshot of disk.qcow2 (3 MiB)\n"
    assert "nothing was left behind" in smolrun("guest", "clean", "--keep-snapshots").err
    assert smolrun("guest", "clean").out == "removed the snapshot of disk.qcow2 (3 MiB)\n"
    assert snapshots.all() == []


def test_clean_takes_what_was_left_behind_and_nothing_else(smolrun: Smolrun, instances: InstanceFolder) -> None:
    running, kept = up(instances, "a"), up(instances, "b", owner=None)
    left = up(instances, "c", owner=own_mark().model_copy(update={"started": 1}))
    assert smolrun("guest", "clean", "--dry-run").out == f"would remove {left} (embedded)\n"
    assert smolrun("guest", "clean").out == f"removed {left}\n"
    assert {instance.record.id for instance in instances.all()} == {running, kept}
    assert "nothing was left behind" in smolrun("guest", "clean").err


def test_guests_are_ended_by_name_or_all_together(smolrun: Smolrun, instances: InstanceFolder) -> None:
    first, second = up(instances, "a"), up(instances, "b", owner=None)
    assert smolrun("guest", "down").code == 5
    assert smolrun("guest", "down", "nobody").code == 5
    assert smolrun("guest", "down", "a").out == f"removed {first}\n"
    assert smolrun("guest", "down", "--all").out == f"removed {second}\n"


def test_ssh_needs_a_guest_that_is_up(smolrun: Smolrun, instances: InstanceFolder) -> None:
    up(instances, "a")
    assert "is not up yet" in smolrun("guest", "ssh", "a").err


def test_hosts_of_the_inventory_come_from_their_provider(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text(
        "all: {hosts: {one: {guest: {provider: embedded}}, two: {guest: {provider: embedded}}}}"
    )
    path = playbook("- command: pwd\n  register: here\n- debug: {var: here.stdout}")
    ended = smolrun("run", path, "-i", "hosts.yml")
    assert ended.code == 0, ended.err
    assert ended.out.count("smolrun-guest-home-") == 2
    assert "not isolation" in ended.err


def test_only_the_guests_that_are_needed_are_brought_up(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    text = "all: {hosts: {one: {guest: {provider: embedded}}, two: {guest: {provider: qemu, image: /nowhere}}}}"
    (tmp_path / "hosts.yml").write_text(text)
    assert smolrun("run", playbook("- ping:"), "-i", "hosts.yml", "--limit", "one").code == 0


def test_mistakes_in_where_a_host_comes_from_are_told_before_anything_runs(
    smolrun: Smolrun, playbook: Playbook, tmp_path: Path
) -> None:
    (tmp_path / "hosts.yml").write_text("all: {hosts: {one: {guest: {provider: qemu, memroy: 1G}}}}")
    for command in ("run", "check"):
        ended = smolrun(command, playbook("- ping:"), "-i", "hosts.yml")
        assert ended.code == 4
        assert "qemu knows no 'memroy'" in ended.err
        assert "did you mean 'memory'?" in ended.err


def test_files_that_are_not_there_are_told_before_any_guest_is_made(
    smolrun: Smolrun, playbook: Playbook, tmp_path: Path, instances: InstanceFolder
) -> None:
    (tmp_path / "disk").touch()
    guest = {"provider": "qemu", "image": "disk", "kernel": "kernel", "key": "key"}
    (tmp_path / "hosts.yml").write_text(json.dumps({"all": {"hosts": {"a": {"guest": guest}}}}))
    ended = smolrun("run", playbook("- ping:"), "-i", "hosts.yml")
    assert ended.code == 1
    assert f"no guest was made: kernel {tmp_path}/kernel of a is not there; key {tmp_path}/key of a" in ended.err
    assert instances.all() == []


def test_what_cannot_be_kept_is_told(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- ping:"), "--guest", "embedded", "--keep")
    assert ended.code == 0
    assert "embedded cannot outlive this process" in ended.err


@pytest.mark.parametrize("arguments", [("--guest", "embeded"), ("--guest", "embedded:x"), ("--guest", "qemu")])
def test_unknown_guests_are_refused(smolrun: Smolrun, playbook: Playbook, arguments: tuple[str, ...]) -> None:
    assert smolrun("run", playbook("- ping:"), *arguments).code == 5


def test_up_needs_something_to_bring_up(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("all: {hosts: {one: }}")
    assert "no host comes from a provider" in smolrun("guest", "up", "-i", "hosts.yml").err
    assert "one comes from no provider" in smolrun("guest", "up", "one", "-i", "hosts.yml").err
    assert smolrun("guest", "up", "one", "--guest", "embedded").code == 5


def test_snapshots_can_be_switched_off_for_a_run(tmp_path: Path) -> None:
    wanted = (guest_from("a", "qemu", {"image": "x"}), guest_from("b", "embedded", {}))
    assert [getattr(one.settings, "snapshot", None) for one in wanted] == [True, None]
    assert [getattr(one.settings, "snapshot", None) for one in without_snapshots(wanted)] == [False, None]
