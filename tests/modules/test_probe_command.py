from typing import Any

import pytest

from tests.modules.guest import Guest


@pytest.mark.parametrize(
    "arguments",
    [
        {"cmd": "true"},
        {"cmd": "exit 3", "rc": 3},
        {"cmd": "exit 3", "rc": [0, 3]},
        {"cmd": "echo one; echo two", "stdout": "^two$"},
        {"cmd": "echo bad >&2", "stderr": "bad"},
    ],
)
def test_what_is_as_it_has_to_be(guest: Guest, arguments: dict[str, Any]) -> None:
    result = guest.do("probe_command", arguments)
    assert (result.failed, result.changed) == (False, False)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"cmd": "echo why >&2; false"}, "it ended with 1, not 0: why"),
        ({"cmd": "true", "rc": [1, 2]}, "it ended with 0, not 1 or 2"),
        ({"cmd": "echo one", "stdout": "two"}, "its output does not have 'two', but ends with 'one'"),
        ({"cmd": "true", "stdout": "x"}, "its output does not have 'x', it is empty"),
    ],
)
def test_every_problem_is_told(guest: Guest, arguments: dict[str, Any], problem: str) -> None:
    assert problem in guest.fails("probe_command", arguments)


def test_it_runs_in_check_mode_and_gives_its_output(guest: Guest) -> None:
    result = guest.do("probe_command", {"cmd": "echo here"}, check_mode=True)
    assert result.command is not None
    assert result.command.output == "here"
