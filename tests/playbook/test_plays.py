"""A play's keywords and task lists."""

# ruff: noqa: E501 - a line of a table shows a whole message

import pytest

from smolrun.playbook.check import check
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
    ("written", "line"),
    [
        ("[{prompt: a}]", "2:17 error no-name: 'vars_prompt' does not say which variable (add 'name: VARIABLE')"),
        ("[{name: a, promt: b}]", "2:27 error unknown-keyword: 'promt' is not a keyword of a vars_prompt (did you mean 'prompt'?)"),
        ("[a]", "2:17 error wrong-type: 'vars_prompt': expected a mapping with 'name', found the text 'a' (write '- name: VARIABLE')"),
        ("[{name: a-b}]", "2:24 error bad-name: 'a-b' cannot be the name of a variable (use letters, digits and '_', and no digit first)"),
        ("[{name: a, private: maybe}]", "2:36 error wrong-type: 'private': expected true or false, found the text 'maybe'"),
    ],
)  # fmt: skip
def test_prompts_are_checked(written: str, line: str) -> None:
    assert told(f"- hosts: all\n  vars_prompt: {written}\n") == [line]


def test_one_prompt_needs_no_list_and_its_variable_is_known() -> None:
    text = "- hosts: all\n  vars_prompt: {name: word}\n  tasks: [{debug: {msg: '{{ word }}'}}]\n"
    playbook = load(text)
    (prompt,) = playbook.plays[0].vars_prompt
    assert (prompt.name, prompt.private, prompt.confirm) == ("word", True, False)
    assert check(playbook) == ()


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
