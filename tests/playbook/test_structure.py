# ruff: noqa: E501 - messages as they are told
"""What is told of imports, includes and roles before anything runs."""

import time
from pathlib import Path

import pytest

from smolrun.errors import LoadError
from smolrun.playbook.check import KnownNames, check
from smolrun.playbook.file_reader import FileReader, LoadSettings, Shared
from smolrun.playbook.loader import load_playbook
from tests.engine.written import write
from tests.playbook.reading import lines

PLAY = "- hosts: all\n  gather_facts: false\n"


def told(folder: Path, roles_path: tuple[Path, ...] = (), collections_path: tuple[Path, ...] = ()) -> list[str]:
    """What is told of ``site.yml``, without the lines' hints."""
    try:
        playbook, warnings = load_playbook(folder / "site.yml", settings=LoadSettings(roles_path, collections_path))
        found = (*warnings, *check(playbook, KnownNames()))
    except LoadError as error:
        found = error.diagnostics
    return [line.partition(" (")[0] for line in lines(found)]


@pytest.mark.parametrize(
    ("task", "line"),
    [
        ("import_tasks: no.yml", "4:21 error missing-file: there is no file of tasks 'no.yml'"),
        ("import_role: {name: nope}", "4:27 error missing-role: there is no role 'nope'"),
        ("include_tasks: no.yml", "4:22 warning missing-file: there is no file of tasks 'no.yml'"),
        ("include_role: {name: nope}", "4:28 warning missing-role: there is no role 'nope'"),
        ("{import_tasks: a.yml, loop: [1]}", "4:29 error import: 'loop' says nothing to 'import_tasks', which is done when the playbook is loaded"),
        ("{import_tasks: a.yml, register: x}", "4:29 warning import: 'register' says nothing to 'import_tasks', which is done when the playbook is loaded"),
        ("import_tasks: '{{ playbook_dir }}/a.yml'", None),
        ("{include_tasks: a.yml, become: true}", "4:30 error include: 'become' does not reach what 'include_tasks' brings in"),
        ("include_tasks: {file: a.yml, apply: {tgas: x}}", "4:44 error unknown-keyword: 'tgas' is not a keyword of a apply"),
    ],
)  # fmt: skip
def test_a_mistake_in_bringing_in_is_told(tmp_path: Path, task: str, line: str | None) -> None:
    write(tmp_path, site=f"{PLAY}  tasks:\n    - {task}\n", a="[]\n")
    assert told(tmp_path) == ([] if line is None else [line])


def test_a_file_that_several_ways_lead_to_has_one_name_and_its_mistakes_are_told_once(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  tasks:\n    - import_tasks: x/../b.yml\n    - import_tasks: b.yml\n")
    write(tmp_path, b="- comand: ls\n", x__c="[]\n")
    assert told(tmp_path) == ["1:3 error unknown-module: there is no module 'comand'"]


def test_handlers_are_not_missed_where_a_role_is_missing_or_not_known_yet(tmp_path: Path) -> None:
    notifies = "  tasks:\n    - {run: ls, notify: reload}\n"
    write(tmp_path, site=PLAY + "  roles: [away]\n" + notifies)
    assert [line.partition(" ")[2] for line in told(tmp_path)] == ["error missing-role: there is no role 'away'"]
    write(tmp_path, site=PLAY + notifies + "    - include_role: {name: '{{ x | default(1) }}'}\n")
    assert told(tmp_path) == []


def test_a_handler_is_notified_with_the_name_of_its_role_too(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  roles: [r]\n  tasks:\n    - {run: ls, notify: ['r : reload', 'q : reload']}\n")
    write(tmp_path, roles__r__handlers__main="- {name: reload, run: ls}\n")
    assert told(tmp_path) == ["5:40 warning unknown-handler: no handler is called 'q : reload'"]


def test_the_python_of_a_role_is_told_of_once(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  roles: [r]\n  tasks:\n    - import_role: {name: r}\n")
    (tmp_path / "roles/r/action_plugins").mkdir(parents=True)
    (tmp_path / "roles/r/action_plugins/own.py").touch()
    assert [line.partition(":")[2] for line in told(tmp_path)] == [
        "1 warning role-plugins: the folder 'action_plugins' of the role 'r' is not used: its Python is written for Ansible"
    ]


def test_mistakes_of_all_files_are_told_in_one_go(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  roles: [r]\n  tasks:\n    - import_tasks: a.yml\n    - include_tasks: b.yml\n")
    write(tmp_path, a="- shel: ls\n", b="- comand: ls\n", roles__r__tasks__main="- copyy: {}\n")
    assert [line.partition(": ")[2] for line in told(tmp_path)] == [
        f"there is no module '{name}'" for name in ("copyy", "shel", "comand")
    ]


def test_a_file_that_imports_itself_is_an_error_and_one_that_includes_itself_is_not(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  tasks:\n    - import_tasks: a.yml\n", a="- import_tasks: a.yml\n")
    assert told(tmp_path) == ["1:17 error recursion: 'a.yml' imports itself, without end"]
    write(tmp_path, a="- {include_tasks: a.yml, when: go is defined}\n")
    assert told(tmp_path) == []


def test_roles_that_depend_on_each_other_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  roles: [a]\n")
    write(tmp_path, roles__a__meta__main="dependencies: [b]\n", roles__b__meta__main="dependencies: [{role: a}]\n")
    assert told(tmp_path) == ["1:23 error recursion: the role 'a' brings in itself, without end"]


def test_names_of_imports_may_be_made_of_variables_of_the_play(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  vars: {n: a}\n  tasks:\n    - import_tasks: '{{ n }}.yml'\n", a="- shel: ls\n")
    assert told(tmp_path) == ["1:3 error unknown-module: there is no module 'shel'"]
    write(tmp_path, site=PLAY + "  tasks:\n    - import_tasks: '{{ inventory_hostname }}.yml'\n")
    assert "error import-name: " in told(tmp_path)[0]


def test_an_include_that_may_never_run_only_warns_of_what_is_wrong_in_its_file(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  tasks:\n    - {include_tasks: a.yml, when: go is defined}\n", a="- shel: ls\n")
    assert told(tmp_path) == ["1:3 warning unknown-module: there is no module 'shel'"]


def test_roles_are_found_in_the_roles_path_and_in_collections(tmp_path: Path) -> None:
    write(
        tmp_path,
        more__x__tasks__main="- shel: ls\n",
        c__ansible_collections__n__c__roles__y__tasks__main="- shel: ls\n",
    )
    write(tmp_path, site=PLAY + "  roles: [x, n.c.y]\n")
    found = told(tmp_path, roles_path=(tmp_path / "more",), collections_path=(tmp_path / "c",))
    assert found == ["1:3 error unknown-module: there is no module 'shel'"] * 2


def test_variables_of_a_role_are_known_to_the_play(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  roles: [{role: a, p: 1}]\n  tasks: [{debug: {msg: '{{ d }}{{ v }}'}}]\n")
    write(tmp_path, roles__a__defaults__main="d: 1\n", roles__a__vars__main="v: 1\n")
    write(tmp_path, roles__a__tasks__main="- debug: {msg: '{{ p }}{{ d }}{{ zz }}'}\n")
    assert told(tmp_path) == ["1:34 error undefined-variable: nothing sets the variable 'zz'"]


def test_files_of_a_role_are_looked_for_in_the_role(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  roles: [a]\n", roles__a__tasks__main="- copy: {src: x.yml, dest: /x}\n")
    assert told(tmp_path) == ["1:15 error missing-file: there is no file 'x.yml'"]
    write(tmp_path, roles__a__files__x="")
    assert told(tmp_path) == []


def test_an_imported_playbook_that_is_not_there_is_told(tmp_path: Path) -> None:
    write(tmp_path, site="- import_playbook: no.yml\n")
    assert told(tmp_path) == ["1:20 error missing-file: there is no playbook 'no.yml'"]


@pytest.mark.slow
def test_five_hundred_files_of_tasks_are_checked_in_seconds(tmp_path: Path) -> None:
    tasks = "".join(f"- {{name: t{n}, debug: {{msg: '{{{{ x | default({n}) }}}}'}}}}\n" for n in range(10))
    write(tmp_path, **{f"tasks__f{n}": tasks for n in range(500)})
    write(tmp_path, site=PLAY + "  tasks:\n" + "".join(f"    - include_tasks: tasks/f{n}.yml\n" for n in range(500)))
    began = time.monotonic()
    assert told(tmp_path) == []
    assert time.monotonic() - began < 30


def test_a_role_is_found_past_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    write(tmp_path, playbooks__site="- hosts: all\n  roles: [../../common/r]\n", common__r__tasks__main="[]\n")
    load_playbook(tmp_path / "playbooks/site.yml")


def test_the_tasks_of_a_handler_that_includes_them_need_no_names(tmp_path: Path) -> None:
    write(tmp_path, site=PLAY + "  handlers:\n    - {name: h, include_tasks: a.yml}\n", a="- run: ls\n")
    assert told(tmp_path) == []


def test_what_playbooks_share_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, one=PLAY + "  roles: [r]\n", two=PLAY + "  roles: [r]\n", roles__r__tasks__main="- run: ls\n")
    shared = Shared()
    load_playbook(tmp_path / "one.yml", reader=FileReader(shared=shared))
    write(tmp_path, roles__r__tasks__main="- rnu: ls\n")
    reader = FileReader(shared=shared)
    load_playbook(tmp_path / "two.yml", reader=reader)
    assert reader.files == {str((tmp_path / "roles/r/tasks/main.yml").resolve())}
