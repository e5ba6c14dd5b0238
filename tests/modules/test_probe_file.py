from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.probe_file import ProbeFileArguments
from tests.modules.guest import Guest


@pytest.fixture
def file(guest: Guest) -> str:
    guest.here("file").write_text("one\ntwo = 2\n")
    guest.here("file").chmod(0o640)
    return guest.path("file")


@pytest.mark.parametrize(
    "more", [{}, {"state": "file"}, {"mode": "0640"}, {"mode": "640"}, {"contains": r"^two\s*=\s*\d$"}]
)  # fmt: skip
def test_what_is_as_it_has_to_be(guest: Guest, file: str, more: dict[str, Any]) -> None:
    result = guest.do("probe_file", {"path": file, **more})
    assert (result.failed, result.values["stat"]["mode"]) == (False, "0640")


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"state": "directory"}, "it is a file, not a directory"),
        ({"state": "absent"}, "it is there"),
        ({"mode": "0644"}, "its mode is 0640, not 0644"),
        ({"owner": "nobody-at-all"}, "not nobody-at-all"),
        ({"contains": "three"}, "it does not have 'three', but ends with 'one\\\\ntwo = 2'"),
        ({"checksum": "abc"}, "not abc"),
        ({"mode": "0600", "state": "link"}, "it is a file, not a link; its mode is 0640, not 0600"),
    ],
)
def test_every_problem_is_told(guest: Guest, file: str, more: dict[str, Any], problem: str) -> None:
    assert problem.replace("\\\\", "\\") in guest.fails("probe_file", {"path": file, **more})


def test_what_is_to_be_absent(guest: Guest) -> None:
    assert not guest.do("probe_file", {"path": guest.path("gone"), "state": "absent"}).failed


@pytest.mark.parametrize("more", [{"state": "absent", "mode": "0644"}, {"state": "link", "contains": "x"},
                                  {"contains": "("}, {"mode": "rw"}])  # fmt: skip
def test_what_makes_no_sense_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProbeFileArguments(path="/x", **more)
