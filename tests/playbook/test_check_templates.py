"""Templates and conditions before the run: an error is what must fail on every path, all else a warning."""

# ruff: noqa: E501 - a line of a table shows a whole message

from pathlib import Path
from typing import Any

import pytest

from smolrun.playbook.check import check, check_all
from smolrun.playbook.known_names import KnownNames
from smolrun.playbook.loader import load_playbook
from smolrun.templating import analysis
from smolrun.templating.analysis import Analysis
from tests.playbook.reading import PLAY, lines, load


def told(text: str, known: KnownNames | None = None) -> list[str]:
    return lines(check(load(text), known))


def told_of_tasks(text: str, known: KnownNames | None = None) -> list[str]:
    return told(PLAY + text, known)


# --- syntax, filters, tests, lookups ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ('    - run: "{{ 1 + }}"\n', "3:20 error bad-template"),
        ("    - run: ls\n      when: 1 = 2\n", "4:15 error bad-expression: not a valid expression"),
        ("    - run: echo {{ 1 | nofilter }}\n", "3:24 error unknown-filter: there is no filter 'nofilter'"),
        ("    - run: ls\n      when: 1 is nonsense\n", "4:18 error unknown-test: there is no test 'nonsense'"),
        (
            "    - run: echo {{ lookup('fil', 'x') }}\n",
            "3:28 error unknown-lookup: there is no lookup 'fil' (did you mean 'file'?)",
        ),
        (
            "    - run: echo {{ 'a' | uper }}\n",
            "3:26 error unknown-filter: there is no filter 'uper' (did you mean 'upper'?)",
        ),
        ('    - run: ls\n      become: "{{ }"\n', "4:18 error bad-template"),
        ('    - debug: {msg: {deep: [1, "{% if %}"]}}\n', "3:"),
        ('    - assert: {that: ["1 +"]}\n', "3:27 error bad-expression"),
    ],
)
def test_what_cannot_be_evaluated_is_an_error(text: str, start: str) -> None:
    (line,) = told_of_tasks(text)
    assert line.startswith(start)
    assert " error " in line


@pytest.mark.parametrize(
    "text",
    [
        '    - run: "{{ 1 + }}"\n      when: a is defined\n',
        '    - run: "{{ 1 + }}"\n      ignore_errors: yes\n',
        '    - run: "{{ 1 + }}"\n      loop: "{{ [] }}"\n',
        '    - run: "{{ 1 + }}"\n      loop: []\n',
        '    - run: "{{ 1 + }}"\n      tags: never\n',
        '    - block: [{run: "{{ 1 + }}"}]\n      rescue: [{run: ls}]\n',
        '    - block: [{run: "{{ 1 + }}"}]\n      when: a is defined\n',
        '    - block: [{run: ls}]\n      rescue: [{run: "{{ 1 + }}"}]\n',
        '    - run: ls\n      vars: {a: "{{ 1 + }}"}\n',
        '    - run: ls\n      name: "{{ 1 + }}"\n',
        "    - run: ls\n      when: [false, 1 +]\n",
    ],
)
def test_what_is_perhaps_never_evaluated_or_caught_is_a_warning(text: str) -> None:
    (line,) = told_of_tasks(text)
    assert " warning bad-" in line


def test_a_handler_may_never_run() -> None:
    (line,) = told('- hosts: all\n  handlers:\n    - {name: h, run: "{{ 1 + }}"}\n')
    assert " warning bad-template" in line


# --- braces in conditions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "line"),
    [
        ('"{{ ok }}"', "4:13 warning braces-in-condition: a condition is an expression already, without '{{ }}' (write: ok)"),
        ('"{{ ok }} == 1"', "4:13 error braces-in-condition: a condition is an expression already: '{{ }}' cannot stand in it (write: ok == 1)"),
        ("\"'{{ ok }}' == 1\"", "4:13 warning braces-in-condition: '{{ }}' inside of a text in a condition is not rendered as a part of it (write the variable outside of the quotes)"),
    ],
)  # fmt: skip
def test_braces_in_a_condition_are_told_with_what_to_write(condition: str, line: str) -> None:
    assert told_of_tasks(f"    - run: ls\n      when: {condition}\n", KnownNames(frozenset({"ok"}))) == [line]


def test_every_kind_of_condition_is_looked_at() -> None:
    for word in ("until", "failed_when", "changed_when"):
        (line,) = told_of_tasks(f'    - run: ls\n      {word}: "{{{{ true }}}}"\n')
        assert "braces-in-condition" in line


# --- variables -------------------------------------------------------------------------------------------


def test_a_variable_that_nothing_sets_is_an_error_with_its_place() -> None:
    assert told_of_tasks("    - run: echo {{ nowhere }}\n") == [
        "3:20 error undefined-variable: nothing sets the variable 'nowhere' (set it, or pass it on the command line: -e nowhere=…)"
    ]


def test_a_near_name_is_suggested() -> None:
    assert told("- hosts: all\n  vars: {packages: 1}\n  tasks:\n    - run: echo {{ pakages }}\n") == [
        "4:20 error undefined-variable: nothing sets the variable 'pakages' (did you mean 'packages'?)"
    ]


def test_the_place_is_exact_in_a_literal_block() -> None:
    (line,) = told_of_tasks("    - shell: |\n        echo one\n        echo {{ nowhere }}\n")
    assert line.startswith("5:17 error")


def test_the_names_of_a_condition_are_looked_at() -> None:
    assert told_of_tasks("    - run: ls\n      when: nowhere == 1\n") == [
        "4:13 error undefined-variable: nothing sets the variable 'nowhere' (set it, or pass it on the command line: -e nowhere=…)"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "    - run: ls\n      register: x\n    - run: echo {{ x.rc }}\n",
        "    - run: echo {{ x }}\n    - run: ls\n      register: x\n",
        "    - set_fact: {x: 1}\n    - run: echo {{ x }}\n",
        "    - set_fact: x=1\n    - run: echo {{ x }}\n",
        "    - set_fact: {'{{ name }}': 1}\n      vars: {name: a}\n    - run: echo {{ anything }}\n",
        '    - set_fact:\n      args: "{{ {} }}"\n    - run: echo {{ anything }}\n',
        "    - community.general.some_facts:\n    - run: echo {{ anything }}\n",
        "    - run: echo {{ x }}\n      vars: {x: 1}\n",
        "    - block: [{run: 'echo {{ x }}'}]\n      vars: {x: 1}\n",
        "    - run: echo {{ item }}\n      loop: [1]\n",
        "    - run: echo {{ item }}\n      with_items: [1]\n",
        "    - run: echo {{ x }} {{ i }}\n      loop: [1]\n      loop_control: {loop_var: x, index_var: i}\n",
        "    - run: echo {{ ansible_distribution }} {{ ansible_facts.os_family }}\n",
        "    - run: echo {{ inventory_hostname }} {{ groups.all }} {{ hostvars.a.b }} {{ playbook_dir }}\n",
        "    - run: echo {{ x | default('y') }}\n",
        "    - run: echo {{ x.y.z | d(1) }}\n",
        "    - run: echo {{ x if x is defined else 1 }}\n",
        "    - run: echo {{ range(3) | list }} {{ now() }} {{ lookup('env', 'A') }} {{ omit }}\n",
        "    - run: echo {% for x in [1] %}{{ x }}{% endfor %}{% set y = 1 %}{{ y }}\n",
        "    - run: echo {{ x }}\n      when: x is defined\n",
        "    - run: ls\n      when: [x is defined, x == 1]\n",
        "    - run: ls\n      when: x is defined and x == 1\n",
        "    - block: [{run: 'echo {{ x }}'}]\n      when: x is defined\n",
        "    - run: 'echo {{ a }}'\n      vars: {a: '{{ b }}', b: 1}\n",
    ],
)
def test_what_may_be_set_or_is_guarded_is_fine(text: str) -> None:
    assert told_of_tasks(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "    - run: echo {{ x }}\n      when: y | default(false)\n",
        "    - run: echo {{ x }}\n      ignore_errors: yes\n",
        "    - block: [{run: 'echo {{ x }}'}]\n      rescue: [{run: ls}]\n",
        "    - run: ls\n      vars: {a: '{{ x }}'}\n",
        "    - debug: {var: x}\n",
    ],
)
def test_what_nothing_sets_and_is_perhaps_never_used_is_a_warning(text: str) -> None:
    (line,) = told_of_tasks(text)
    assert (
        "warning undefined-variable: nothing sets the variable 'x' (set it, or pass it on the command line: -e x=…)"
        in line
    )


def test_item_without_a_loop_is_told_as_such() -> None:
    assert told_of_tasks("    - run: echo {{ item }}\n") == [
        "3:20 error undefined-variable: 'item' is set by a loop, and this has none"
    ]


def test_the_variables_of_one_task_are_not_there_for_another() -> None:
    assert told_of_tasks("    - run: ls\n      vars: {x: 1}\n    - run: echo {{ x }}\n") == [
        "5:20 error undefined-variable: nothing sets the variable 'x' (set it, or pass it on the command line: -e x=…)"
    ]


def test_the_variables_of_one_play_are_not_there_for_another() -> None:
    text = "- hosts: all\n  vars: {x: 1}\n- hosts: all\n  tasks:\n    - run: echo {{ x }}\n"
    assert told(text) == [
        "5:20 error undefined-variable: nothing sets the variable 'x' (set it, or pass it on the command line: -e x=…)"
    ]


def test_what_the_inventory_sets_is_known() -> None:
    known = KnownNames(frozenset({"x"}))
    assert told_of_tasks("    - run: echo {{ x }}\n", known) == []


def test_where_more_may_be_set_only_a_near_name_is_told_as_a_warning() -> None:
    known = KnownNames(frozenset({"packages"}), unknown_sources=True)
    assert told_of_tasks("    - run: echo {{ anything }}\n", known) == []
    assert told_of_tasks("    - run: echo {{ pakages }}\n", known) == [
        "3:20 warning undefined-variable: nothing sets the variable 'pakages' (did you mean 'packages'?)"
    ]


def test_what_one_playbook_registers_the_next_may_use() -> None:
    first = load(PLAY + "    - run: ls\n      register: x\n", "one.yml")
    second = load(PLAY + "    - run: echo {{ x.rc }}\n", "two.yml")
    assert check_all([first, second]) == ()
    assert len(check_all([second, first])) == 1


# --- template files --------------------------------------------------------------------------------------


def told_of_file(folder: Path, template: str, task: str = "template: {src: a.j2, dest: /a}") -> list[str]:
    (folder / "templates").mkdir()
    (folder / "templates" / "a.j2").write_text(template)
    path = folder / "p.yml"
    path.write_text(f"{PLAY}    - {task}\n")
    found = check(load_playbook(path)[0])
    return [f"{d.location.file.name.rpartition('/')[2]}:{line}" for d in found if d.location for line in lines([d])]


def test_mistakes_in_a_template_file_are_told_at_their_place_in_it(tmp_path: Path) -> None:
    assert told_of_file(tmp_path, "ok\nname {{ nowhere }}\n{{ 1 | nofilter }}\n") == [
        "a.j2:2:9 error undefined-variable: nothing sets the variable 'nowhere' (set it, or pass it on the command line: -e nowhere=…)",
        "a.j2:3:8 error unknown-filter: there is no filter 'nofilter'",
    ]


def test_the_syntax_of_a_template_file_is_checked(tmp_path: Path) -> None:
    (line,) = told_of_file(tmp_path, "one\n{% if true %}\ntwo\n")
    assert line.startswith("a.j2:")
    assert " error bad-template" in line


@pytest.mark.parametrize(
    ("template", "task"),
    [
        ("{{ ansible_managed }} {{ template_host }} {{ inventory_hostname }}", "template: {src: a.j2, dest: /a}"),
        ("#jinja2: variable_start_string:'[%'\n{{ 1 + }}", "template: {src: a.j2, dest: /a}"),
        ("{{ 1 + }}", "template: {src: a.j2, dest: /a, variable_start_string: '[[', variable_end_string: ']]'}"),
        ("{{ 1 + }}", "copy: {src: templates/a.j2, dest: /a}"),
    ],
)
def test_a_good_template_file_and_one_with_its_own_marks_are_let_be(tmp_path: Path, template: str, task: str) -> None:
    assert told_of_file(tmp_path, template, task) == []


@pytest.mark.parametrize("known", [None, KnownNames(unknown_sources=True)])
def test_the_hosts_of_a_play_are_rendered_in_every_run_without_an_inventory(known: KnownNames | None) -> None:
    assert told("- hosts: web:&{{ nowhere }}\n  vars: {x: 1}\n", known) == [
        "1:18 error undefined-variable: nothing sets the variable 'nowhere' (set it, or pass it on the command line: -e nowhere=…)"
    ]
    assert told("- hosts: '{{ x }}'\n  vars: {x: 1}\n") == []


def test_a_file_that_several_tasks_render_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    really = analysis.analyse

    def analyse(text: str, **options: Any) -> Analysis:
        looked_at.append(text)
        return really(text, **options)

    monkeypatch.setattr(analysis, "analyse", analyse)
    task = "template: {src: a.j2, dest: /a}\n    - template: {src: a.j2, dest: /b}"
    assert len(told_of_file(tmp_path, "only here {{ nowhere }}", task)) == 1
    assert looked_at.count("only here {{ nowhere }}") == 1
