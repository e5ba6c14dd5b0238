import json
import stat
from pathlib import Path

import pytest

from smolrun.errors import SmolVMError, UsageError
from smolrun.guests.instances.folder import RECORD, InstanceFolder
from smolrun.guests.instances.process import own_mark


def test_a_machine_is_written_down_before_it_is_made(instances: InstanceFolder) -> None:
    made = instances.create("qemu", "web1.example.org")
    (read,) = instances.all()
    assert read.record == made.record
    assert read.record.id.startswith("web1-")
    assert read.record.owner == own_mark()
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700


def test_it_is_abandoned_when_its_maker_has_gone_and_not_when_it_is_kept(instances: InstanceFolder) -> None:
    made = instances.create("qemu", "web1")
    assert (made.record.is_abandoned, made.record.is_kept) == (False, False)
    made.update(owner=own_mark().model_copy(update={"started": 1}))
    assert instances.all()[0].record.is_abandoned
    made.update(owner=None)
    assert (instances.all()[0].record.is_abandoned, instances.all()[0].record.is_kept) == (False, True)


def test_a_folder_without_a_whole_record_is_abandoned(instances: InstanceFolder) -> None:
    made = instances.create("qemu", "web1")
    (made.folder / RECORD).write_text('{"id": "we')
    (read,) = instances.all()
    assert read.record.is_abandoned
    read.remove()
    assert instances.all() == []


def test_removing_takes_everything_and_can_be_done_again(instances: InstanceFolder) -> None:
    made = instances.create("qemu", "web1")
    (made.folder / "disk").write_bytes(b"x")
    (made.folder / "sockets").mkdir()
    (made.folder / "link").symlink_to("/etc")
    made.remove()
    made.remove()
    assert not made.folder.exists()
    assert Path("/etc/passwd").exists()


def test_machines_are_found_by_id_beginning_and_host(instances: InstanceFolder) -> None:
    first, second = instances.create("qemu", "web1"), instances.create("qemu", "db")
    assert instances.find(first.record.id).record == first.record
    assert instances.find("db").record == second.record
    assert instances.find(second.record.id[:5]).record == second.record
    instances.create("qemu", "web1")
    with pytest.raises(UsageError, match="more than one guest"):
        instances.find("web1")
    with pytest.raises(UsageError, match="there is no guest 'x'"):
        instances.find("x")


def test_where_nothing_can_be_written_no_machine_is_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SmolVMError, match="no guest can be made"):
        InstanceFolder(tmp_path / "file").create("qemu", "web1")


def test_the_record_is_json_for_others_to_read(instances: InstanceFolder) -> None:
    made = instances.create("qemu", "web1")
    assert json.loads((made.folder / RECORD).read_text())["provider"] == "qemu"
