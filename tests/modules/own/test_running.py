"""Modules in ``sh`` on a guest: what they are given, and what is understood of what they tell."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.errors import ModuleError
from smolrun.modules.base import Module, ModuleResult
from smolrun.modules.own.declaration import Declaration
from smolrun.modules.own.running import shell_module
from smolrun.ssh.request import CommandRequest
from tests.modules.guest import Guest

ODD = 'it\'s "$(id)" `id` ${HOME}\\ *\n; -n é  '


def module(text: str, **declared: Any) -> Module[Any]:
    return shell_module("mine", Declaration.model_validate({"description": "x", **declared}), text)


def ran(guest: Guest, made: Module[Any], arguments: Mapping[str, Any] | None = None, **context: Any) -> ModuleResult:
    result = made.run(made.arguments.model_validate(arguments or {}), guest.task(**context))
    assert isinstance(result, ModuleResult)
    return result


def test_arguments_are_shell_variables_whatever_is_in_them(guest: Guest) -> None:
    made = module('value said "$text"\n', arguments={"text": {}})
    assert ran(guest, made, {"text": ODD}).values["said"] == ODD


def test_types_have_their_text(guest: Guest) -> None:
    arguments = {
        "a": {"type": "bool"},
        "b": {"type": "int"},
        "c": {"type": "float"},
        "d": {"type": "bool", "default": False},
    }
    made = module('value said "$a $b $c $d"\n', arguments=arguments)
    assert ran(guest, made, {"a": "yes", "b": "7", "c": 2.5}).values["said"] == "true 7 2.5 false"


def test_lists_and_mappings_are_words_for_the_shell(guest: Guest) -> None:
    text = 'eval "set -- $items"\nvalue count "$#"\nvalue second "$2"\neval "set -- $pairs"\nvalue pair "$1"\n'
    made = module(text, arguments={"items": {"type": "list"}, "pairs": {"type": "dict"}})
    values = ran(guest, made, {"items": ["a b", ODD, 3], "pairs": {"key": ODD}}).values
    assert (values["count"], values["second"], values["pair"]) == ("3", ODD, f"key={ODD}")


def test_elements_of_a_list_have_their_type() -> None:
    made = module("", arguments={"ports": {"type": "list", "elements": "int"}})
    made.arguments.model_validate({"ports": "80,443"})
    with pytest.raises(ValidationError, match="a whole number"):
        made.arguments.model_validate({"ports": ["x"]})


def test_what_is_not_given_is_not_set_even_if_the_environment_has_it(guest: Guest) -> None:
    made = module('value said "${text-nothing}"\n', arguments={"text": {}})
    assert ran(guest, made, environment={"text": "theirs"}).values["said"] == "nothing"
    assert ran(guest, made, {"text": ""}).values["said"] == ""


def test_names_that_a_model_or_the_functions_use_can_be_arguments(guest: Guest) -> None:
    names = ("copy", "json", "schema", "tool", "name", "value", "model_config")
    made = module('value said "$copy $json $tool"\n', arguments={name: {} for name in names}, needs=["sh"])
    assert ran(guest, made, {"copy": 1, "json": 2, "tool": 3}).values["said"] == "1 2 3"


def test_it_tells_that_something_changed_and_what(guest: Guest) -> None:
    made = module('changed\nmessage all is well\nwarn "mind the gap"\ndifference a b\nvalue x "1=2"\n', check_mode=True)
    result = ran(guest, made, diff_mode=True)
    assert (result.changed, result.failed, result.msg, result.warnings) == (
        True,
        False,
        "all is well",
        ("mind the gap",),
    )
    assert [(diff.before, diff.after) for diff in result.diffs] == [("a", "b")]
    assert result.values["x"] == "1=2"
    assert ran(guest, made).diffs == ()
    assert ran(guest, made, diff_mode=True, no_log=True).diffs == ()


def test_nothing_told_is_nothing_changed(guest: Guest) -> None:
    result = ran(guest, module("echo hello; echo there >&2\n"))
    assert (result.changed, result.failed, result.msg) == (False, False, "")
    assert result.values == {"rc": 0, "stderr": "hello\nthere\n", "stderr_lines": ["hello", "there"]}


def test_change_runs_only_where_something_may_be_changed(guest: Guest) -> None:
    made = module('change touch "$path"\n', arguments={"path": {}}, check_mode=True)
    path = guest.path("made")
    assert ran(guest, made, {"path": path}, check_mode=True).changed
    assert not guest.here("made").exists()
    assert ran(guest, made, {"path": path}).changed
    assert guest.here("made").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fail there is no such thing\n", "there is no such thing"),
        ("echo what a pity; exit 3\n", "the module 'mine' ended with 3: what a pity"),
        ("set -e; false; changed\n", "the module 'mine' ended with 1"),
        ("set -u; echo $no_such_variable\n", "the module 'mine' ended with"),
    ],
)
def test_it_fails(guest: Guest, text: str, message: str) -> None:
    result = ran(guest, module(text))
    assert result.failed
    assert not result.changed
    assert result.msg.startswith(message)


def test_what_changed_before_it_failed_has_changed(guest: Guest) -> None:
    result = ran(guest, module("changed; fail no more\n"))
    assert (result.changed, result.failed) == (True, True)


def test_a_tool_that_is_not_there_is_told_before_anything_is_done(guest: Guest) -> None:
    for output in ("functions", "json"):
        made = module('touch "$path"\n', arguments={"path": {}}, needs=["sh", "no-such-tool"], output=output)
        with pytest.raises(ModuleError, match="`no-such-tool` is not installed on web1"):
            ran(guest, made, {"path": guest.path("made")})
    assert not guest.here("made").exists()


def test_secrets_never_ride_the_command_line(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    run = guest.connection.run

    def watched(request: CommandRequest, deadline: Any) -> Any:
        lines.append(request.command)
        return run(request, deadline)

    monkeypatch.setattr(guest.connection, "run", watched)
    made = module('value said "$token $name"\n', arguments={"token": {"secret": True}, "name": {}})
    assert ran(guest, made, {"token": "hush-hush", "name": "plain"}).values["said"] == "hush-hush plain"
    assert "plain" in lines[0]
    assert "hush-hush" not in lines[0]
    ran(guest, made, {"name": "plain"}, no_log=True)
    assert "plain" not in lines[1]


def test_json_is_understood_as_ansible_understands_it(guest: Guest) -> None:
    said = '{"changed": true, "msg": "done", "size": 3, "diff": {"before": "a", "after": "b"}, "warnings": ["w"],'
    made = module(f'echo \'{said} "ansible_facts": {{"ansible_x": 1}}}}\'\n', output="json")
    result = ran(guest, made, diff_mode=True)
    assert (result.changed, result.msg, result.values["size"], result.warnings) == (True, "done", 3, ("w",))
    assert (result.facts, result.ansible_facts) == ({"ansible_x": 1}, {"x": 1})
    assert result.diffs[0].after == "b"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('echo \'{"failed": true, "msg": "no"}\'\n', "no"),
        ("echo oh no >&2; exit 2\n", "the module 'mine' ended with 2: oh no"),
    ],
)
def test_json_can_say_that_it_failed(guest: Guest, text: str, message: str) -> None:
    result = ran(guest, module(text, output="json"))
    assert (result.failed, result.msg) == (True, message)


@pytest.mark.parametrize("text", ["echo hello\n", "echo '[1]'\n", ":\n"])
def test_what_is_no_json_object_fails(guest: Guest, text: str) -> None:
    with pytest.raises(ModuleError, match="the module 'mine' printed"):
        ran(guest, module(text, output="json"))


def test_it_takes_one_round_trip(guest: Guest) -> None:
    made = module("changed\n", arguments={"a": {}})
    assert guest.round_trips(lambda: ran(guest, made, {"a": "x"})) == 1


def test_check_mode_is_what_the_header_says() -> None:
    kinds = {False: "skip", True: "full", "always": "always"}
    assert {said: module("", check_mode=said).check_mode for said in kinds} == kinds
