import os
import stat
from pathlib import Path

import pytest

from smolrun.guests.snapshots import Snapshot, SnapshotFolder


@pytest.fixture
def snapshots(tmp_path: Path) -> SnapshotFolder:
    return SnapshotFolder(tmp_path / "snapshots", limit=120_000)


def make(snapshots: SnapshotFolder, key: str, size: int = 10_000) -> None:
    with snapshots.making(key, f"about {key}") as snapshot:
        assert snapshot is not None
        snapshot.state.write_bytes(b"x" * size)


def test_a_snapshot_is_there_once_it_is_whole(snapshots: SnapshotFolder) -> None:
    assert snapshots.find("a") is None
    with snapshots.making("a", "an image") as snapshot:
        assert snapshot is not None
        assert stat.S_IMODE(snapshot.folder.stat().st_mode) == 0o700
        assert snapshots.find("a") is None
    found = snapshots.find("a")
    assert found is not None
    assert found.about == "an image"


def test_one_that_could_not_be_made_leaves_nothing(snapshots: SnapshotFolder) -> None:
    with pytest.raises(OSError, match="disk full"), snapshots.making("a", "an image"):
        raise OSError("disk full")
    assert list(snapshots.root.iterdir()) == []


def test_one_process_makes_it_and_the_others_go_on(snapshots: SnapshotFolder) -> None:
    with snapshots.making("a", "an image"):
        with snapshots.making("a", "an image") as second:
            assert second is None
        with snapshots.making("b", "another") as third:
            assert third is None
    with snapshots.making("a", "an image") as again:
        assert again is None, "it is there already"
    assert [snapshot.folder.name for snapshot in snapshots.all()] == ["a"]


def test_what_was_not_used_for_the_longest_time_makes_room(snapshots: SnapshotFolder) -> None:
    for number, key in enumerate("abc"):
        make(snapshots, key, 30_000)
        os.utime(snapshots.root / key / "about", (number, number))
    assert snapshots.find("a") is not None
    make(snapshots, "d", 30_000)
    assert {snapshot.folder.name for snapshot in snapshots.all()} == {"a", "c", "d"}


def test_unfinished_ones_of_killed_processes_go_with_the_next(snapshots: SnapshotFolder) -> None:
    (snapshots.root / "dead.new").mkdir(parents=True)
    make(snapshots, "a")
    assert [snapshot.folder.name for snapshot in snapshots.all()] == ["a"]


def test_cleaning_takes_all_but_what_is_being_made(snapshots: SnapshotFolder) -> None:
    assert snapshots.clean() == []
    make(snapshots, "a")
    with snapshots.making("b", "another"):
        assert snapshots.clean() == [Snapshot(snapshots.root / "a")]
    assert [snapshot.folder.name for snapshot in snapshots.all()] == ["b"]
    (snapshots.root / "dead.new").mkdir()
    assert len(snapshots.clean()) == 2
    assert snapshots.all() == []
