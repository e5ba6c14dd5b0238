"""What all modules that edit text files have in common: nobody's work is lost, and nothing else of a file changes."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.errors import ModuleError
from smolrun.ssh.request import Become
from tests.modules.guest import Guest, sh
from tests.modules.test_copy import HOSTILE_NAMES

EDITS: dict[str, dict[str, Any]] = {
    "lineinfile": {"line": "new"},
    "blockinfile": {"block": "new"},
    "replace": {"regexp": "old", "replace": "new"},
}
every_module = pytest.mark.parametrize("module", EDITS)


def edit(guest: Guest, module: str, name: str = "file", **more: Any) -> Any:
    given = {key: more.pop(key) for key in list(more) if key in ("check_mode", "diff_mode", "no_log")}
    return guest.do(module, {"path": guest.path(name), **EDITS[module], **more}, **given)


@every_module
def test_one_round_trip_to_see_that_all_is_well_two_to_change(guest: Guest, module: str) -> None:
    guest.here("file").write_text("old\n")
    assert guest.round_trips(lambda: edit(guest, module)) == 2
    assert "new" in guest.here("file").read_text()
    assert guest.round_trips(lambda: edit(guest, module)) == 1
    assert not edit(guest, module).changed
    assert [path.name for path in guest.here().iterdir()] == ["file"]


@every_module
def test_check_mode_changes_nothing_and_tells_the_same(guest: Guest, module: str) -> None:
    guest.here("file").write_text("old\n")
    foreseen = edit(guest, module, check_mode=True, diff_mode=True, mode="0640")
    assert guest.here("file").read_text() == "old\n"
    done = edit(guest, module, diff_mode=True, mode="0640")
    assert (foreseen.changed, foreseen.msg, foreseen.diffs) == (done.changed, done.msg, done.diffs)
    assert foreseen.values["mode"] == done.values["mode"] == "0640"
    assert done.diffs[0].before == "old\n"
    assert done.diffs[0].after == guest.here("file").read_text()
    assert not edit(guest, module, check_mode=True, mode="0640").changed


@every_module
@pytest.mark.root
def test_owner_and_mode_stay_and_links_are_followed(guest: Guest, module: str) -> None:
    guest.here("real").write_text("old\n")
    guest.here("real").chmod(0o604)
    os.chown(guest.here("real"), 1000, 1001)
    guest.here("file").symlink_to("real")
    assert edit(guest, module).changed
    status = guest.here("real").stat()
    assert (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (0o604, 1000, 1001)
    assert guest.here("file").is_symlink()
    assert "new" in guest.here("real").read_text()


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_any_name_is_only_a_name(local: Guest, name: str) -> None:
    local.here(name).write_text("old\n")
    assert edit(local, "lineinfile", name).changed
    assert not edit(local, "lineinfile", name).changed
    assert [path.name for path in local.here().iterdir()] == [name]


@every_module
def test_bytes_that_are_no_text_stay_as_they_are(guest: Guest, module: str) -> None:
    guest.here("file").write_bytes(b"old\xff\xfe\0\x80\r\nold\n")
    assert edit(guest, module).changed
    content = guest.here("file").read_bytes()
    assert b"\xff\xfe\0\x80\r\n" in content
    assert b"new" in content


@every_module
def test_backup_keeps_what_was_there(local: Guest, module: str) -> None:
    local.here("file").write_text("old\n")
    done = edit(local, module, backup=True)
    backup = local.root / str(done.values["backup_file"]).lstrip("/")
    assert done.values["backup"] == done.values["backup_file"]
    assert backup.read_text() == "old\n"
    assert "backup_file" not in edit(local, module, backup=True).values


@every_module
def test_validate_keeps_a_bad_file_out(guest: Guest, module: str) -> None:
    guest.here("file").write_text("old\n")
    arguments = {"path": guest.path("file"), **EDITS[module], "validate": "grep -q 'never there' %s"}
    assert "failed to validate" in guest.fails(module, arguments)
    assert guest.here("file").read_text() == "old\n"
    assert [path.name for path in guest.here().iterdir()] == ["file"]


@every_module
def test_a_file_that_was_changed_meanwhile_is_not_overwritten(guest: Guest, module: str) -> None:
    guest.here("file").write_text("old\n")
    other = f"sh -c 'echo other >{guest.path('file')}' %s"  # it runs between the reading and the rename
    message = guest.fails(module, {"path": guest.path("file"), **EDITS[module], "validate": other})
    assert "was changed by somebody else" in message
    assert guest.here("file").read_text() == "other\n"
    assert [path.name for path in guest.here().iterdir()] == ["file"]


@pytest.mark.parametrize("module", ["lineinfile", "blockinfile"])
def test_a_file_that_appeared_meanwhile_is_not_overwritten(guest: Guest, module: str) -> None:
    other = f"sh -c 'echo other >{guest.path('file')}' %s"
    arguments = {"path": guest.path("file"), **EDITS[module], "create": True, "validate": other}
    assert "was changed by somebody else" in guest.fails(module, arguments)
    assert guest.here("file").read_text() == "other\n"


@pytest.mark.parametrize("module", ["lineinfile", "blockinfile"])
def test_a_missing_file_is_made_with_its_folder_where_asked(guest: Guest, module: str) -> None:
    arguments = {"path": guest.path("a b/c/file"), **EDITS[module], "create": False}
    assert guest.do(module, arguments, check_mode=True).failed
    failed = guest.do(module, arguments)
    assert failed.failed
    assert "does not exist" in failed.msg
    assert failed.values["rc"] == 257
    arguments |= {"create": True, "mode": "0600"}
    assert guest.do(module, arguments, check_mode=True).changed
    assert list(guest.here().iterdir()) == []
    assert guest.do(module, arguments).changed
    assert guest.here("a b/c/file").stat().st_mode & 0o777 == 0o600
    assert guest.here("a b/c").stat().st_mode & 0o777 == 0o755
    assert not guest.do(module, arguments).changed


@every_module
def test_a_folder_is_no_file(local: Guest, module: str) -> None:
    failed = local.do(module, {"path": local.folder, **EDITS[module]})
    assert failed.failed
    assert "is a folder" in failed.msg
    assert failed.values["rc"] == 256


@every_module
@pytest.mark.root
def test_only_owner_and_mode_are_changed_where_only_they_are_other(local: Guest, module: str) -> None:
    local.here("file").write_text("old\n")
    edit(local, module)
    inode = local.here("file").stat().st_ino
    done = edit(local, module, mode="0600", owner="1000")
    assert done.changed
    assert done.msg == "ownership, perms or SE linux context changed"
    assert local.here("file").stat().st_ino == inode
    assert not edit(local, module, mode="0600", owner="1000").changed


@every_module
def test_no_content_is_shown_under_no_log(local: Guest, module: str) -> None:
    local.here("file").write_text("old\n")
    assert edit(local, module, no_log=True, diff_mode=True, check_mode=True).diffs == ()


def test_a_large_file_is_edited_too(guest: Guest) -> None:
    """More than comes along with the state."""
    content = b"old line\n" * 500_000
    guest.here("file").write_bytes(content)
    assert edit(guest, "lineinfile").changed
    assert guest.here("file").read_bytes() == content + b"new\n"


@pytest.mark.slow
def test_a_file_of_100_mb(guest: Guest) -> None:
    content = b"x" * 99 + b"\n"
    guest.here("file").write_bytes(content * 1_000_000)
    assert edit(guest, "lineinfile").changed
    assert guest.here("file").stat().st_size == 100_000_004


@pytest.mark.root
def test_a_full_disk_leaves_the_file_as_it_was(local: Guest) -> None:
    disk = local.here("disk")
    disk.mkdir()
    sh('mount -t tmpfs -o size=64k none "$1"', str(disk))
    try:
        content = "old line\n" * 5000
        (disk / "file").write_text(content)
        message = local.fails("lineinfile", {"path": str(disk / "file"), "line": "new"})
        assert "cannot be written" in message
        assert (disk / "file").read_text() == content
        assert [path.name for path in disk.iterdir()] == ["file"]
        sh('mount -o remount,ro "$1"', str(disk))
        assert "ead-only" in local.fails("lineinfile", {"path": str(disk / "file"), "line": "new"})
    finally:
        sh('umount "$1"', str(disk))


@pytest.mark.root
@pytest.mark.root
def test_a_file_that_is_a_mount_point_is_written_into_where_allowed(local: Guest, tmp_path: Path) -> None:
    """A bind mount cannot be renamed over; containers have such files."""
    (tmp_path / "outside").write_text("old\n")
    local.here("file").write_text("")
    arguments = {"path": local.path("file"), "line": "new"}
    sh('mount --bind "$1" "$2"', str(tmp_path / "outside"), local.path("file"))
    try:
        assert "cannot be replaced" in local.fails("lineinfile", arguments)
        assert local.do("lineinfile", {**arguments, "unsafe_writes": True}).changed
    finally:
        sh('umount "$1"', local.path("file"))
    assert (tmp_path / "outside").read_text() == "old\nnew\n"


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("lineinfile", {"line": "x", "regexp": "("}),
        ("lineinfile", {"line": "x", "insertafter": "a**"}),
        ("blockinfile", {"block": "x", "insertbefore": "["}),
        ("replace", {"regexp": "(?P<x"}),
        ("lineinfile", {"line": "x", "regexp": "x{99999999999999999999}"}),
        ("replace", {"regexp": "x", "after": "*"}),
        ("replace", {"regexp": "x{99999999999999999999}"}),
    ],
)
def test_what_is_no_regular_expression_is_told_when_loading(
    local: Guest, module: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError, match="not a regular expression"):
        local.do(module, {"path": "/x", **arguments})


@pytest.mark.root
def test_a_file_that_cannot_be_read_says_so(debian: Guest) -> None:
    debian.here("file").write_text("old\n")
    debian.here("file").chmod(0o600)
    session = debian.task().guest
    with pytest.raises(ModuleError, match="denied"):
        debian.do(
            "lineinfile", {"path": debian.path("file"), "line": "x"}, guest=replace(session, become=Become("nobody"))
        )


@pytest.mark.parametrize("size", [8_000, 9_500, 200_000])
def test_dropbear_takes_scripts_of_any_length(busybox: Guest, size: int) -> None:
    """It ends the connection at a command of more than 9,000 bytes."""
    assert busybox.task().guest.script(f": {'x' * size}\necho done").stdout == "done\n"
