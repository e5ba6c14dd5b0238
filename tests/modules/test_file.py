"""``file``: each state is reached once, foreseen in check mode, and left alone afterwards."""

import os
from typing import Any

import pytest
from pydantic import ValidationError

from tests.modules.guest import Guest


def settles(guest: Guest, arguments: dict[str, Any]) -> dict[str, Any]:
    """Check mode foresees a change and makes none; the first run makes it; the second has nothing to do."""
    before = sorted(guest.here().rglob("*"))
    assert guest.do("file", arguments, check_mode=True).changed
    assert sorted(guest.here().rglob("*")) == before
    result = guest.do("file", arguments)
    assert result.changed
    assert not guest.do("file", arguments).changed
    assert not guest.do("file", arguments, check_mode=True).changed
    return dict(result.values)


@pytest.mark.parametrize("name", ["new", "a b/it's/c", "-x", "a\nb", "$(id)"])
@pytest.mark.root
def test_a_folder_is_made_with_those_above_it(guest: Guest, name: str) -> None:
    values = settles(guest, {"path": guest.path(name), "state": "directory", "mode": "0710", "owner": "1000"})
    status = guest.here(name).stat()
    assert (status.st_mode & 0o7777, status.st_uid) == (0o710, 1000)
    assert (values["path"], values["state"], values["mode"]) == (guest.path(name), "directory", "0710")


@pytest.mark.root
def test_recurse_reaches_everything(guest: Guest) -> None:
    guest.here("top/sub").mkdir(parents=True)
    guest.here("top/sub/-x y").touch()
    guest.here("top/link").symlink_to("/etc/passwd")
    mode = guest.root.joinpath("etc/passwd").stat().st_mode
    settles(
        guest, {"path": guest.path("top"), "state": "directory", "recurse": True, "mode": "u=rwX,go=", "group": "1000"}
    )
    assert guest.here("top/sub").stat().st_mode & 0o777 == 0o700
    assert guest.here("top/sub/-x y").stat().st_mode & 0o777 == 0o600
    assert guest.here("top/sub/-x y").stat().st_gid == 1000
    assert guest.here("top/link").lstat().st_gid == 1000
    assert guest.root.joinpath("etc/passwd").stat().st_mode == mode


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling"])
def test_what_is_to_be_absent_goes(guest: Guest, kind: str) -> None:
    guest.here("keep").write_text("x")
    match kind:
        case "file":
            guest.here("-rf it's").touch()
        case "folder":
            guest.here("-rf it's/sub").mkdir(parents=True)
        case _:
            guest.here("-rf it's").symlink_to("keep" if kind == "link" else "nowhere")
    settles(guest, {"path": guest.path("-rf it's"), "state": "absent"})
    assert [path.name for path in guest.here().iterdir()] == ["keep"]


def test_links(guest: Guest) -> None:
    guest.here("target").touch()
    values = settles(guest, {"src": "target", "dest": guest.path("a link"), "state": "link"})
    assert values["dest"] == guest.path("a link")
    assert os.readlink(guest.here("a link")) == "target"  # noqa: PTH115  the text of the link itself
    settles(guest, {"src": guest.path("target"), "path": guest.path("a link"), "state": "link"})
    assert "is not there" in guest.fails("file", {"src": "nope", "dest": guest.path("b"), "state": "link"})
    settles(guest, {"src": "nope", "dest": guest.path("b"), "state": "link", "force": True})
    assert "force: true" in guest.fails("file", {"src": "b", "dest": guest.path("target"), "state": "link"})
    settles(guest, {"src": "b", "dest": guest.path("target"), "state": "link", "force": True})
    guest.here("folder").mkdir()
    assert "a folder" in guest.fails("file", {"src": "b", "dest": guest.path("folder"), "state": "link", "force": True})


def test_a_link_to_a_folder_is_turned_to_another_one(guest: Guest) -> None:
    for name in ("one", "two"):
        guest.here(name).mkdir()
    settles(guest, {"src": guest.path("one"), "dest": guest.path("current"), "state": "link"})
    settles(guest, {"src": guest.path("two"), "dest": guest.path("current"), "state": "link"})
    assert os.readlink(guest.here("current")) == guest.path("two")  # noqa: PTH115
    assert not list(guest.here("one").iterdir()), "nothing was moved into the folder"
    back = {"src": guest.path("one"), "dest": guest.path("current"), "state": "link"}
    (diff,) = guest.do("file", back, check_mode=True, diff_mode=True).diffs
    assert (diff.before, diff.after) == (f"src: {guest.path('two')}\n", f"src: {guest.path('one')}\n")


def test_hard_links(guest: Guest) -> None:
    guest.here("target").write_text("x")
    settles(guest, {"src": guest.path("target"), "dest": guest.path("other"), "state": "hard"})
    assert guest.here("other").samefile(guest.here("target"))
    assert "is not there" in guest.fails("file", {"src": guest.path("no"), "dest": guest.path("x"), "state": "hard"})


def test_touch(guest: Guest) -> None:
    arguments = {"path": guest.path("it's"), "state": "touch", "mode": "0600"}
    assert guest.do("file", arguments, check_mode=True).changed
    assert not guest.here("it's").exists()
    assert guest.do("file", arguments).changed
    assert guest.here("it's").stat().st_mode & 0o777 == 0o600
    assert guest.do("file", arguments).changed
    times = {"modification_time": "202001020304.05", "access_time": "202001020304.05"}
    guest.do("file", {**arguments, **times}, environment={"TZ": "UTC0"})
    assert guest.here("it's").stat().st_mtime == 1577934245
    preserve = {"modification_time": "preserve", "access_time": "preserve"}
    assert not guest.do("file", {**arguments, **preserve}).changed
    assert "is not a time" in guest.fails("file", {**arguments, "access_time": "yesterday"})


@pytest.mark.root
def test_owner_and_mode_of_what_is_there(guest: Guest) -> None:
    guest.here("file").touch()
    guest.here("link").symlink_to("file")
    settles(guest, {"path": guest.path("file"), "mode": "u=rw,go=", "owner": "1000"})
    settles(guest, {"path": guest.path("link"), "mode": "0640"})
    assert guest.here("file").stat().st_mode & 0o777 == 0o640
    alone = {"path": guest.path("link"), "state": "file", "follow": False, "mode": "0600"}
    assert "is a link, not a file" in guest.fails("file", alone)
    assert "is not there" in guest.fails("file", {"path": guest.path("nope"), "mode": "0644"})
    assert "not a folder" in guest.fails("file", {"path": guest.path("file"), "state": "directory"})


def test_diff_tells_the_states(local: Guest) -> None:
    diff = local.do("file", {"path": local.path("x"), "state": "directory"}, check_mode=True, diff_mode=True).diffs[0]
    assert (diff.before, diff.after) == ("state: absent\n", "state: directory\n")


@pytest.mark.parametrize(
    "arguments",
    [{"state": "file", "recurse": True}, {"state": "directory", "src": "x"}, {"state": "hard"}, {"state": "nope"}],
)
def test_what_does_not_belong_together_is_refused(local: Guest, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        local.do("file", {"path": "/x", **arguments})


def test_one_round_trip_where_nothing_is_to_be_done(guest: Guest) -> None:
    assert guest.round_trips(lambda: guest.do("file", {"path": guest.folder, "state": "directory"})) == 1
