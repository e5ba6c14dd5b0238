"""What a run shows of secrets: no part of them, in no corner of an event."""

import secrets
from pathlib import Path
from typing import Any

import pytest

from smolrun.engine.events import Event
from smolrun.engine.options import RunOptions
from smolrun.report.plain_values import json_text
from smolrun.source.vault import VaultSecret, VaultSecrets
from smolrun.source.vault_writer import encrypt
from tests.engine.conftest import Play

TOKEN = secrets.token_hex(300)
"""Longer than anything that is shown of a value."""


def shows(events: list[Event], secret: str, length: int = 8) -> list[str]:
    """The events that have as much as so many characters of a secret in a row."""
    pieces = {secret[start : start + length] for start in range(len(secret) - length)}
    return [text for event in events if any(piece in (text := json_text(event)) for piece in pieces)]


@pytest.mark.parametrize(
    "task",
    [
        "{command: 'true', failed_when: token != ''}",
        "{command: 'true', when: token.nothing}",
        "{assert: {that: token == 'other'}}",
        "{debug: {msg: x}, loop: '{{ token }}'}",
        "{debug: {msg: x}, loop: ['{{ token * 2 }}']}",
        "{command: 'true', timeout: '{{ token }}'}",
        "{wait_for: {timeout: '{{ token }}'}}",
        "{command: 'true', failed_when: box.token != ''}",
    ],
)
def test_what_is_cut_short_shows_no_beginning_of_a_secret(play: Play, task: str) -> None:
    played = play(
        f"""
        - hosts: localhost
          gather_facts: false
          tasks: [{task}]
        """,
        extra_vars={"token": TOKEN, "box": {"a": "b" * 100, "token": TOKEN}},
        secrets=(TOKEN,),
    )
    assert shows(played.events, TOKEN) == []


HIDDEN = "value-of-a-hidden-task"


@pytest.mark.parametrize(
    "condition",
    [
        "login.stdout == 'x'",
        "fact == 'x'",
        "indirect == 'x'",
        "nested.inner.deep == 'x'",
        "one.results[0].stdout == 'x'",
    ],
)
def test_a_failure_tells_no_values_that_a_task_with_no_log_has_given(play: Play, condition: str) -> None:
    played = play(
        f"""
        - hosts: localhost
          gather_facts: false
          vars:
            indirect: "{{{{ login.stdout }}}}"
            nested: {{inner: {{deep: "{{{{ indirect }}}}"}}}}
          tasks:
            - {{command: "echo {{{{ given }}}}", no_log: true, register: login}}
            - {{command: "echo {{{{ given }}}}", no_log: true, register: one, loop: [1]}}
            - {{set_fact: {{fact: "{{{{ login.stdout }}}}"}}, no_log: true}}
            - {{name: judged, command: 'true', failed_when: "{condition} or true"}}
        """,
        extra_vars={"given": HIDDEN},
    )
    assert played.code == 2
    assert played.failure("judged").variables
    told = [event for event in played.events if getattr(getattr(event, "task", None), "name", "") == "judged"]
    assert shows(told, HIDDEN, len(HIDDEN) - 1) == []


def test_what_a_later_task_registers_under_the_same_name_is_told(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          tasks:
            - {command: echo hidden, no_log: true, register: it}
            - {command: echo open, register: it}
            - {name: judged, command: 'true', failed_when: it.stdout == 'open'}
        """
    )
    assert played.failure("judged").variables == {"it.stdout": "open"}


def secret_host() -> dict[str, dict[str, Any]]:
    names = ("ansible_password", "ansible_become_password", "ansible_sudo_pass", "ansible_ssh_private_key_passphrase")
    return {"far": {name: f"word-of-{name}" for name in names}}


def test_passwords_of_the_inventory_are_hidden_before_anything_was_connected(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          vars: {ansible_become_pass: of-the-play}
          tasks:
            - {name: seen, debug: {msg: "{{ passwords | map('extract', hostvars.far) }} {{ ansible_become_pass }}"}}
        """,
        hosts=secret_host(),
        extra_vars={"passwords": list(secret_host()["far"])},
    )
    assert played.code == 0
    for secret in (*secret_host()["far"].values(), "of-the-play"):
        assert shows(played.events, secret, len(secret) - 1) == []


def test_the_configuration_hides_all_tasks_that_do_not_say_otherwise(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          tasks:
            - {name: hidden, command: "echo {{ given }}"}
            - {name: items, command: "echo {{ item }}", loop: ["{{ given }}"]}
            - {name: open, command: echo open, no_log: false}
        """,
        extra_vars={"given": HIDDEN},
        no_log=True,
    )
    assert played.code == 0
    assert shows(played.events, HIDDEN, len(HIDDEN) - 1) == []
    assert played.task("open").result["stdout"] == "open"


def test_a_warning_of_a_module_is_not_told_under_no_log(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          tasks:
            - {find: {paths: "/there/is/none/{{ given }}"}, no_log: true}
        """,
        extra_vars={"given": HIDDEN},
    )
    assert shows(played.events, HIDDEN, len(HIDDEN) - 1) == []


@pytest.mark.parametrize("check", [False, True])
def test_the_difference_of_a_vaulted_file_tells_nothing_of_it(play: Play, tmp_path: Path, check: bool) -> None:
    secret = VaultSecret("default", b"key")
    (tmp_path / "key").write_bytes(encrypt(f"{HIDDEN}\n".encode(), secret))
    (tmp_path / "there").write_text("old\n")
    played = play(
        f"""
        - hosts: localhost
          gather_facts: false
          tasks: [{{name: it, copy: {{src: key, dest: {tmp_path}/there}}}}]
        """,
        options=RunOptions(vault=VaultSecrets((secret,)), diff=True, check=check),
    )
    assert played.task("it").status == "changed"
    assert "vaulted" in played.task("it").diff[0]["after"]
    assert shows(played.events, HIDDEN, len(HIDDEN) - 1) == []
    assert ((tmp_path / "there").read_text() == "old\n") is check
