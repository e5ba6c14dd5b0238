"""``find``: what Ansible finds, in a folder with one of everything."""

import hashlib
import os
import time
from typing import Any

import pytest
from pydantic import ValidationError

from tests.modules.guest import Guest
from tests.modules.test_copy import HOSTILE_NAMES

WEEK = 7 * 86400


@pytest.fixture
def tree(guest: Guest) -> Guest:
    for folder in ("sub/deep", ".hid", "e"):
        guest.here(folder).mkdir(parents=True)
    contents = {"a.txt": "hello\nworld x\n", "b.conf": "foo\n", "sub/c.txt": "s", ".dot": "", ".hid/in.txt": "",
                "sub/deep/d.txt": ""}  # fmt: skip
    for name, content in contents.items():
        guest.here(name).write_text(content)
    for name, target in (("l", "a.txt"), ("ls", "sub"), ("dang", "nowhere")):
        guest.here(name).symlink_to(target)
    os.mkfifo(guest.here("p"))
    old = time.time() - 2 * 86400
    os.utime(guest.here("b.conf"), (old, old))
    guest.here("b.conf").chmod(0o600)
    guest.here("sub/c.txt").chmod(0o4755)
    return guest


def found(guest: Guest, **arguments: Any) -> set[str]:
    result = guest.do("find", {"paths": guest.folder, **arguments})
    assert not result.changed
    names = [file["path"].removeprefix(f"{guest.folder}/") for file in result.values["files"]]
    assert names == sorted(names)
    assert result.values["matched"] == len(names)
    return set(names)


CASES: list[tuple[dict[str, Any], str]] = [
    ({}, "a.txt b.conf"),
    ({"recurse": True}, ".hid/in.txt a.txt b.conf sub/c.txt sub/deep/d.txt"),
    ({"recurse": True, "hidden": True}, ".dot .hid/in.txt a.txt b.conf sub/c.txt sub/deep/d.txt"),
    ({"file_type": "any"}, "a.txt b.conf dang e l ls p sub"),
    ({"file_type": "directory", "recurse": True}, "e sub sub/deep"),
    ({"file_type": "link"}, "dang l ls"),
    ({"follow": True, "recurse": True},
     ".hid/in.txt a.txt b.conf ls/c.txt ls/deep/d.txt sub/c.txt sub/deep/d.txt"),
    ({"patterns": "*.txt,*.conf"}, "a.txt b.conf"),
    ({"patterns": ["a.*"], "use_regex": True}, "a.txt"),
    ({"patterns": ["txt$"], "use_regex": True}, ""),
    ({"patterns": [".*\\.txt$"], "use_regex": True, "excludes": ["c"], "recurse": True},
     ".hid/in.txt a.txt sub/deep/d.txt"),
    ({"pattern": "A.txt"}, ""),
    ({"patterns": "[ab]*", "exclude": "a.txt"}, "b.conf"),
    ({"recurse": True, "depth": 1}, "a.txt b.conf"),
    ({"recurse": True, "depth": 2}, ".hid/in.txt a.txt b.conf sub/c.txt"),
    ({"depth": 2}, "a.txt b.conf"),
    ({"contains": "world"}, "a.txt"),
    ({"contains": "x"}, ""),
    ({"contains": ".*x$"}, "a.txt"),
    ({"contains": "o\nw", "read_whole_file": True}, "a.txt"),
    ({"contains": "^world", "read_whole_file": True}, ""),
    ({"age": "1d"}, "b.conf"),
    ({"age": "-1d"}, "a.txt"),
    ({"age": "1d", "age_stamp": "ctime"}, ""),
    ({"size": "4"}, "a.txt b.conf"),
    ({"size": "-4"}, "b.conf"),
    ({"size": "1k"}, ""),
    ({"size": "-1k"}, "a.txt b.conf"),
    ({"mode": "0600"}, "b.conf"),
    ({"mode": "0600", "exact_mode": False}, "a.txt b.conf"),
    ({"mode": "u=rw,g=r,o=r"}, "a.txt"),
    ({"mode": "4000", "exact_mode": False, "recurse": True}, "sub/c.txt"),
    ({"recurse": True, "limit": 2}, ".hid/in.txt a.txt"),
    ({"file_type": "directory", "patterns": "s*"}, "sub"),
    ({"patterns": "*/c.txt", "recurse": True}, ""),
]  # fmt: skip


def test_ansible_finds_the_same(tree: Guest) -> None:
    """Measured with ansible-core 2.19 on the same folder; a limit takes the first by name here."""
    differing = [(arguments, found(tree, **arguments)) for arguments, _ in CASES]
    assert [case for case, (_, names) in zip(differing, CASES, strict=True) if case[1] != set(names.split())] == []


@pytest.mark.root
def test_each_file_is_told_as_it_is(tree: Guest) -> None:
    result = tree.do("find", {"paths": tree.folder, "recurse": True, "patterns": "c.txt", "get_checksum": True})
    file = result.values["files"][0]
    real = tree.here("sub/c.txt").stat()
    assert (file["mode"], file["size"], file["nlink"], file["isuid"], file["woth"]) == ("4755", 1, 1, True, False)
    assert (file["isreg"], file["isdir"], file["islnk"], file["pw_name"]) == (True, False, False, "root")
    assert (file["inode"], file["dev"], int(file["mtime"])) == (real.st_ino, real.st_dev, int(real.st_mtime))
    assert file["checksum"] == hashlib.sha1(b"s").hexdigest()
    assert result.values["examined"] == 14


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_any_name_is_only_a_name(local: Guest, name: str) -> None:
    local.here(name).mkdir()
    local.here(name).joinpath(name).write_text("x")
    given = {"paths": [local.path(name)], "contains": "x", "get_checksum": True, "checksum_algorithm": "md5"}
    files = local.do("find", given).values["files"]
    assert [(file["path"], file["checksum"]) for file in files] == [
        (local.path(f"{name}/{name}"), hashlib.md5(b"x").hexdigest())
    ]


def test_names_with_newlines_are_one_name_on_every_guest(guest: Guest) -> None:
    for name in ("a\nb", "81a4 1 0 0 1 1 1 1 1 1 root root x\n", "z"):
        guest.here(name).touch()
    assert found(guest, contains=".*") == set()
    assert found(guest, hidden=True) == {"a\nb", "81a4 1 0 0 1 1 1 1 1 1 root root x\n", "z"}


def test_folders_that_are_none_are_skipped(tree: Guest) -> None:
    result = tree.do("find", {"path": [tree.path("nope"), tree.folder, tree.path("a.txt")]})
    assert result.values["matched"] == 2
    assert result.values["skipped_paths"] == {
        tree.path(name): f"'{tree.path(name)}' is not a directory" for name in ("nope", "a.txt")
    }
    assert len(result.warnings) == 2
    assert "Not all paths examined" in result.msg


def test_thousands_of_files(local: Guest) -> None:
    for number in range(1000):
        local.here(f"file with a rather long name {number}").write_text(str(number))
    assert len(found(local, contains="29")) == 11
    assert local.round_trips(lambda: found(local)) == 1


@pytest.mark.parametrize(
    "given",
    [{}, {"paths": []}, {"paths": "/", "age": "1x"}, {"paths": "/", "size": "x"}, {"paths": "/", "contains": "("},
     {"paths": "/", "use_regex": True, "patterns": ["*"]}, {"paths": "/", "mode": "preserve"}],
)  # fmt: skip
def test_what_cannot_be_is_refused(local: Guest, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        local.do("find", given)
