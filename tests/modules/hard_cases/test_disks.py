"""Full and read-only file systems: the message names the path and the reason, and everything is as it was."""

from pathlib import Path

import pytest

from tests.modules.guest import Guest, sh
from tests.modules.hard_cases.place import Place
from tests.modules.hard_cases.writers import PADDING, Writer, each

pytestmark = pytest.mark.root


@each(lambda writer: writer.content)
def test_a_full_disk(place: Place, writer: Writer) -> None:
    """What does not fit leaves a page or two that are written, and have to be taken away again."""
    with place.mounted("size=256k"):
        path = place.prepare(writer, "a file")
        place.fill(leave=1)
        before = place.seen()
        assert writer.writes_in_check or place.do(writer, "a file", check_mode=True).changed
        message = place.fails(writer, "a file")
        assert "No space left on device" in message
        assert path in message
        assert place.seen() == before or (writer.folder and ".smolrun-" not in place.seen())
        place.sh('rm -f "$1/.filler"', place.folder)
        assert place.do(writer, "a file").changed
        assert not place.do(writer, "a file").changed


@each()
def test_a_disk_that_takes_no_more_files(place: Place, writer: Writer) -> None:
    with place.mounted("size=1m,nr_inodes=30"):
        path = place.prepare(writer, "a file")
        place.fill_names()
        before = place.seen()
        message = place.fails(writer, "a file")
        assert "No space left on device" in message
        assert path in message
        assert place.seen() == before


@each()
def test_a_read_only_file_system(place: Place, writer: Writer) -> None:
    with place.mounted("size=1m"):
        path = place.prepare(writer, "a file")
        before = place.seen()
        place.sh('mount -o remount,ro "$1"', place.folder)
        assert writer.writes_in_check or place.do(writer, "a file", check_mode=True).changed
        message = place.fails(writer, "a file")
        assert "Read-only file system" in message
        assert path in message
        assert place.seen() == before
        place.sh('mount -o remount,rw "$1"', place.folder)
        assert place.do(writer, "a file").changed
        place.sh('mount -o remount,ro "$1"', place.folder)
        assert writer.writes_in_check or not place.do(writer, "a file").changed


@pytest.mark.parametrize("state", ["file", "directory"])
def test_temporary_files(place: Place, state: str) -> None:
    with place.mounted("size=64k,nr_inodes=8"):
        given = {"path": place.folder, "state": state}
        place.fill_names()
        before = place.seen()
        message = place.guest.fails("tempfile", given)
        assert "No space left on device" in message
        assert place.folder in message
        place.sh('rm "$1/.f0"; mount -o remount,ro "$1"', place.folder)
        message = place.guest.fails("tempfile", given)
        assert "Read-only file system" in message
        assert place.folder in message
        place.sh('mount -o remount,rw "$1"; : >"$1/.f0"', place.folder)
        assert place.seen() == before


def test_a_hard_link(place: Place) -> None:
    with place.mounted("size=64k"):
        place.write(f"{place.folder}/one", b"x")
        given = {"src": f"{place.folder}/one", "path": f"{place.folder}/two", "state": "hard"}
        place.sh('mount -o remount,ro "$1"', place.folder)
        message = place.guest.fails("file", given)
        assert "Read-only file system" in message
        assert f"{place.folder}/two" in message


@pytest.mark.parametrize("state", ["absent", "touch", "directory"])
def test_what_is_there_on_a_read_only_file_system(place: Place, state: str) -> None:
    """Removed, touched, closed to others: each is told."""
    with place.mounted("size=64k"):
        path = f"{place.folder}/thing"
        place.sh('mkdir "$1"', path) if state == "directory" else place.write(path, b"x")
        before = place.seen()
        place.sh('mount -o remount,ro "$1"', place.folder)
        message = place.guest.fails("file", {"path": path, "state": state, "mode": "0700"})
        assert "Read-only file system" in message
        assert path in message
        assert place.seen() == before


def test_a_full_disk_of_the_controller(place: Place, tmp_path: Path) -> None:
    """``fetch`` writes here: what was there stays, and nothing of its own."""
    here = tmp_path / "here"
    here.mkdir()
    place.write(f"{place.folder}/large", PADDING * 20)
    sh('mount -t tmpfs -o size=64k none "$1"', str(here))
    try:
        (here / "large").write_bytes(b"old")
        given = {"src": f"{place.folder}/large", "dest": f"{here}/", "flat": True}
        message = place.guest.fails("fetch", given)
        assert message == f"{here}/large cannot be written on this machine: No space left on device"
        sh('mount -o remount,ro "$1"', str(here))
        assert "Read-only file system" in place.guest.fails("fetch", given)
        assert [(path.name, path.read_bytes()) for path in here.iterdir()] == [("large", b"old")]
    finally:
        sh('umount "$1"', str(here))


def test_a_repository(local: Guest, tmp_path: Path) -> None:
    """``git`` tells itself what is wrong."""
    source = tmp_path / "source"
    sh('git init -q "$1" && cd "$1" && head -c 300000 /dev/urandom >f && git add f && '
       'git -c user.name=a -c user.email=a@b commit -q -m x', str(source))  # fmt: skip
    disk = local.here("disk")
    disk.mkdir()
    sh('mount -t tmpfs -o size=128k none "$1"', str(disk))
    try:
        given = {"repo": str(source), "dest": str(disk / "clone")}
        assert "No space left on device" in local.fails("git", given)
        sh('rm -rf "$1/clone"; mount -o remount,ro "$1"', str(disk))
        assert "Read-only file system" in local.fails("git", given)
    finally:
        sh('umount "$1"', str(disk))
