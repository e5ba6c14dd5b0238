"""``replace``: the same text as Ansible makes of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules import replace
from tests.modules.guest import Guest
from tests.modules.vectors import cases
from tests.modules.vectors.decisions import arguments, decided


def test_ansible_does_the_same() -> None:
    compared = [(case, *decided("replace", replace.decide, case)) for case in cases("replace")]
    assert len(compared) >= 150
    assert [one for one in compared if one[1] != one[2]] == []


def test_on_a_guest(guest: Guest) -> None:
    guest.here("file").write_text("old.host a\n<a>\nold.host b\n</a>\n")
    given = {"path": guest.path("file"), "regexp": r"^old\.host (\w)", "replace": r"new \1", "after": "<a>"}
    first = guest.do("replace", given)
    assert (first.changed, first.msg) == (True, "1 replacements made")
    assert guest.here("file").read_text() == "old.host a\n<a>\nnew b\n</a>\n"
    assert not guest.do("replace", given).changed


def test_other_encodings(local: Guest) -> None:
    local.here("file").write_bytes("naïve".encode("latin-1"))
    assert local.do(
        "replace", {"path": local.path("file"), "regexp": "ï", "replace": "é", "encoding": "latin-1"}
    ).changed
    assert local.here("file").read_bytes() == "naéve".encode("latin-1")
    given = {"path": local.path("file"), "regexp": "a", "replace": "☃", "encoding": "latin-1"}
    assert "is no text in latin-1" in local.fails("replace", given)
    assert "no encoding 'nope'" in local.fails("replace", {**given, "encoding": "nope"})


def test_a_group_that_is_not_there(local: Guest) -> None:
    local.here("file").write_text("a\n")
    assert "uses a group" in local.fails("replace", {"path": local.path("file"), "regexp": "a", "replace": r"\1"})


@pytest.mark.parametrize("given", [{}, {"regexp": "("}, {"regexp": "a", "before": "("}])
def test_what_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        arguments("replace", {"args": given})
