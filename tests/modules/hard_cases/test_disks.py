"""Full and read-only file systems: the message names the path and the reason, and everything is as it was."""

import pytest

from tests.modules.hard_cases.place import Place
from tests.modules.hard_cases.writers import Writer, each

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
