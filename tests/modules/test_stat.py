"""``stat``: the same as Python's own stat says."""

import hashlib
import os
from typing import Any

import pytest

from tests.modules.guest import Guest


def stat(guest: Guest, name: str, **options: Any) -> dict[str, Any]:
    result = guest.do("stat", {"path": guest.path(name), **options})
    assert not result.changed
    found = result.values["stat"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", ["file", "a b", "it's", "-x", "a\nb", "☃", "$x`y`"])
@pytest.mark.root
def test_a_file_is_told_as_it_is(guest: Guest, name: str) -> None:
    guest.here(name).write_text("content")
    guest.here(name).chmod(0o4751)
    found = stat(guest, name)
    real = guest.here(name).stat()
    assert found["exists"]
    assert (found["isreg"], found["isdir"], found["islnk"]) == (True, False, False)
    assert (found["mode"], found["size"], found["uid"], found["pw_name"]) == ("4751", 7, 0, "root")
    assert (found["isuid"], found["xoth"], found["woth"], found["rgrp"]) == (True, True, False, True)
    assert (found["inode"], found["nlink"], found["mtime"]) == (real.st_ino, 1, int(real.st_mtime))
    assert found["checksum"] == hashlib.sha1(b"content").hexdigest()
    assert found["path"] == guest.path(name)
    assert (found["readable"], found["executable"]) == (True, True)


def test_what_is_not_there_does_not_exist(guest: Guest) -> None:
    assert stat(guest, "nope") == {"exists": False}
    assert stat(guest, "nope/deeper") == {"exists": False}


def test_links_are_told_or_followed(guest: Guest) -> None:
    guest.here("target").write_text("x")
    guest.here("link").symlink_to("target")
    guest.here("dangling").symlink_to("nowhere")
    link = stat(guest, "link")
    assert (link["islnk"], link["isreg"], link["lnk_target"]) == (True, False, "target")
    assert link["lnk_source"] == guest.path("target")
    assert "checksum" not in link
    followed = stat(guest, "link", follow=True)
    assert (followed["islnk"], followed["isreg"], followed["size"]) == (False, True, 1)
    assert stat(guest, "dangling")["lnk_target"] == "nowhere"


def test_folders_and_pipes(guest: Guest) -> None:
    os.mkfifo(guest.here("pipe"))
    assert stat(guest, "pipe")["isfifo"]
    assert not stat(guest, "pipe")["isreg"]
    guest.here("folder").mkdir()
    assert stat(guest, "folder")["isdir"]


@pytest.mark.parametrize("algorithm", ["md5", "sha256", "sha512"])
def test_other_hashes(guest: Guest, algorithm: str) -> None:
    guest.here("file").write_text("x")
    assert stat(guest, "file", checksum_algorithm=algorithm)["checksum"] == hashlib.new(algorithm, b"x").hexdigest()
    assert "checksum" not in stat(guest, "file", get_checksum="no")


def test_it_takes_one_round_trip(guest: Guest) -> None:
    assert guest.round_trips(lambda: stat(guest, "x")) == 1
