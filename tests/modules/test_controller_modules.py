"""``debug``, ``set_fact``, ``assert``, ``fail``, ``pause``, ``wait_for_connection``: what happens here, not there."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.errors import TemplateError
from smolrun.modules.registry import find
from smolrun.source.text import SourceText
from tests.modules.guest import Guest, written
from tests.servers.endpoint import Endpoint

NO_GUEST = ["debug", "set_fact", "assert", "fail", "pause"]


@pytest.mark.parametrize("name", NO_GUEST)
def test_no_connection_is_made_for_them(name: str) -> None:
    found = find(name)
    assert found is not None
    assert not found.module.uses_guest


# --- debug -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ({}, {"msg": "Hello world!"}),
        ({"msg": "x"}, {"msg": "x"}),
        ({"msg": ["a", {"b": 1}]}, {"msg": ["a", {"b": 1}]}),
        ({"msg": ""}, {"msg": ""}),
        ({"var": written("number")}, {"number": 5}),
        ({"var": written("number + 1")}, {"number + 1": 6}),
        ({"var": written("{{ number }}")}, {"{{ number }}": 5}),
        ({"var": written("nope.x")}, {"nope.x": "<< error 1 - 'nope' is undefined >>"}),
        ({"var": written("output")}, {"output": "{{ 7 * 7 }}"}),
    ],
)
def test_debug_shows(local: Guest, arguments: dict[str, Any], values: dict[str, Any]) -> None:
    result = local.do("debug", arguments, variables={"number": 5, "output": "{{ 7 * 7 }}"})
    assert result.values == values
    assert not result.changed


def test_debug_waits_for_its_verbosity(local: Guest) -> None:
    assert local.do("debug", {"verbosity": 2}, variables={"ansible_verbosity": 1}).skipped
    assert not local.do("debug", {"verbosity": "2"}, variables={"ansible_verbosity": 2}).skipped
    with pytest.raises(ValidationError, match="exclude each other"):
        local.do("debug", {"msg": "x", "var": "y"})


def test_debug_never_evaluates_what_is_data(local: Guest) -> None:
    assert local.do("debug", {"var": "lookup(1)"}).values == {"lookup(1)": "lookup(1)"}


# --- set_fact --------------------------------------------------------------------------------------


def test_set_fact_gives_variables_to_the_host(local: Guest) -> None:
    result = local.do("set_fact", {"a": "{{ 1 }}", "b": [1]})
    assert result.facts == {"a": "{{ 1 }}", "b": [1]}
    assert result.ansible_facts == {}
    assert result.values["ansible_facts"] == {"a": "{{ 1 }}", "b": [1]}
    assert not result.changed


def test_set_fact_keeps_facts_that_are_cacheable(local: Guest) -> None:
    assert local.do("set_fact", {"a": 1, "cacheable": "yes"}).ansible_facts == {"a": 1}


@pytest.mark.parametrize(("arguments", "message"), [({}, "no variable to set"), ({"a-b": 1}, "Invalid variable name")])
def test_set_fact_refuses(local: Guest, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        local.do("set_fact", arguments)


# --- assert and fail -------------------------------------------------------------------------------


def test_assert_passes_when_all_hold(local: Guest) -> None:
    that = [written("x == 1"), True, written("y is defined")]
    result = local.do("assert", {"that": that}, variables={"x": 1, "y": 2})
    assert (result.failed, result.changed, result.msg) == (False, False, "All assertions passed")
    assert local.do("assert", {"that": True, "success_msg": "fine"}).msg == "fine"


def test_assert_shows_the_condition_and_the_values(local: Guest) -> None:
    variables = {"x": 1, "limit": {"of": 2}, "other": 3}
    result = local.do("assert", {"that": [written("x == 1"), written("x > limit.of")]}, variables=variables)
    assert result.failed
    assert result.values["assertion"] == "x > limit.of"
    assert result.values["evaluated_to"] is False
    assert result.values["involved"] == {"x": 1, "limit": {"of": 2}}
    assert result.msg == "Assertion failed: x > limit.of (x = 1, limit = {'of': 2})"
    assert "x = 1" not in local.do("assert", {"that": [written("x > 1")], "quiet": True}, variables=variables).msg
    assert local.do("assert", {"that": [written("x > 1")]}, variables=variables, no_log=True).values["involved"] == {}


@pytest.mark.parametrize("key", ["msg", "fail_msg"])
def test_assert_says_what_it_is_told_to(local: Guest, key: str) -> None:
    assert local.do("assert", {"that": [False], key: "too small"}).msg == "too small"
    assert local.do("assert", {"that": [False], key: ["a", "b"]}).msg == "a\nb"


def test_assert_never_evaluates_what_is_data(local: Guest) -> None:
    with pytest.raises(TemplateError, match="never evaluated"):
        local.do("assert", {"that": ["1 == 1"]})


def test_assert_takes_a_list_that_was_written_elsewhere(local: Guest) -> None:
    variables = {"rules": [SourceText("x == 1"), SourceText("x == 2")], "x": 1}
    assert local.do("assert", {"that": written("{{ rules }}")}, variables=variables).values["assertion"] == "x == 2"


def test_fail_fails(local: Guest) -> None:
    assert local.fails("fail", {"msg": "no"}) == "no"
    assert local.fails("fail") == "Failed as requested from task"


# --- pause -----------------------------------------------------------------------------------------


def test_pause_waits_for_the_time_it_is_told(local: Guest) -> None:
    slept: list[float] = []
    told: list[str] = []
    result = local.do("pause", {"seconds": "2"}, sleep=slept.append, progress=told.append)
    local.do("pause", {"minutes": 0.5, "prompt": "cooling"}, sleep=slept.append, progress=told.append)
    assert slept == [2, 30]
    assert told == ["pausing for 2 seconds", "cooling"]
    assert result.values.keys() >= {"start", "stop", "delta", "echo", "user_input", "stdout"}


def test_pause_asks_and_gives_back_the_answer(local: Guest) -> None:
    asked: list[tuple[str, bool]] = []

    def prompt(text: str, echo: bool) -> str:
        asked.append((text, echo))
        return "blue"

    result = local.do("pause", {"prompt": "Which", "echo": "no"}, prompt=prompt)
    assert result.values["user_input"] == "blue"
    assert asked == [("[Which]:\n", False)]


def test_pause_goes_on_where_nobody_can_answer(local: Guest) -> None:
    result = local.do("pause", {"prompt": "Which"})
    assert result.values["user_input"] == ""
    assert "no terminal" in result.warnings[0]


def test_pause_takes_one_span(local: Guest) -> None:
    with pytest.raises(ValidationError, match="not both"):
        local.do("pause", {"seconds": 1, "minutes": 1})
    with pytest.raises(ValidationError):
        local.do("pause", {"seconds": -1})


# --- wait_for_connection ---------------------------------------------------------------------------


def test_waits_until_the_guest_is_there(debian: Guest, openssh: Endpoint) -> None:
    result = debian.do("wait_for_connection", {"timeout": 20, "delay": 1})
    assert not result.failed
    assert result.values["elapsed"] >= 0


def test_gives_up_at_its_own_limit(debian: Guest, busybox_guest: Endpoint) -> None:
    from smolrun.connection.settings import Endpoint as Settings
    from tests.modules.guest import CountingSSH

    nobody = Settings(host="127.0.0.1", port=1, user="root", key_path=busybox_guest.key_path)
    debian.connection = CountingSSH(nobody)
    message = debian.fails("wait_for_connection", {"timeout": 1, "sleep": 0.2})
    assert "no connection within 1 s" in message


# --- set_stats -------------------------------------------------------------------------------------


def test_set_stats_tells_figures_in_its_result(local: Guest) -> None:
    result = local.do("set_stats", {"data": {"upgraded": 3}, "per_host": "yes", "aggregate": "x"})
    assert result.values == {"ansible_stats": {"data": {"upgraded": 3}, "per_host": True, "aggregate": False}}
    assert not result.changed


@pytest.mark.parametrize(
    ("data", "message"), [([1, 2], "needs to be a dictionary/hash"), ({".bad": 1}, "Invalid variable name '.bad'")]
)
def test_set_stats_refuses(local: Guest, data: Any, message: str) -> None:
    result = local.do("set_stats", {"data": data})
    assert result.failed
    assert message in result.msg
