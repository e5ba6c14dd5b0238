"""What a person sees: the live part, questions, colours."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.on_a_terminal import OnATerminal
from tests.servers.endpoint import Endpoint
from tests.servers.processes import free_port
from tests.source.test_vault import FILE, PASSWORD

Playbook = Callable[..., str]
EMBEDDED = ("--guest", "embedded")
OURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Colours and cursor movements, which are what rich and we write."""


def test_the_running_task_is_shown_with_its_time_and_its_limit(playbook: Playbook) -> None:
    path = playbook("- name: takes a while\n  run: sleep 1.5\n  timeout: 45")
    with OnATerminal("run", path, *EMBEDDED) as terminal:
        assert terminal.end() == 0
        assert re.search(r"embedded  takes a while  [01]\.\d\d s of 45 s", terminal.shown)
        assert terminal.shown.rindex("PLAY RECAP") > terminal.shown.rindex("of 45 s")


def test_the_cursor_is_shown_again_at_the_end(playbook: Playbook) -> None:
    with OnATerminal("run", playbook("- run: sleep 0.3"), *EMBEDDED) as terminal:
        assert terminal.end() == 0
        assert terminal.shown.count("\x1b[?25l") == terminal.shown.count("\x1b[?25h")


def test_results_are_coloured_and_headers_fill_the_width(playbook: Playbook) -> None:
    with OnATerminal("run", playbook("- run: 'true'"), *EMBEDDED, width=60) as terminal:
        assert terminal.end() == 0
        assert "\x1b[33mchanged: [embedded]\x1b[0m" in terminal.shown
        header = next(line for line in OURS.sub("", terminal.shown).splitlines() if line.startswith("TASK ["))
        assert len(header) == 60


def test_guest_output_cannot_steer_the_terminal(playbook: Playbook) -> None:
    hostile = r"printf '\033]0;title\007\033[2J\302\2331m\r\342\200\256x\n'"
    path = playbook(f'- run: "{hostile.replace(chr(92), chr(92) * 2)}; exit 1"')
    with OnATerminal("run", path, *EMBEDDED, "-v") as terminal:
        assert terminal.end() == 2
        assert "\\x1b]0;title\\x07" in terminal.shown
        rest = OURS.sub("", terminal.shown).replace("\r", "").replace("\n", "")
        assert rest.isprintable()
        assert "\x1b[2J" not in terminal.shown.replace("\\x1b[2J", "")


def test_dumb_terminals_and_no_color_get_plain_lines(playbook: Playbook) -> None:
    path = playbook("- run: 'true'")
    with OnATerminal("run", path, *EMBEDDED, environment={"TERM": "dumb"}) as terminal:
        assert terminal.end() == 0
        assert "\x1b" not in terminal.shown
    with OnATerminal("run", path, *EMBEDDED, environment={"NO_COLOR": "1"}) as terminal:
        assert terminal.end() == 0
        assert "\x1b[33m" not in terminal.shown


def test_an_unknown_host_key_is_asked_about_with_its_fingerprint(
    playbook: Playbook, openssh: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "hosts").write_text(
        f"web1 ansible_host={openssh.host} ansible_port={openssh.port} ansible_user={openssh.user}"
        f" ansible_ssh_private_key_file={openssh.key_path}\n"
    )
    arguments = ("run", playbook("- run: echo reached"), "-i", str(tmp_path / "hosts"), "-v")
    home = {"HOME": str(tmp_path)}
    with OnATerminal(*arguments, environment=home) as terminal:
        assert openssh.fingerprint in terminal.read_until("(yes/no)")
        terminal.type("no\n")
        assert terminal.end() == 4
    with OnATerminal(*arguments, environment=home) as terminal:
        terminal.read_until("(yes/no)")
        terminal.type("yes\n")
        assert terminal.end() == 0
        assert "| reached" in terminal.shown


def test_a_vault_password_is_asked_for_once_and_not_echoed(playbook: Playbook, tmp_path: Path) -> None:
    (tmp_path / "vars.yml").write_text(FILE)
    with OnATerminal("run", playbook("- ping:"), *EMBEDDED, "-J", "-e", "@vars.yml") as terminal:
        terminal.read_until("Vault password: ")
        terminal.type(PASSWORD.decode() + "\n")
        terminal.end()
        assert terminal.shown.count("Vault password: ") == 1
        assert PASSWORD.decode() not in terminal.shown


def test_step_asks_before_each_task(playbook: Playbook) -> None:
    path = playbook("- name: one\n  run: 'true'\n- name: two\n  run: 'true'\n- name: three\n  run: 'true'")
    with OnATerminal("run", path, *EMBEDDED, "--step") as terminal:
        terminal.read_until("Perform task: one")
        terminal.type("n\n")
        terminal.read_until("Perform task: two")
        terminal.type("c\n")
        assert terminal.end() == 0
        text = OURS.sub("", terminal.shown)
        assert "TASK [one]" not in text
        assert "TASK [two]" in text
        assert "TASK [three]" in text


def test_the_login_password_is_asked_for_once_for_all_hosts(playbook: Playbook) -> None:
    hosts = f"127.0.0.1:{free_port()},localhost:{free_port()},"
    path = playbook("- ping:\n- pause: {seconds: 0}")
    with OnATerminal("run", path, "-i", hosts, "-k", "-T", "1", "--host-key", "insecure") as terminal:
        terminal.read_until("SSH password: ")
        terminal.type("hush-hush-hush\n")
        terminal.end()
        assert terminal.shown.count("SSH password: ") == 1
        assert "hush-hush-hush" not in terminal.shown


def test_output_of_exec_cannot_steer_the_terminal() -> None:
    with OnATerminal("exec", "embedded", *EMBEDDED, "--", r"printf '\033]0;title\007\033[2J'") as terminal:
        assert terminal.end() == 0
        assert "\\x1b]0;title\\x07\\x1b[2J" in terminal.shown
        assert "\x1b" not in terminal.shown


def test_the_debugger_asks_on_the_terminal(playbook: Playbook) -> None:
    path = playbook("- name: step\n  run: echo {{ word }}; exit 3\n  vars: {word: one}\n  debugger: on_failed")
    with OnATerminal("run", path, *EMBEDDED) as terminal:
        terminal.read_until("failed: non-zero return code")
        terminal.type("p result.stdout\n")
        terminal.read_until("'one\\n'")
        terminal.type("task.args['cmd'] = 'true'\nr\n")
        assert terminal.end() == 0
        assert "changed: [embedded]" in terminal.shown


@pytest.mark.parametrize("task", ["pause:", "{fail: {}, debugger: always}"])
def test_ctrl_c_ends_a_question(playbook: Playbook, task: str) -> None:
    with OnATerminal("run", playbook(f"- {task}"), *EMBEDDED) as terminal:
        terminal.read_until("(debug)> " if "debugger" in task else "Press enter")
        terminal.type("\x03")
        assert terminal.end() == 99


def test_a_hidden_answer_is_not_shown_and_the_terminal_is_as_before(tmp_path: Path) -> None:
    file = tmp_path / "asking.yml"
    tasks = "[{debug: {msg: '{{ word | length }}'}}, {pause: }]"
    file.write_text(f"- hosts: all\n  gather_facts: false\n  vars_prompt: {{name: word}}\n  tasks: {tasks}\n")
    with OnATerminal("run", str(file), *EMBEDDED) as terminal:
        terminal.read_until("word: ")
        terminal.type("open-sesame\n")
        terminal.read_until("Press enter")
        assert '"msg": 11' in terminal.shown
        assert "open-sesame" not in terminal.shown
        terminal.type("seen\n")
        assert terminal.end() == 0
        assert "seen" in terminal.shown
