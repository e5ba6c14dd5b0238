"""Module arguments: free form, words, mapping, ``args``; and what is told about them when loading."""

# ruff: noqa: E501 - a line of a table shows a whole message

import pytest

from smolrun.source.text import SourceText, location_of
from tests.playbook.reading import load_task, told_of_tasks


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("run: ls -l", {"cmd": "ls -l"}),
        ("run: make PREFIX=/usr chdir=/x", {"cmd": "make PREFIX=/usr chdir=/x"}),
        ("run: [a, '{{ b }}', 5]", {"cmd": ["a", "{{ b }}", 5]}),
        ("run: {argv: [a], chdir: /x}", {"argv": ["a"], "chdir": "/x"}),
        ("command: ls chdir=/x", {"chdir": "/x", "cmd": "ls"}),
        ("command: {cmd: ls, chdir: /x}", {"cmd": "ls", "chdir": "/x"}),
        ("command: {_raw_params: ls}", {"cmd": "ls"}),
        ("command: ls\n      args: {chdir: /x}", {"cmd": "ls", "chdir": "/x"}),
        ("command:\n      args: {cmd: ls}", {"cmd": "ls"}),
        ("copy: src=/etc/hosts dest='/a b'", {"src": "/etc/hosts", "dest": "/a b"}),
        ("debug: msg='{{ a }} b'", {"msg": "{{ a }} b"}),
        ("set_fact: a=1 b='{{ c }}'", {"a": "1", "b": "{{ c }}"}),
        ("ping:", {}),
        ("apt: name=x state=present", {"name": "x", "state": "present"}),
        ("community.general.thing: some words a=1", {"a": "1", "_raw_params": "some words"}),
    ],
)
def test_arguments_are_one_mapping_whatever_their_form(text: str, arguments: dict[str, object]) -> None:
    assert load_task(f"    - {text}\n").arguments == arguments


def test_arguments_may_be_a_template_as_a_whole() -> None:
    task = load_task('    - copy: "{{ everything }}"\n')
    assert (task.arguments, task.arguments_template) == ({}, "{{ everything }}")
    task = load_task('    - copy: {dest: /a}\n      args: "{{ more }}"\n')
    assert (task.arguments, task.arguments_template) == ({"dest": "/a"}, "{{ more }}")


def test_a_free_form_keeps_its_place_and_stays_trusted() -> None:
    value = load_task("    - shell: echo {{ a }} chdir=/x\n").arguments["cmd"]
    assert type(value) is SourceText
    assert str(location_of(value)) == "p.yml:3:14"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("command: {cmd: ls, creats: /x}", "3:26 error unknown-argument: the module 'command' has no argument 'creats' (did you mean 'creates'?)"),
        ("debug: {mgs: a}", "3:15 error unknown-argument: the module 'debug' has no argument 'mgs' (did you mean 'msg'?)"),
        ("debug: {qwerty: a}", "3:15 error unknown-argument: the module 'debug' has no argument 'qwerty' (it takes msg, var, verbosity)"),
        ("debug: mgs=a", "3:14 error unknown-argument: the module 'debug' has no argument 'mgs' (did you mean 'msg'?)"),
        ("command: ls\n      args: {creats: /x}", "4:14 error unknown-argument: the module 'command' has no argument 'creats' (did you mean 'creates'?)"),
        ("debug: {msg: a, verbosity: loud}", "3:34 error wrong-type: 'verbosity': expected a whole number, found the text 'loud'"),
        ("command: {cmd: ls, stdin_add_newline: maybe}", "3:45 error wrong-type: 'stdin_add_newline': expected true or false, found the text 'maybe'"),
        ("command: {argv: [ls, {a: b}]}", "3:28 error wrong-type: 'argv': expected text, found a mapping"),
        ("copy: {content: a}", "3:7 error missing-argument: the module 'copy' needs the argument 'dest'"),
        ("debug: hello", "3:14 error arguments: 'debug' takes arguments by name, and this has none: the text 'hello' (write 'debug: {argument: value}')"),
        ("debug: [a]", "3:14 error wrong-type: 'debug': expected a mapping of arguments, found a list"),
        ("shell: echo 'a", "3:14 error arguments: 'shell': the quote ' is opened and never closed"),
        ("copy: {content: a, dest: /a, mode: rw}", "3:42 error wrong-type: 'mode': expected a file mode such as \"0644\" or u=rw,g=r,o=r, found the text 'rw'"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_told(text: str, line: str) -> None:
    (told,) = told_of_tasks(f"    - {text}\n")
    assert told.startswith(line)


def test_what_only_the_arguments_together_show_is_told() -> None:
    (line,) = told_of_tasks("    - debug: {msg: a, var: b}\n")
    assert line.startswith("3:7 error arguments: 'debug': ")
    assert "exclude each other" in line


def test_every_wrong_argument_is_told_at_once() -> None:
    assert len(told_of_tasks("    - copy: {scr: a, mode: rw, remote_src: maybe}\n")) == 4


def test_an_argument_with_a_template_is_checked_when_it_is_rendered() -> None:
    assert told_of_tasks("    - debug: {msg: a, verbosity: '{{ v }}'}\n    - command: {argv: ['{{ a }}', ls]}\n") == []


def test_an_alias_is_the_argument_itself() -> None:
    assert told_of_tasks("    - assert: {that: a, msg: b}\n") == []
    (line,) = told_of_tasks("    - assert: {that: a, msg: b, fail_msg: c}\n")
    assert "two names of the same argument" in line
