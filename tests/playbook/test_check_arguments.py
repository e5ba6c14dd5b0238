"""Module arguments before the run: an error where the task must fail or we would ignore something."""

# ruff: noqa: E501 - a line of a table shows a whole message

import pytest

from tests.playbook.reading import told_of_tasks


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


def test_a_wrong_argument_of_a_task_that_perhaps_never_runs_is_a_warning() -> None:
    for keyword in ("when: x is defined", "ignore_errors: yes"):
        (line,) = told_of_tasks(f"    - debug: {{verbosity: loud}}\n      {keyword}\n")
        assert line.startswith("3:26 warning wrong-type")


def test_an_argument_that_we_do_not_know_is_an_error_wherever_it_stands() -> None:
    (line,) = told_of_tasks("    - debug: {nothing: a}\n      when: x is defined\n")
    assert line.startswith("3:15 error unknown-argument")


def test_an_argument_of_ansible_that_we_lack_is_an_error_where_the_task_certainly_comes_to_it() -> None:
    task = "    - user: {name: a, hidden: true}\n"
    assert told_of_tasks(task) == [
        "3:23 error lacking-argument: the argument 'hidden' of 'user' is not implemented: only macOS hides users"
    ]
    assert told_of_tasks(task + "      when: ansible_system == 'Darwin'\n") == [
        "3:23 warning lacking-argument: the argument 'hidden' of 'user' is not implemented: only macOS hides users"
    ]
    assert told_of_tasks("    - user: {name: a, hiden: true}\n      when: x is defined\n")[0].startswith(
        "3:23 error unknown-argument"
    )


def test_names_of_one_argument_that_may_be_omitted_can_stand_together() -> None:
    text = "    - file: {path: '{{ a | d(omit) }}', dest: '{{ b | d(omit) }}', state: touch}\n"
    assert [line for line in told_of_tasks(text) if "double-argument" in line] == []
    assert [line for line in told_of_tasks(text.replace("d(omit)", "d(1)")) if "double-argument" in line]
