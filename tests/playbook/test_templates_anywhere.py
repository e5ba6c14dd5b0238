"""A template, and a vaulted value, may stand in every field of every model: keywords and module arguments."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from smolrun.modules import registry
from smolrun.playbook.arguments import words_of_field
from smolrun.playbook.keywords import words_of
from smolrun.playbook.models import Block, LoopControl, Play, Task, VariablePrompt
from smolrun.playbook.schema import playbook_schema
from smolrun.source.text import SourceText
from smolrun.source.vault import VaultText
from tests.playbook.reading import found, load

TEMPLATE = "{{ anything }}"
VAULTED = '!vault "$ANSIBLE_VAULT;1.1;AES256\\n363136310a363236320a36333633"'  # formed rightly; nothing opens it
READ_WHEN_LOADING = {"import_tasks", "import_role"}
STATIC = {
    "roles", "vars", "vars_prompt", "register", "debugger", "block", "rescue", "always", "pre_tasks", "tasks",
    "post_tasks", "handlers",
}  # fmt: skip
"""The structure itself, and what Ansible takes no template for either: the name to register, the word for the debugger,
`vars` and `vars_prompt` as a whole."""

VALIDATOR = jsonschema.Draft7Validator(playbook_schema())


def documents() -> Iterator[tuple[str, Any]]:
    """For each field a playbook with a template in it."""
    values = {"vars": {"a": TEMPLATE, "b": [TEMPLATE, {"c": TEMPLATE}]}}
    yield "play.vars", [{"hosts": "all", **values}]
    yield "block.vars", [{"hosts": "all", "tasks": [{"block": [], **values}]}]
    yield "task.vars", [{"hosts": "all", "tasks": [{"run": "ls", **values}]}]
    for word in sorted(words_of(Play) - STATIC):
        yield f"play.{word}", [{"hosts": "all", word: TEMPLATE}]
    for word in sorted(words_of(VariablePrompt) - {"name"}):
        yield f"vars_prompt.{word}", [{"hosts": "all", "vars_prompt": [{"name": "x", word: TEMPLATE}]}]
    for word in sorted(words_of(Task) - STATIC - {"action", "local_action", "loop_control"}):
        task = {"name": "x", "run": "ls", word: TEMPLATE}
        yield f"task.{word}", [{"hosts": "all", "handlers" if word == "listen" else "tasks": [task]}]
    for word in sorted(words_of(Block) - STATIC):
        yield f"block.{word}", [{"hosts": "all", "tasks": [{"block": [], word: TEMPLATE}]}]
    for word in sorted(words_of(LoopControl)):
        looping = {"run": "ls", "loop": TEMPLATE, "loop_control": {word: TEMPLATE}}
        yield f"loop_control.{word}", [{"hosts": "all", "tasks": [looping]}]
    for name in sorted({*registry.names()} - READ_WHEN_LOADING):
        module = registry.find(name)
        assert module is not None
        fields = module.module.arguments.model_fields
        for field, info in fields.items():
            for word in words_of_field(field, info):
                required = {
                    words_of_field(other, its)[0]: TEMPLATE
                    for other, its in fields.items()
                    if its.is_required() and other != field
                }
                yield f"{name}.{word}", [{"hosts": "all", "tasks": [{name: {**required, word: TEMPLATE}}]}]


DOCUMENTS = dict(documents())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_template_loads_in(name: str) -> None:
    mistakes = found(json.dumps(DOCUMENTS[name]))
    errors = [d.message for d in mistakes if d.is_error and d.code != "undefined-variable"]  # nothing sets it here
    assert errors == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_schema_admits_a_template_in(name: str) -> None:
    VALIDATOR.validate(DOCUMENTS[name])


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if not name.endswith((".when", ".until", "_when"))])
def test_a_vaulted_value_loads_in(name: str) -> None:
    text = yaml.safe_dump(DOCUMENTS[name]).replace(f"'{TEMPLATE}'", VAULTED)
    assert "!vault" in text
    assert [d.message for d in found(text) if d.is_error] == []


def test_a_template_stays_as_it_was_written() -> None:
    task = (
        load('- hosts: all\n  tasks:\n    - run: ls\n      become: "{{ b }}"\n      port: ' + VAULTED + "\n")
        .plays[0]
        .tasks[0]
    )
    assert isinstance(task.become, SourceText)
    assert isinstance(task.port, VaultText)
    assert str(task.become.location) == "p.yml:4:15"


def test_every_module_of_the_language_so_far_is_covered() -> None:
    expected = {
        "run", "command", "shell", "raw", "script", "copy", "template", "fetch", "debug", "set_fact", "assert",
        "fail", "pause", "wait_for_connection", "ping",
    }  # fmt: skip
    assert expected <= {name.partition(".")[0] for name in DOCUMENTS} | {"ping"}
