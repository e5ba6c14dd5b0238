"""Which key of a task is its module."""

# ruff: noqa: E501 - a line of a table shows a whole message

import pytest

from tests.playbook.reading import load_task, told_of_tasks


def test_action_names_a_module_in_its_text() -> None:
    task = load_task("    - action: command ls -l chdir=/tmp\n")
    assert (task.module, task.arguments) == ("command", {"cmd": "ls -l", "chdir": "/tmp"})


def test_action_names_a_module_in_its_mapping() -> None:
    task = load_task("    - action: {module: command, cmd: ls}\n")
    assert (task.module, task.arguments) == ("command", {"cmd": "ls"})


def test_a_local_action_is_delegated_to_this_machine() -> None:
    task = load_task("    - local_action: command ls\n")
    assert (task.module, task.delegate_to) == ("command", "localhost")


def test_a_module_of_another_collection_is_a_warning() -> None:
    for name in ("community.general.homebrew", "expect", "ansible.builtin.expect", "homebrew", "a.b.c.d"):
        assert told_of_tasks(f"    - {name}: {{a: b}}\n") == [
            f"3:7 warning unavailable-module: the module '{name}' is not available here; a task that comes to it will fail"
        ]
        assert load_task(f"    - {name}: {{a: b}}\n").module == name


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("    - name: nothing\n", "3:7 error no-module: this task names no module (say what to do, for example 'run: uptime')"),
        ("    - shel: ls\n", "3:7 error unknown-module: there is no module 'shel' (did you mean 'shell'?)"),
        ("    - ansible.builtin.shel: ls\n", "3:7 error unknown-module: there is no module 'ansible.builtin.shel' (did you mean 'shell'?)"),
        ("    - ansible.builtin.qwertyuiop: ls\n", "3:7 error unknown-module: there is no module 'ansible.builtin.qwertyuiop' (see 'smolrun schema' for the modules there are)"),
        ("    - qwertyuiop: ls\n", "3:7 warning unavailable-module: the module 'qwertyuiop' is not available here; a task that comes to it will fail"),
        ("    - my_copy: {a: b}\n", "3:7 warning unavailable-module: the module 'my_copy' is not available here; a task that comes to it will fail (did you mean 'copy'?)"),
        ("    - argspec: {a: b}\n", "3:7 warning unavailable-module: the module 'argspec' is not available here; a task that comes to it will fail"),
        ("    - shell: ls\n      command: ls\n", "4:7 error two-modules: a task has one module, not 'shell' and 'command'"),
        ("    - shell: ls\n      apt: {name: a}\n", "4:7 error two-modules: a task has one module, not 'shell' and 'apt'"),
        ("    - regsiter: x\n", "3:7 error unknown-keyword: 'regsiter' is not a keyword of a task (did you mean 'register'?)"),
        ("    - include: x.yml\n", "3:7 error removed-keyword: Ansible no longer has 'include' (write include_tasks or import_tasks)"),
        ("    - action: [a]\n", "3:15 error wrong-type: 'action': expected a module and its arguments, found a list (write 'action: {module: name, argument: value}')"),
        ("    - 5: x\n      run: ls\n", "3:7 error unknown-keyword: '5' is not a keyword of a task"),
    ],
)  # fmt: skip
def test_a_task_without_one_module_is_told(text: str, line: str) -> None:
    assert told_of_tasks(text) == [line]


def test_a_misspelt_module_beside_a_misspelt_keyword_are_both_told() -> None:
    assert told_of_tasks("    - shel: ls\n      regsiter: x\n") == [
        "3:7 error unknown-module: there is no module 'shel' (did you mean 'shell'?)",
        "4:7 error unknown-keyword: 'regsiter' is not a keyword of a task (did you mean 'register'?)",
    ]
