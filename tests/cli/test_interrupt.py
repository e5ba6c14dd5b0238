"""Ctrl-C and SIGTERM, with a real command on a real server."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.on_a_terminal import OnATerminal
from tests.guests.watching import pids_of, wait_until_gone, wait_until_there
from tests.servers.endpoint import Endpoint

Playbook = Callable[..., str]


@pytest.fixture
def hosts(openssh_unprivileged: Endpoint, tmp_path: Path) -> str:
    openssh = openssh_unprivileged
    path = tmp_path / "hosts"
    path.write_text(
        f"web1 ansible_host={openssh.host} ansible_port={openssh.port} ansible_user={openssh.user}"
        f" ansible_ssh_private_key_file={openssh.key_path} ansible_host_key={openssh.fingerprint}\n"
    )
    return str(path)


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "smolrun", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_kills_the_commands_and_prints_the_recap(
    playbook: Playbook, hosts: str, mark: str, number: signal.Signals
) -> None:
    path = playbook(f"- run: setsid sleep {mark} & sleep {mark} & sleep {mark}\n- name: next\n  run: echo ran-next")
    running = start("run", path, "-i", hosts)
    try:
        assert wait_until_there(mark)
        running.send_signal(number)
        output, errors = running.communicate(timeout=30)
    finally:
        running.kill()
    assert running.returncode == 99
    assert "PLAY RECAP" in output
    assert "web1 " in output
    assert "TASK [next]" not in output
    assert "Traceback" not in errors
    assert not pids_of(mark)


def test_events_and_junit_are_complete_after_ctrl_c(playbook: Playbook, hosts: str, mark: str, tmp_path: Path) -> None:
    running = start("run", playbook(f"- run: sleep {mark}"), "-i", hosts, "--output", "json", "--junit", "r.xml")
    try:
        assert wait_until_there(mark)
        running.send_signal(signal.SIGINT)
        output, _ = running.communicate(timeout=30)
    finally:
        running.kill()
    assert running.returncode == 99
    assert '"interrupted": true' in output.splitlines()[-1]
    assert (tmp_path / "r.xml").read_text().count("<testsuite ") == 2


def test_ctrl_c_on_the_embedded_guest_leaves_nothing(playbook: Playbook, mark: str) -> None:
    with OnATerminal("run", playbook(f"- run: sleep {mark}"), "--guest", "embedded") as terminal:
        assert wait_until_there(mark)
        terminal.type("\x03")
        assert terminal.end() == 99
        assert "PLAY RECAP" in terminal.shown
    assert wait_until_gone(mark)


def test_second_ctrl_c_ends_at_once_and_puts_the_terminal_right(playbook: Playbook, mark: str) -> None:
    path = playbook(f"- run: trap '' TERM; while :; do sleep {mark}; done")
    with OnATerminal("run", path, "--guest", "embedded") as terminal:
        assert wait_until_there(mark)
        terminal.type("\x03")
        terminal.read_until("Stopping")
        began = time.monotonic()
        terminal.type("\x03")
        assert terminal.end() == 99
        assert time.monotonic() - began < 8
        assert terminal.shown.count("\x1b[?25h") >= terminal.shown.count("\x1b[?25l")
    assert wait_until_gone(mark)


def test_ctrl_c_during_exec_kills_the_command(hosts: str, mark: str) -> None:
    running = start("exec", "web1", "-i", hosts, "--", f"sleep {mark}")
    try:
        assert wait_until_there(mark)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=30)
    finally:
        running.kill()
    assert running.returncode == 99
    assert "Traceback" not in errors
    assert not pids_of(mark)
