"""``debconf`` and ``dpkg_selections`` on a real Debian."""

import pytest
from pydantic import ValidationError

from smolrun.modules.debconf import DebconfArguments
from tests.modules.guest import Guest, SystemGuest


@pytest.mark.slow
def test_answers(system: SystemGuest) -> None:
    given = {"name": "tool", "question": "tool/port", "vtype": "string", "value": 8080}
    first = system.twice("debconf", given)
    assert first.values["current"]["tool/port"] == "8080"
    assert "tool/port" not in first.values["previous"]
    system.twice("debconf", {**given, "value": "it's $HOME"})
    assert system.do("debconf", {"name": "tool"}).values["current"]["tool/port"] == "it's $HOME"
    system.twice("debconf", {"name": "tool", "question": "tool/on", "vtype": "boolean", "value": True})
    system.twice("debconf", {"name": "tool", "question": "tool/many", "vtype": "multiselect", "value": ["b", "a"]})
    assert not system.do(
        "debconf", {"name": "tool", "question": "tool/many", "vtype": "multiselect", "value": "a, b"}
    ).changed


@pytest.mark.slow
def test_passwords_are_not_told(system: SystemGuest) -> None:
    given = {"name": "tool", "question": "tool/secret", "vtype": "password", "value": "hunter2"}
    assert system.do("debconf", given, check_mode=True).changed
    done = system.do("debconf", given, diff_mode=True)
    assert done.changed
    assert "hunter2" not in str(done)
    assert not system.do("debconf", given).changed


@pytest.mark.slow
def test_holds(system: SystemGuest) -> None:
    system.twice("dpkg_selections", {"name": "sudo", "selection": "hold"})
    assert system.sh("dpkg --get-selections sudo").split() == ["sudo", "hold"]
    system.twice("dpkg_selections", {"name": "sudo", "selection": "install"})
    message = system.fails("dpkg_selections", {"name": "no-such", "selection": "hold"})
    assert message == "Failed to find package 'no-such' to perform selection 'hold'."


def test_missing_tools_are_told(busybox: Guest) -> None:
    assert busybox.fails("debconf", {"name": "x"}) == "`debconf-show` is not installed on web1"


@pytest.mark.parametrize("given", [{"question": "a", "value": 1}, {"question": "a", "vtype": "select"}])
def test_what_belongs_together_is_told(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="go together"):
        DebconfArguments.model_validate({"name": "x", **given})
