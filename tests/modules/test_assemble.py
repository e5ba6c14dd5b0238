"""``assemble``: the pieces in the order of their names, joined as Ansible joins them."""

from typing import Any

import pytest

from tests.modules.guest import Guest

PIECES = {"1.conf": "one", "2.conf": "two\n", "3.conf": "", "4.txt": "four", ".h": "hid\n", "it's -x": "x"}
CASES: list[tuple[dict[str, Any], str]] = [
    ({}, "hid\none\ntwo\n\nfour\ntwo\nx"),
    ({"delimiter": "---"}, "hid\n---\none\n---\ntwo\n---\n\n---\nfour\n---\ntwo\n---\nx"),
    ({"delimiter": "a\\tb\\x41", "regexp": "^[12]"}, "one\na\tbA\ntwo\n"),
    ({"delimiter": "-\\n", "regexp": "^[12]"}, "one\n-\ntwo\n"),
    ({"ignore_hidden": True, "regexp": "conf$|h"}, "one\ntwo\n"),
    ({"regexp": "^4"}, "four"),
    ({"regexp": "nothing"}, ""),
]


def lay_out(guest: Guest, *, remote: bool) -> str:
    folder = guest.here("pieces") if remote else guest.files / "pieces"
    folder.joinpath("folder").mkdir(parents=True)
    for name, content in PIECES.items():
        folder.joinpath(name).write_text(content)
    folder.joinpath("5l").symlink_to("2.conf")
    return guest.path("pieces") if remote else "pieces"


@pytest.mark.parametrize("remote", [True, False])
def test_ansible_makes_the_same(guest: Guest, remote: bool) -> None:
    given = {"src": lay_out(guest, remote=remote), "remote_src": remote, "dest": guest.path("out")}
    for more, expected in CASES:
        foreseen = guest.do("assemble", {**given, **more}, check_mode=True, diff_mode=True)
        done = guest.do("assemble", {**given, **more}, diff_mode=True)
        assert guest.here("out").read_text() == expected, more
        assert foreseen.changed == done.changed
        assert foreseen.diffs == done.diffs
        assert not guest.do("assemble", {**given, **more}).changed


def test_few_round_trips(guest: Guest) -> None:
    given = {"src": lay_out(guest, remote=True), "dest": guest.path("out"), "mode": "0600", "backup": True}
    assert guest.round_trips(lambda: guest.do("assemble", given)) == 3
    assert guest.round_trips(lambda: guest.do("assemble", given)) == 2
    assert guest.here("out").stat().st_mode & 0o777 == 0o600


def test_validate_keeps_a_bad_file_out(guest: Guest) -> None:
    given = {"src": lay_out(guest, remote=True), "dest": guest.path("out"), "validate": "grep -q never %s"}
    assert "failed to validate" in guest.fails("assemble", given)
    assert not guest.here("out").exists()


def test_what_is_no_folder_says_so(guest: Guest) -> None:
    assert "is not a directory" in guest.fails("assemble", {"src": guest.path("nope"), "dest": guest.path("out")})
    guest.source("file", "x")
    given = {"src": "file", "dest": guest.path("out"), "remote_src": False}
    assert "is not a folder" in guest.fails("assemble", given)
    with_escape = {"src": lay_out(guest, remote=True), "dest": guest.path("out"), "delimiter": "\\x"}
    assert "escape" in guest.fails("assemble", with_escape)
