"""The JSON Schema of playbooks: valid, admits what loads and refuses what does not."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from smolrun.modules import registry
from smolrun.playbook.extensions import Extensions
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.schema import playbook_schema

ROOT = Path(__file__).parents[2]
SCHEMA = playbook_schema()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

GOOD = [
    "[{hosts: all}]",
    "[{hosts: [a, b], become: yes, timeout: '30', tags: a, vars: {x: [1]}, environment: [{A: 1}, '{{ e }}']}]",
    "[{hosts: all, tasks: [{run: ls}, {run: [a, '{{ b }}']}, {run: {argv: [a], chdir: /}}]}]",
    "[{hosts: all, tasks: [{ansible.builtin.shell: ls, register: out, when: [a, b]}]}]",
    "[{hosts: all, tasks: [{block: [{run: a}], rescue: [{run: b}], always: [{run: c}], when: x}]}]",
    "[{hosts: all, tasks: [{meta: flush_handlers}], handlers: [{name: a, listen: [b], run: ls}]}]",
    "[{hosts: all, tasks: [{command: ls, loop: [1], loop_control: {label: x}}, {command: ls, with_items: '{{ a }}'}]}]",
    "[{hosts: all, tasks: [{copy: {src: a, dest: /b, mode: '0644'}}, {copy: src=a dest=b}]}]",
    "[{hosts: all, tasks: [{ping: }, {debug: }, {set_fact: {anything: 1}}]}]",
    "[{hosts: all, tasks: [{community.general.homebrew: {name: x}}, {apt: name=x}]}]",
    "[{hosts: all, tasks: [{action: command ls}, {local_action: {module: command, cmd: ls}}]}]",
    "[{run: ls}, {block: [{run: ls}]}]",
]
BAD = [
    "{}",
    "[]",
    "[{tasks: []}]",
    "[{hosts: all, becom: yes}]",
    "[{hosts: all, become: maybe}]",
    "[{hosts: all, timeout: -1}]",
    "[{hosts: all, mode: fast}]",
    "[{hosts: all, serial: {a: b}}]",
    "[{hosts: all, tasks: [{shel: ls}]}]",
    "[{hosts: all, tasks: [{ansible.builtin.shel: ls}]}]",
    "[{hosts: all, tasks: [{command: {creats: /x, cmd: ls}}]}]",
    "[{hosts: all, tasks: [{run: ls, regsiter: x}]}]",
    "[{hosts: all, tasks: [{run: ls, loop: x}]}]",
    "[{hosts: all, tasks: [{run: ls, listen: x}]}]",
    "[{hosts: all, tasks: [{block: [{run: a}], loop: [1]}]}]",
    "[{hosts: all, tasks: [{meta: nothing}]}]",
    "[{hosts: all, tasks: [{include_tasks: {fil: x}}]}]",
    "[{hosts: all, tasks: [{copy: {src: a, dest: /b, remote_src: maybe}}]}]",
]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", GOOD)
def test_what_is_right_is_admitted(text: str) -> None:
    VALIDATOR.validate(yaml.safe_load(text))


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_is_refused(text: str) -> None:
    assert not VALIDATOR.is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("path", sorted((ROOT / "playbooks").glob("*.yml")), ids=lambda path: path.name)
def test_the_playbooks_of_the_project_are_admitted(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text()))


def _described(words: dict[str, Any]) -> list[str]:
    return [word for word, schema in words.items() if not schema.get("description")]


def test_every_keyword_has_a_description_for_hover() -> None:
    definitions = SCHEMA["definitions"]
    for name in ("play", "block", "loop_control"):
        assert _described(definitions[name]["properties"]) == []
    task = definitions["task"]["properties"]
    assert _described({word: schema for word, schema in task.items() if "$ref" not in schema}) == []


@pytest.mark.parametrize("name", registry.names())
def test_every_module_and_argument_has_a_description_for_hover(name: str) -> None:
    module = SCHEMA["definitions"][f"module_{name}"]
    assert module["description"]
    assert _described(module["anyOf"][0]["properties"]) == []


@pytest.mark.parametrize("name", registry.names())
def test_a_module_is_offered_by_both_its_names(name: str) -> None:
    found = registry.find(name)
    assert found is not None
    for word in (name, f"{found.module.collection}.{name}"):
        assert SCHEMA["definitions"]["task"]["properties"][word] == {"$ref": f"#/definitions/module_{name}"}


def test_modules_and_lookups_of_ones_own_can_be_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    header = "# ---\n# description: Say hello\n# arguments:\n#   name: {required: true, aliases: [who]}\n"
    (tmp_path / "library/hello.sh").write_text(header + "#   loud: {type: bool}\n#   token: {secret: true}\n# ---\n")
    (tmp_path / "lookup_plugins").mkdir()
    (tmp_path / "lookup_plugins/x.py").write_text("LOOKUPS = {'twice': list}")
    extensions = Extensions()
    extensions.add(tmp_path, Mistakes())
    schema = playbook_schema(extensions)
    validator = jsonschema.Draft7Validator(schema)
    assert validator.is_valid([{"hello": {"who": "x", "loud": "yes", "token": "x"}, "with_twice": [1]}])
    assert validator.is_valid([{"ansible.legacy.hello": {"name": "x"}}])
    assert not validator.is_valid([{"hello": {"nam": "x"}}])
    assert not validator.is_valid([{"hello": {"name": "x", "loud": [1]}}])
    assert schema["definitions"]["module_hello"]["description"] == "Say hello"
    assert "module_hello" not in playbook_schema()["definitions"]
