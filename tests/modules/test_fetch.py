"""``fetch``: names and bytes come from the guest, and may be hostile."""

import hashlib
from pathlib import Path

import pytest

from tests.modules.guest import Guest


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path / "fetched"


def test_lands_below_host_and_path_and_changes_once(guest: Guest, here: Path) -> None:
    guest.here("a log").write_bytes(b"x\0y\n")
    arguments = {"src": guest.path("a log"), "dest": str(here)}
    place = here / "web1" / guest.folder.lstrip("/") / "a log"
    assert guest.do("fetch", arguments, check_mode=True).changed
    assert not here.exists()
    result = guest.do("fetch", arguments)
    assert result.changed
    assert place.read_bytes() == b"x\0y\n"
    assert result.values["dest"] == str(place)
    assert result.values["checksum"] == hashlib.sha1(b"x\0y\n").hexdigest()
    assert guest.round_trips(lambda: guest.do("fetch", arguments)) == 1
    assert not guest.do("fetch", arguments).changed
    guest.here("a log").write_text("new")
    assert guest.do("fetch", arguments).changed
    assert place.read_text() == "new"


def test_flat_writes_to_dest_itself(guest: Guest, here: Path) -> None:
    guest.here("id").write_text("x")
    guest.do("fetch", {"src": guest.path("id"), "dest": str(here / "one"), "flat": True})
    guest.do("fetch", {"src": guest.path("id"), "dest": f"{here}/two/", "flat": "yes"})
    assert (here / "one").read_text() == "x"
    assert (here / "two/id").read_text() == "x"
    message = guest.fails("fetch", {"src": guest.path("id"), "dest": str(here / "two"), "flat": True})
    assert "is a folder" in message


def test_a_relative_dest_lies_beside_the_playbook(local: Guest, here: Path) -> None:
    local.here("id").write_text("x")
    local.do("fetch", {"src": local.path("id"), "dest": "ids/one", "flat": True}, variables={"playbook_dir": str(here)})
    assert (here / "ids/one").read_text() == "x"


def test_a_missing_file_fails_or_not(guest: Guest, here: Path) -> None:
    assert "is not on web1" in guest.fails("fetch", {"src": guest.path("nope"), "dest": str(here)})
    result = guest.do("fetch", {"src": guest.path("nope"), "dest": str(here), "fail_on_missing": False})
    assert not result.changed
    assert not result.failed
    assert "is a folder" in guest.fails("fetch", {"src": guest.folder, "dest": str(here)})


def test_dots_in_the_path_never_leave_dest(local: Guest, here: Path) -> None:
    local.here("sub").mkdir()
    local.here("id").write_text("x")
    assert "cannot be part" in local.fails("fetch", {"src": local.path("sub/../id"), "dest": str(here)})
    message = local.fails("fetch", {"src": local.path("id"), "dest": str(here)}, host="../../evil")
    assert "cannot be part" in message
    assert not here.exists()


@pytest.mark.parametrize("planted", ["web1", "file"])
def test_links_on_this_machine_are_not_followed(local: Guest, here: Path, tmp_path: Path, planted: str) -> None:
    local.here("id").write_text("x")
    outside = tmp_path / "outside"
    outside.mkdir()
    place = here / "web1" if planted == "web1" else here / "web1" / local.path("id").lstrip("/")
    place.parent.mkdir(parents=True)
    place.symlink_to(outside / "victim")
    assert "symbolic link" in local.fails("fetch", {"src": local.path("id"), "dest": str(here)})
    assert list(outside.iterdir()) == []


def test_a_link_on_the_guest_keeps_its_own_name(guest: Guest, here: Path) -> None:
    guest.here("target").write_text("x")
    guest.here("link").symlink_to("target")
    result = guest.do("fetch", {"src": guest.path("link"), "dest": f"{here}/", "flat": True})
    assert result.values["dest"] == str(here / "link")
    assert (here / "link").read_text() == "x"


def test_diff_shows_both_files(local: Guest, here: Path) -> None:
    local.here("id").write_text("new\n")
    here.write_text("old\n")
    arguments = {"src": local.path("id"), "dest": str(here), "flat": True}
    diff = local.do("fetch", arguments, check_mode=True, diff_mode=True).diffs[0]
    assert (diff.before, diff.after) == ("old\n", "new\n")
    assert here.read_text() == "old\n"
