"""What a check could not know."""

from pathlib import Path

import pytest

from smolrun.playbook.check import check_all
from smolrun.playbook.known_names import KnownNames
from smolrun.playbook.loader import load_playbook
from smolrun.playbook.unknowns import Kind, Unknowns
from tests.engine.written import write

PLAY = "- hosts: all\n  gather_facts: false\n"


def unknown(folder: Path, kind: Kind, known: KnownNames | None = None) -> list[str]:
    unknowns = Unknowns()
    check_all([load_playbook(folder / "site.yml")[0]], known, unknowns)
    return [f"{places[0].line}:{places[0].column} {subject}" for subject, places in unknowns.of(kind)]


@pytest.mark.parametrize(
    ("task", "kind", "line"),
    [
        ("include_tasks: '{{ x }}.yml'", "tasks", "4:22 {{ x }}.yml"),
        ("include_role: {name: '{{ x }}'}", "tasks", "4:28 {{ x }}"),
        ("include_tasks: '{{ playbook_dir }}/a.yml'", "tasks", None),
        ("include_tasks: a.yml", "tasks", None),
        ("template: {src: '{{ x }}.j2', dest: /a}", "templates", "4:23 {{ x }}.j2"),
        ("template: {src: '{{ playbook_dir }}/a.j2', dest: /a}", "templates", None),
        ("include_vars: '{{ x }}.yml'", "variables", "4:21 {{ x }}.yml"),
        ("include_vars: '{{ playbook_dir }}/v.yml'", "variables", None),
        ("include_vars: {dir: vars}", "variables", "4:27 vars"),
        ("set_fact: {'{{ x }}': 1}", "variables", "4:7 set_fact"),
        ("set_fact: {a: 1}", "variables", None),
    ],
)
def test_what_only_the_run_names_is_collected(tmp_path: Path, task: str, kind: Kind, line: str | None) -> None:
    write(tmp_path, site=f"{PLAY}  tasks:\n    - {task}\n", a="[]\n", v="a: 1\n")
    (tmp_path / "a.j2").write_text("")
    assert unknown(tmp_path, kind, KnownNames(frozenset({"x"}))) == ([] if line is None else [line])


def test_variables_files_whose_names_are_templates_are_collected(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  vars_files: ['{{ x }}.yml']\n")
    assert unknown(tmp_path, "variables") == ["3:16 {{ x }}.yml"]


def test_a_variable_that_only_something_unknown_could_set_is_collected_and_a_guarded_one_is_not(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  tasks:\n    - run: echo {{ a }} {{ b | default(1) }} {{ a }}\n")
    assert unknown(tmp_path, "variable", KnownNames(unknown_sources=True)) == ["4:20 a"]


def test_a_template_that_the_folder_of_a_role_names_is_looked_into(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  roles: [r]\n")
    write(tmp_path, roles__r__tasks__main="- template: {src: '{{ role_path }}/a.j2', dest: /a}\n")
    (tmp_path / "roles/r/a.j2").write_text("{{ nowhere }}")
    found = check_all([load_playbook(tmp_path / "site.yml")[0]])
    assert [diagnostic.code for diagnostic in found] == ["undefined-variable"]
