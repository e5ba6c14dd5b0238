"""``blockinfile``: the same block in the same place as Ansible puts it, and once only."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules import blockinfile
from tests.modules.guest import Guest
from tests.modules.vectors import cases
from tests.modules.vectors.decisions import arguments, decided, original

BEGIN, END = "# BEGIN ANSIBLE MANAGED BLOCK\n", "# END ANSIBLE MANAGED BLOCK\n"


def test_ansible_does_the_same() -> None:
    compared = [(case, *decided("blockinfile", blockinfile.decide, case)) for case in cases("blockinfile")]
    assert len(compared) >= 250
    assert [one for one in compared if one[1] != one[2]] == []


@pytest.mark.parametrize(
    ("content", "given", "after"),
    [
        # Ansible ends the last line of a file that it has nothing to remove from, and calls that a removed block
        ("a", {"state": "absent"}, "a"),
        # leaves an empty line where a block is removed
        (f"a\n{BEGIN}x\n{END}b\n", {"state": "absent", "append_newline": True}, "a\nb\n"),
        # and inserts a block whose marker is written with its end again and again
        ("// BEGIN\nx\n// END\n", {"block": "x", "marker": "// {mark}\n"}, "// BEGIN\nx\n// END\n"),
    ],
)
def test_where_we_are_safer(content: str, given: dict[str, Any], after: str) -> None:
    read: Any = arguments("blockinfile", {"args": given})
    assert blockinfile.decide(read, original(content)).content == after.encode()


def test_on_a_guest(guest: Guest) -> None:
    guest.here("file").write_text("a\nb\n")
    given = {"path": guest.path("file"), "block": "1\n2\n", "insertafter": "^a", "marker": "# {mark} it's $x"}
    first = guest.do("blockinfile", given)
    assert (first.changed, first.msg) == (True, "Block inserted")
    assert guest.here("file").read_text() == "a\n# BEGIN it's $x\n1\n2\n# END it's $x\nb\n"
    assert not guest.do("blockinfile", given).changed
    assert guest.do("blockinfile", {**given, "block": "3"}).changed
    gone = guest.do("blockinfile", {**given, "state": "absent"})
    assert (gone.changed, gone.msg) == (True, "Block removed")
    assert guest.here("file").read_text() == "a\nb\n"
    assert not guest.do("blockinfile", {**given, "state": "absent"}).changed


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValidationError):
        arguments("blockinfile", {"args": {"insertafter": "a", "insertbefore": "b"}})
