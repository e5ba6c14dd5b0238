"""A play's keywords and task lists."""

# ruff: noqa: E501 - a line of a table shows a whole message

import pytest

from smolrun.playbook.models import Task
from tests.playbook.reading import load, told


def test_a_play_has_all_its_keywords() -> None:
    play = load(
        """\
- name: A guest
  hosts: web,db
  vars: {a: 1}
  vars_files: [one.yml, [two.yml, three.yml]]
  gather_facts: no
  environment: {A: b}
  become: true
  become_user: app
  timeout: 120
  mode: raw
  connection: local
  tags: a,b
  any_errors_fatal: yes
  remote_user: deploy
  port: 2222
  pre_tasks: [{run: a}]
  tasks: [{run: b}]
  post_tasks: [{run: c}]
  handlers: [{name: h, run: d}]
"""
    ).plays[0]
    assert play.name == "A guest"
    assert play.hosts == ("web", "db")
    assert play.vars == {"a": 1}
    assert play.vars_files == ("one.yml", ["two.yml", "three.yml"])
    assert play.gather_facts is False
    assert play.environment == ({"A": "b"},)
    assert (play.become, play.become_user) == (True, "app")
    assert (play.timeout, play.mode, play.connection, play.port) == (120.0, "raw", "local", 2222)
    assert play.tags == ("a", "b")
    assert (play.any_errors_fatal, play.remote_user) == (True, "deploy")
    lists = (play.pre_tasks, play.tasks, play.post_tasks, play.handlers)
    assert [node.arguments["cmd"] for nodes in lists for node in nodes if isinstance(node, Task)] == [
        "a",
        "b",
        "c",
        "d",
    ]


def test_an_absent_keyword_is_none() -> None:
    play = load("- hosts: all\n").plays[0]
    assert (play.become, play.timeout, play.mode, play.gather_facts) == (None, None, None, None)


def test_empty_lists_of_tasks_are_empty() -> None:
    assert load("- hosts: all\n  tasks:\n  handlers: []\n").plays[0].tasks == ()


def test_one_variables_file_needs_no_list() -> None:
    assert load("- hosts: all\n  vars_files: one.yml\n").plays[0].vars_files == ("one.yml",)


def test_user_is_ansibles_old_word_for_remote_user() -> None:
    assert load("- hosts: all\n  user: deploy\n").plays[0].remote_user == "deploy"


@pytest.mark.parametrize(
    "keyword",
    ["vars_prompt: []"],
)
def test_what_is_not_supported_yet_is_never_ignored(keyword: str) -> None:
    word = keyword.partition(":")[0]
    assert told(f"- hosts: all\n  {keyword}\n") == [
        f"2:3 error not-supported-yet: '{word}' in a play is not supported yet"
    ]


def test_a_keyword_of_tasks_in_a_play_is_told_as_such() -> None:
    assert told("- hosts: all\n  when: x\n") == [
        "2:3 error unknown-keyword: 'when' is not a keyword of a play ('when' belongs to a task)"
    ]


def test_tasks_that_are_no_list_are_told() -> None:
    assert told("- hosts: all\n  tasks: {run: ls}\n") == [
        "2:10 error wrong-type: 'tasks': expected a list of tasks, found a mapping (begin each task with '- ')"
    ]


def test_a_variables_file_is_a_path() -> None:
    assert told("- hosts: all\n  vars_files: [yes, {a: b}, [5]]\n") == [
        "2:16 warning lost-text: 'vars_files' is text, and YAML reads yes as True (write \"yes\", in quotes, to keep it as it stands)",
        "2:16 error wrong-type: 'vars_files': expected a path, or a list of paths, found true",
        "2:21 error wrong-type: 'vars_files': expected a path, or a list of paths, found a mapping",
        "2:29 error wrong-type: 'vars_files': expected a path, or a list of paths, found a list",
    ]
