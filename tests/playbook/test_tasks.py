"""Tasks, blocks, handlers and meta words as models."""

# ruff: noqa: E501 - a line of a table shows a whole message

from pathlib import Path

import pytest

from smolrun.playbook.models import Block, Meta, Task
from tests.playbook.reading import load, load_task, load_tasks, told, told_of_tasks


def test_a_task_has_all_its_keywords() -> None:
    task = load_task(
        """\
    - name: one
      command: ls
      args: {chdir: /tmp}
      when: [a, b is defined]
      register: out
      until: out.rc == 0
      retries: "5"
      delay: 0.5
      failed_when: false
      changed_when: [x, y]
      ignore_errors: yes
      vars: {v: 1}
      environment: [{A: b}, "{{ more }}"]
      timeout: 30
      mode: login
      become: "{{ b }}"
      become_user: app
      become_method: su
      become_flags: -l
      no_log: true
      notify: [reload, restart]
      tags: t
      remote_user: u
      port: 22
      delegate_to: other
      check_mode: no
"""
    )
    assert (task.name, task.module, task.arguments) == ("one", "command", {"cmd": "ls", "chdir": "/tmp"})
    assert task.when == ("a", "b is defined")
    assert (task.register_as, task.until, task.retries, task.delay) == ("out", ("out.rc == 0",), 5, 0.5)
    assert (task.failed_when, task.changed_when) == ((False,), ("x", "y"))
    assert (task.ignore_errors, task.vars, task.environment) == (True, {"v": 1}, ({"A": "b"}, "{{ more }}"))
    assert (task.timeout, task.mode, task.become, task.become_user) == (30.0, "login", "{{ b }}", "app")
    assert (task.become_method, task.become_flags, task.no_log) == ("su", "-l", True)
    assert (task.notify, task.tags, task.remote_user, task.port) == (("reload", "restart"), ("t",), "u", 22)
    assert (task.delegate_to, task.check_mode) == ("other", False)


def test_a_fully_qualified_name_means_the_same() -> None:
    assert load_task("    - ansible.builtin.shell: ls\n").module == "shell"
    assert load_task("    - ansible.legacy.shell: ls\n").module == "shell"


def test_a_verdict_without_a_condition_is_the_modules_own() -> None:
    task = load_task("    - run: ls\n      failed_when: []\n      changed_when:\n")
    assert (task.failed_when, task.changed_when) == (None, None)


def test_an_empty_condition_is_as_if_it_were_not_there_and_is_told() -> None:
    text = '    - run: ls\n      when: ""\n      until: [a, ]\n'
    assert load_task(text).when == ()
    assert told_of_tasks(text) == ["4:13 warning empty-condition: 'when' is empty, as if it were not there"]


def test_a_task_remembers_where_it_stands() -> None:
    (_, task) = load_tasks("    - run: ls\n    - run: pwd\n")
    assert str(task.location) == "p.yml:4:7"


def test_a_block_has_its_lists_and_keywords() -> None:
    (block,) = load_tasks(
        """\
    - name: together
      when: x
      become: yes
      block:
        - run: a
        - block: [{run: b}]
      rescue: [{run: c}]
      always: [{run: d}]
"""
    )
    assert isinstance(block, Block)
    assert (block.name, block.when, block.become) == ("together", ("x",), True)
    assert [type(node) for node in block.block] == [Task, Block]
    assert [len(block.rescue), len(block.always)] == [1, 1]


def test_meta_flush_handlers() -> None:
    (first, second) = load_tasks(
        "    - meta: flush_handlers\n      when: x\n    - ansible.builtin.meta: flush_handlers\n"
    )
    assert isinstance(first, Meta)
    assert isinstance(second, Meta)
    assert (first.action, first.when) == ("flush_handlers", ("x",))


def test_handlers_listen() -> None:
    (handler,) = load("- hosts: all\n  handlers:\n    - {name: a, listen: [b, c], run: ls}\n").plays[0].handlers
    assert isinstance(handler, Task)
    assert handler.listen == ("b", "c")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("    - rescue: []\n", "3:7 error block: 'rescue' belongs to a block, and there is none"),
        ("    - block: [{run: a}]\n      loop: [1]\n", "4:7 error unknown-keyword: 'loop' is not a keyword of a block ('loop' belongs to a task)"),
        ("    - block: [{run: a}]\n      alwais: []\n", "4:7 error unknown-keyword: 'alwais' is not a keyword of a block (did you mean 'always'?)"),
        ("    - meta: end_hosts\n", "3:13 error unknown-meta: 'meta' has no action 'end_hosts' (did you mean 'end_host'?)"),
        ("    - meta: end_role\n", "3:13 error meta: 'meta: end_role' belongs to the tasks of a role ('meta: end_host' ends the play for the host)"),
        ("    - {meta: noop, when: a}\n", "3:20 warning useless-keyword: 'when' says nothing to 'meta: noop', which is done in any case"),
        ("    - meta: [a]\n", "3:13 error wrong-type: 'meta': expected a word such as flush_handlers, found a list"),
        ("    - run: ls\n      async: soon\n", "4:14 error wrong-type: 'async': expected a whole number, found the text 'soon'"),
        ("    - debug:\n      msg: a\n", "4:7 error unknown-keyword: 'msg' is an argument of 'debug', not a keyword of a task (indent it further than 'debug:')"),
        ("    - file: {path: /x}\n      state: absent\n", "4:7 error unknown-keyword: 'state' is an argument of 'file', not a keyword of a task (put it below 'file:')"),
        ("    - shell: ls\n      chdir: /x\n", "4:7 error unknown-keyword: 'chdir' is an argument of 'shell', not a keyword of a task (put it below 'args:')"),
        ("    - run: ls\n      sudo: yes\n", "4:7 error removed-keyword: 'sudo' is not a keyword of a task any more (Ansible no longer has it either; write 'become')"),
        ("    - run: ls\n      listen: a\n", "4:7 error unknown-keyword: 'listen' belongs to a handler, and this is a task"),
        ("    - run: ls\n      delay: 5\n", "4:7 warning useless-keyword: 'delay' says nothing without 'until' or 'retries'"),
        ("    - run: ls\n      register: 1x\n", "4:17 error bad-name: '1x' cannot be the name of a variable (use letters, digits and '_', and no digit first)"),
        ("    - run: ls\n      register: class\n", "4:17 error bad-name: 'class' cannot be the name of a variable (it is a word of the language)"),
        ("    - run: ls\n      vars: {a-b: 1}\n", "4:14 error bad-name: 'a-b' cannot be the name of a variable (use letters, digits and '_', and no digit first)"),
        ("    - run: ls\n      vars: [a]\n", "4:13 error wrong-type: 'vars': expected a mapping of names to values, found a list"),
        ("    - run: ls\n      environment: 5\n", "4:20 error wrong-type: 'environment': expected a mapping, a list of mappings, or a template of one, found the number 5"),
        ("    - run: ls\n      tags: {a: b}\n", "4:13 error wrong-type: 'tags': expected a list, or text with commas, found a mapping"),
        ("    - run: ls\n      mode: fast\n", "4:13 error wrong-type: 'mode': expected login or raw, found the text 'fast'"),
        ("    - run: ls\n      become: maybe\n", "4:15 error wrong-type: 'become': expected true or false, found the text 'maybe'"),
        ("    - run: ls\n      timeout: -1\n", "4:16 error wrong-type: 'timeout': expected a number of seconds, zero or more, found the number -1"),
        ("    - run: ls\n      retries: many\n", "4:16 error wrong-type: 'retries': expected a whole number, found the text 'many'"),
        ("    - run: ls\n      register: [a]\n", "4:17 error wrong-type: 'register': expected text, found a list"),
        ("    - run: ls\n      args: 5\n", "4:13 error wrong-type: 'args': expected a mapping, found the number 5"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_task_is_told(text: str, line: str) -> None:
    assert told_of_tasks(text) == [line]


def test_a_block_of_handlers_holds_handlers_and_no_further_block() -> None:
    head = "- hosts: all\n  handlers:\n    - block:\n"
    assert told(head + "        - {name: a, run: ls, listen: b}\n") == []
    assert told(head + "        - block: []\n") == [
        "4:11 error block: a block among handlers has no block in it (Ansible refuses it too)"
    ]
    assert told(head + "        - {name: a, run: ls}\n      rescue: [{name: b, run: ls}]\n") == [
        "5:7 warning useless-keyword: 'rescue' says nothing to a block of handlers, each of which runs by itself"
    ]


def test_an_import_among_handlers_needs_no_name(tmp_path: Path) -> None:
    (tmp_path / "h.yml").write_text("- {name: a, run: ls}\n")
    assert told(f"- hosts: all\n  handlers: [{{import_tasks: {tmp_path}/h.yml}}]\n") == []
