"""What is told of the variables of a task that failed."""

from pathlib import Path

import pytest

from smolrun.engine.hidden_values import HiddenValues
from smolrun.engine.involved import NOT_SHOWN, names_in
from smolrun.source.text import SourceText
from tests.engine.conftest import Play


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ls {{ folder }}/{{ item.name }}", ["folder", "item.name"]),
        ("{{ a | default(b) | length }} {{ 'x.y' }}", ["a", "b"]),
        ("{{ sites.index(item) }} {{ range(n) }}", ["sites", "item", "n"]),
        ("{{ a is defined and b is not match(c) }}", ["a", "b", "c"]),
        ("{{ lookup('file', name, wantlist=true) == other }}", ["name", "other"]),
    ],
)
def test_variables_are_told_from_filters_tests_functions_and_methods(text: str, names: list[str]) -> None:
    assert names_in([SourceText(text)], expressions=False) == names


def test_a_name_that_says_secret_is_hidden_with_all_that_speaks_of_it() -> None:
    variables = {"db_password": "x", "dsn": SourceText("http://{{ db_password }}@h"), "plain": "y"}
    hidden = HiddenValues((), variables)
    assert [name for name in ("db_password", "db.token", "dsn", "plain") if name in hidden] == [
        "db_password",
        "db.token",
        "dsn",
    ]


HEAD = (
    "- hosts: localhost\n  gather_facts: false\n"
    "  vars: {folder: /no/such, db_password: hunter2, anew: '{{ 9 | random }}', port: http, mapping: {a: 1}}\n"
    "  tasks:\n"
)


@pytest.mark.parametrize(
    ("task", "variables"),
    [
        (
            "command: 'ls {{ folder }} {{ db_password }} {{ anew }}'",
            {"folder": "/no/such", "db_password": NOT_SHOWN},
        ),
        ("wait_for: {port: '{{ port }}', timeout: 1}", {"port": "http"}),
        ("debug: {}\n      loop: '{{ mapping }}'", {"mapping": {"a": 1}}),
        ("command: ls {{ folder }}\n      no_log: true", {}),
    ],
)
def test_a_failure_tells_the_variables_that_it_depends_on(play: Play, task: str, variables: dict[str, object]) -> None:
    assert play(HEAD + f"    - name: task\n      {task}\n").failure("task").variables == variables


def test_a_template_file_tells_those_of_the_line_at_fault(play: Play, tmp_path: Path) -> None:
    (tmp_path / "app.j2").write_text("{{ folder }}\n{{ port + 1 }}\n")
    played = play(HEAD + f"    - {{name: task, template: {{src: app.j2, dest: {tmp_path}/app}}}}\n")
    assert played.failure("task").variables == {"port": "http"}


@pytest.mark.parametrize(
    ("expression", "hint"),
    [("mapping.nothing", "it has: a"), ("{}.nothing", "it is empty")],
)
def test_what_a_mapping_has_is_told_where_an_attribute_is_missing(play: Play, expression: str, hint: str) -> None:
    task = f"debug: {{msg: '{{{{ {expression} }}}}'}}"
    assert play(HEAD + f"    - name: task\n      {task}\n").failure("task").hint == hint
