"""``ini_file``: the lines that are asked for change, and no others."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.files.ini import Wish, edit_ini
from smolrun.modules.ini_file import IniFileArguments
from tests.modules.guest import Guest

TEXT = """\
top = 1
; a comment

[one]
# port = 80
name = x
name = y

[two]
port=9
"""


@pytest.mark.parametrize(
    ("given", "old", "new", "msg"),
    [
        ({"section": "two", "option": "port", "value": "10"}, "port=9\n", "port = 10\n", "option changed"),
        ({"section": "two", "option": "port", "value": "10", "no_extra_spaces": True}, "=9\n", "=10\n",
         "option changed"),
        ({"section": "one", "option": "port", "value": "81"}, "# port = 80\n", "port = 81\n", "option changed"),
        ({"section": "one", "option": "port", "value": "81", "modify_inactive_option": False}, "name = y\n",
         "name = y\nport = 81\n", "option added"),
        ({"section": "one", "option": "name", "value": "y"}, "name = x\n", "", "option changed"),
        ({"section": "one", "option": "name", "values": ["x", "z"]}, "name = y\n", "name = z\n", "option changed"),
        ({"section": "one", "option": "name", "values": ["z"], "exclusive": False}, "name = y\n",
         "name = y\nname = z\n", "option added"),
        ({"section": "three", "option": "a", "value": "b"}, "port=9\n", "port=9\n[three]\na = b\n",
         "section and option added"),
        ({"section": "three"}, "port=9\n", "port=9\n[three]\n", "only section added"),
        ({"option": "top", "value": "2"}, "top = 1", "top = 2", "option changed"),
        ({"option": "low", "value": "2"}, "top = 1\n", "top = 1\nlow = 2\n", "option added"),
        ({"section": "two", "option": "flag", "allow_no_value": True}, "port=9\n", "port=9\nflag\n", "option added"),
        ({"section": "one", "option": "name", "state": "absent"}, "name = x\nname = y\n", "", "option changed"),
        ({"section": "one", "option": "name", "value": "x", "exclusive": False, "state": "absent"}, "name = x\n", "",
         "option changed"),
        ({"section": "two", "section_has_values": [{"option": "port"}], "option": "a", "value": "b"}, "port=9\n",
         "port=9\na = b\n", "option added"),
        ({"section": "one", "section_has_values": [{"option": "port", "value": "81"}], "option": "a", "value": "b"},
         "port=9\n", "port=9\n[one]\nport = 81\na = b\n", "section and option added"),
        ({"section": "one", "section_has_values": [{"option": "name", "values": ["a", "b"]}], "option": "name",
          "value": "c", "exclusive": False}, "port=9\n", "port=9\n[one]\nname = c\nname = a\nname = b\n",
         "section and option added"),
        ({"section": "two", "section_has_values": [{"option": "port", "value": "9"}], "state": "absent"},
         "[two]\nport=9\n", "", "section removed"),
        ({"section": "two", "state": "absent"}, "[two]\nport=9\n", "", "section removed"),
    ],
)  # fmt: skip
def test_changes(guest: Guest, given: dict[str, Any], old: str, new: str, msg: str) -> None:
    guest.here("f").write_text(TEXT)
    arguments = {"path": guest.path("f"), **given}
    assert guest.do("ini_file", arguments, check_mode=True).changed
    assert guest.here("f").read_text() == TEXT
    done = guest.do("ini_file", arguments)
    assert (done.changed, done.msg) == (True, msg)
    assert guest.here("f").read_text() == TEXT.replace(old, new, 1)
    second = guest.do("ini_file", arguments)
    assert (second.changed, second.msg) == (False, "OK")


@pytest.mark.parametrize(
    "given",
    [
        {"section": "two", "option": "port", "value": "9", "ignore_spaces": True},
        {"section": "two", "option": "port", "value": "9", "no_extra_spaces": True},
        {"section": "nope", "option": "a", "state": "absent"},
        {"section": "nope", "state": "absent"},
        {"section": "one", "option": "nope", "state": "absent"},
        {"section": "two"},
    ],
)
def test_what_is_right_stays(guest: Guest, given: dict[str, Any]) -> None:
    guest.here("f").write_text(TEXT)
    assert not guest.do("ini_file", {"path": guest.path("f"), **given}).changed
    assert guest.here("f").read_text() == TEXT


def test_a_file_is_made_with_its_folders_or_refused(guest: Guest) -> None:
    given = {"path": guest.path("a b/it's.ini"), "section": "s", "option": "o", "value": "v", "mode": "0600"}
    assert "does not exist" in guest.fails("ini_file", {**given, "create": False})
    assert guest.do("ini_file", given).changed
    assert guest.here("a b/it's.ini").read_text() == "[s]\no = v\n"
    assert guest.here("a b/it's.ini").stat().st_mode & 0o777 == 0o600
    assert not guest.do("ini_file", {**given, "path": guest.path("none"), "state": "absent"}).changed
    assert not guest.here("none").exists()


def test_an_unfinished_last_line_is_not_glued_to_the_next() -> None:
    assert edit_ini("[a]\nb = c", Wish("a", "d", ("e",))).text == "[a]\nb = c\nd = e\n"


@pytest.mark.parametrize(
    "given", [{"option": "a"}, {"option": "a", "value": "b", "values": ["c"]}, {"section": "s", "nope": 1}]
)
def test_wrong_arguments_are_told(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        IniFileArguments.model_validate({"path": "/x", **given})


def test_the_section_that_has_the_values_is_the_one(guest: Guest) -> None:
    peers = "[Peer]\nip = 1\nkey = a\n\n[ Peer ]\nip = 2\nkey = b\n"
    guest.here("f").write_text(peers)
    second = {"path": guest.path("f"), "section": "Peer", "section_has_values": [{"option": "ip", "value": "2"}]}
    assert guest.do("ini_file", {**second, "option": "key", "value": "c"}).changed
    assert guest.here("f").read_text() == peers.replace("key = b", "key = c")
    assert guest.do("ini_file", {**second, "state": "absent"}).changed
    assert not guest.do("ini_file", {**second, "state": "absent"}).changed
    assert guest.here("f").read_text() == "[Peer]\nip = 1\nkey = a\n\n"
