"""``lineinfile``: the same line in the same place as Ansible puts it, and once only."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules import lineinfile
from smolrun.modules.files.editing import Edit, Original
from tests.modules.guest import Guest
from tests.modules.vectors import cases
from tests.modules.vectors.decisions import arguments, decided, original


def decide(given: lineinfile.LineinfileArguments, file: Original) -> Edit:
    return (lineinfile.present if given.state == "present" else lineinfile.absent)(given, file)


def test_ansible_does_the_same() -> None:
    compared = [(case, *decided("lineinfile", decide, case)) for case in cases("lineinfile")]
    assert len(compared) == 300
    assert [one for one in compared if one[1] != one[2]] == []


@pytest.mark.parametrize(
    ("content", "more", "after"),
    [
        # Ansible glues the new line to a last line without an end
        ("a=1", {"insertafter": "^a"}, "a=1\nnew\n"),
        # and adds a line that is written with its end again and again, each time with an empty one
        ("a=1\n", {"line": "new\n"}, "a=1\nnew\n"),
        ("new\na=1\n", {"line": "new\n"}, "new\na=1\n"),
    ],
)
def test_where_we_are_safer(content: str, more: dict[str, Any], after: str) -> None:
    given: Any = arguments("lineinfile", {"args": {"line": "new", **more}})
    edit = decide(given, original(content))
    assert edit.content == after.encode()
    again = decide(given, original(after))
    assert again.content == after.encode()


def test_on_a_guest(guest: Guest) -> None:
    guest.here("file").write_bytes(b"#Port 22\r\nna\xc3\xafve\r\n")
    given = {"path": guest.path("file"), "regexp": "^#?Port ", "line": "Port 2222"}
    first = guest.do("lineinfile", given)
    assert (first.changed, first.msg) == (True, "line replaced")
    assert guest.here("file").read_bytes() == b"Port 2222\nna\xc3\xafve\r\n"
    assert not guest.do("lineinfile", given).changed
    gone = guest.do("lineinfile", {"dest": guest.path("file"), "state": "absent", "regex": "^Port"})
    assert (gone.changed, gone.msg, gone.values["found"]) == (True, "1 line(s) removed", 1)
    assert not guest.do("lineinfile", {"name": guest.path("no"), "state": "absent", "line": "x"}).changed


def test_a_group_that_is_not_there(local: Guest) -> None:
    local.here("file").write_text("a\n")
    given = {"path": local.path("file"), "regexp": "a", "line": "\\1", "backrefs": True}
    assert "uses a group" in local.fails("lineinfile", given)


def test_an_empty_expression_gives_a_warning(local: Guest) -> None:
    local.here("file").write_text("a\nb\n")
    assert local.do("lineinfile", {"path": local.path("file"), "regexp": "", "line": "x"}).warnings
    assert local.here("file").read_text() == "a\nx\n"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"state": "absent"},
        {"line": "x", "regexp": "x", "search_string": "x"},
        {"line": "x", "insertafter": "x", "insertbefore": "x"},
        {"line": "x", "backrefs": True},
        {"regexp": "x"},
    ],
)
def test_what_does_not_belong_together_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        arguments("lineinfile", {"args": given})
