"""From a file to plays: what a playbook may be, and that all its mistakes are told at once."""

import time
from pathlib import Path

import pytest

from smolrun.errors import ExitCode, LoadError
from smolrun.location import SourceFile
from smolrun.playbook.loader import load_playbook, read_playbook
from tests.playbook.reading import load, told

MANY = """\
- name: A guest
  hosts: all
  becom: yes
  timeout: soon
  tasks:
    - shel: ls
    - shell: ls
      when: [a, {b: c}]
      regsiter: x
    - command: {cmd: ls, creats: /x}
  handlers:
    - nam: reload
      debug: {msg: a}
"""


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    assert told(MANY) == [
        "3:3 error unknown-keyword: 'becom' is not a keyword of a play (did you mean 'become'?)",
        "4:12 error wrong-type: 'timeout': expected a number, found the text 'soon'",
        "6:7 error unknown-module: there is no module 'shel' (did you mean 'shell'?)",
        "8:17 error wrong-type: 'when': expected an expression, true or false, found a mapping",
        "9:7 error unknown-keyword: 'regsiter' is not a keyword of a task (did you mean 'register'?)",
        "10:26 error unknown-argument: the module 'command' has no argument 'creats' (did you mean 'creates'?)",
        "12:7 error unknown-keyword: 'nam' is not a keyword of a task (did you mean 'name'?)",
        "12:7 warning unreachable-handler: a handler without 'name' and 'listen' never runs",
    ]


def test_what_did_load_of_a_wrong_file_is_checked_as_well() -> None:
    text = """\
- hosts: all
  tasks:
    - run: ls
      becom: yes
    - run: echo {{ 1 + }}
      timeout: soon
      notify: relaod
    - copy: {src: /nowhere/at/all, dest: /a}
  handlers:
    - {name: reload, run: ls}
"""
    assert told(text) == [
        "4:7 error unknown-keyword: 'becom' is not a keyword of a task (did you mean 'become'?)",
        "5:24 error bad-template: not a valid template: unexpected '}}'",
        "6:16 error wrong-type: 'timeout': expected a number, found the text 'soon'",
        "7:15 warning unknown-handler: no handler is called 'relaod' (did you mean 'reload'?)",
        "8:19 error missing-file: there is no file '/nowhere/at/all' (looked for /nowhere/at/all)",
    ]


def test_a_file_that_does_not_load_ends_with_exit_code_4(tmp_path: Path) -> None:
    (tmp_path / "p.yml").write_text(MANY)
    with pytest.raises(LoadError) as caught:
        load_playbook(tmp_path / "p.yml")
    assert caught.value.exit_code == ExitCode.DOES_NOT_LOAD


def test_a_good_playbook_has_its_path_and_its_warnings(tmp_path: Path) -> None:
    path = tmp_path / "p.yml"
    path.write_text("- hosts: all\n  tasks:\n    - community.general.homebrew: {name: x}\n")
    playbook, warnings = load_playbook(path)
    assert playbook.path == str(path)
    assert [(w.code, w.is_error) for w in warnings] == [("unavailable-module", False)]


def test_a_list_of_tasks_is_a_play_for_all_hosts() -> None:
    playbook = load("- run: uptime\n- block:\n    - run: date\n")
    assert playbook.bare_tasks
    assert (playbook.plays[0].hosts, len(playbook.plays[0].tasks)) == (("all",), 2)


def test_a_play_is_no_list_of_tasks() -> None:
    assert not load("- hosts: all\n").bare_tasks


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "1:1 error empty: the playbook is empty"),
        ("[]", "1:1 error empty: the playbook is empty"),
        (
            "hosts: all\n",
            "1:1 error wrong-type: a playbook is a list of plays, or of tasks; this is a mapping (begin it with '- ')",
        ),
        (
            "hello",
            "1:1 error wrong-type: a playbook is a list of plays, or of tasks; this is the text 'hello'",
        ),
        ("- hosts: all\n- 5\n", "2:3 error wrong-type: expected a play, found the number 5"),
        ("- hosts: all\n- tasks: []\n", "2:3 error no-hosts: this play does not say on which hosts (add 'hosts: all')"),
        ("- hosts:\n", "1:3 error no-hosts: 'hosts' is empty (add 'hosts: all')"),
        ("- run: ls\n- 5\n", "2:3 error wrong-type: expected a task, found the number 5"),
        (
            "- run: ls\n- command:ls\n",
            "2:3 error wrong-type: expected a task, found the text 'command:ls' (write 'command: ls', with a space)",
        ),
        ("- tasks: []\n", "1:3 error no-hosts: this play does not say on which hosts (add 'hosts: all')"),
        (
            "- hosts: all\n  tasks:\n    - hosts: web\n",
            (
                "3:7 error unknown-keyword: 'hosts' is a keyword of a play, not of a task"
                " (a play begins in the first column; look at the indentation)"
            ),
        ),
    ],
)
def test_what_is_no_playbook_is_told(text: str, line: str) -> None:
    assert told(text) == [line]


def test_keys_written_twice_are_told_with_all_other_mistakes() -> None:
    codes = [line.split()[2] for line in told("- hosts: all\n  become: true\n  become: false\n  tsks: []\n")]
    assert codes == ["duplicate-key:", "unknown-keyword:"]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="there is no file"):
        load_playbook(tmp_path / "none.yml")


def test_a_thousand_tasks_load_in_well_under_a_second() -> None:
    tasks = "".join(
        f"    - name: task {n}\n      shell: echo {{{{ n }}}}\n      when: x == {n}\n      register: out{n}\n"
        for n in range(1_000)
    )
    file = SourceFile("p.yml", "- hosts: all\n  tasks:\n" + tasks)
    read_playbook(file)  # the first time imports modules and builds their validators
    start = time.process_time()
    read_playbook(file)
    assert time.process_time() - start < 1.0
