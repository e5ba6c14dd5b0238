"""Arguments: rendered, then checked by the module's own model."""

from typing import Any

import pytest
from pydantic import SecretStr

from smolrun.engine.arguments import secrets_in
from smolrun.engine.redaction import MASK
from smolrun.modules import registry
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.modules.registry import FoundModule
from tests.engine.conftest import Play


class Login(Arguments):
    user: str
    password: SecretStr
    more: tuple[SecretStr, ...] = ()


def test_secrets_are_found_in_all_arguments_that_are_typed_secret() -> None:
    login = Login.model_validate({"user": "me", "password": "opensesame", "more": ["second"]})
    assert list(secrets_in(login)) == ["opensesame", "second"]


def log_in(arguments: Login, task: TaskContext) -> ModuleResult:
    return ModuleResult(msg=f"{arguments.user} with {arguments.password.get_secret_value()}")


def test_a_secret_argument_never_shows_even_when_its_module_gives_it_away(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = FoundModule("ping", Module(Login, log_in, uses_guest=False))
    find = registry.find
    monkeypatch.setattr(registry, "find", lambda name: found if name == "ping" else find(name))
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          vars: {word: opensesame}
          tasks: [{name: t, ping: {user: me, password: "{{ word }}"}}]
        """
    )
    assert played.message("t") == f"me with {MASK}"


BROKEN = [
    ("pause: {seconds: '{{ [1] }}'}", "'seconds'"),
    ("set_fact: {a: 1}\n      args: '{{ 5 }}'", "'args'"),
    ("command: {cmd: '{{ omit }}'}", "no command"),
]


@pytest.mark.parametrize(("task", "named"), BROKEN)
def test_arguments_that_are_wrong_once_rendered_fail_the_task_and_name_the_argument(
    play: Play, task: str, named: str
) -> None:
    played = play(f"- hosts: localhost\n  gather_facts: false\n  tasks:\n    - name: t\n      {task}\n")
    assert played.code == 2
    assert named in played.failure("t").message


def test_a_template_of_further_arguments_is_merged_under_the_written_ones(play: Play) -> None:
    text = """
    - hosts: localhost
      gather_facts: false
      tasks: [{name: t, debug: {msg: written}, args: "{{ given }}"}]
    """
    given: dict[str, Any] = {"msg": "given", "verbosity": 0}
    assert play(text, extra_vars={"given": given}).message("t") == "written"


def test_an_argument_that_we_lack_fails_the_task_that_comes_to_it_and_no_other(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          tasks:
            - {name: passed over, user: {name: a, hidden: true}, when: unset is defined}
            - {name: omitted, user: {name: root, hidden: "{{ omit }}"}, check_mode: true}
            - {name: come to, user: {name: a, hidden: true}, when: ansible_check_mode is defined}
        """
    )
    assert [played.task(name).status for name in ("passed over", "omitted", "come to")] == ["skipped", "ok", "failed"]
    failure = played.failure("come to")
    assert failure.message == "the argument 'hidden' of 'user' is not implemented: only macOS hides users"
    assert failure.place is not None
    assert failure.place.line == 7
