"""A kill on this machine takes the command's processes with it and nothing else: not who runs us, no neighbours."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from smolrun.connection.local import LocalConnection
from smolrun.connection.process_tree import end_tree
from smolrun.deadline import Deadline
from smolrun.errors import OperationTimeoutError
from smolrun.ssh.request import CommandRequest

SCRIPT = """
import sys
from smolrun.connection.local import LocalConnection
from smolrun.deadline import Deadline
from smolrun.errors import OperationTimeoutError
from smolrun.ssh.request import CommandRequest
try:
    LocalConnection().run(CommandRequest(sys.argv[1], "raw"), Deadline.after(0.3))
except OperationTimeoutError as error:
    print("killed" if error.killed else "left")
"""

HARD = {
    "a plain command": "sleep 60",
    "a background job": "sleep 60 & sleep 60",
    "a session of its own": "setsid sleep 60 & sleep 60",
    "a daemon": "(setsid sh -c 'sleep 60 & sleep 60' &) ; sleep 60",
    "one whose first process has ended": "(sleep 60 &) ; exec sleep 60",
    "one that kills its group": "trap 'kill 0' TERM; sleep 60 & wait",
}


@pytest.mark.parametrize("command", HARD.values(), ids=HARD.keys())
def test_the_shell_that_started_us_and_its_other_children_live_on(command: str) -> None:
    # Not in a session of their own: shell, neighbour and our process share one process group.
    line = (
        f'sleep 30 & neighbour=$!; "{sys.executable}" -c "$0" "$1"; kill -0 $neighbour && echo alive; kill $neighbour'
    )
    shell = subprocess.run(
        ["/bin/sh", "-c", line, SCRIPT, command], capture_output=True, text=True, timeout=30, check=False
    )
    assert shell.stdout.split() == ["killed", "alive"], shell.stderr
    assert shell.returncode == 0


def test_nothing_of_another_mark_is_touched_even_with_the_same_parent() -> None:
    neighbour = subprocess.Popen(["sleep", "30"], env={**os.environ, "SMOLRUN_TASK": "other"})
    try:
        with pytest.raises(OperationTimeoutError):
            LocalConnection().run(CommandRequest("sleep 60", "raw"), Deadline.after(0.2))
        assert neighbour.poll() is None
    finally:
        neighbour.kill()
        neighbour.wait()


def test_a_root_that_has_ended_and_been_forgotten_leads_to_nobody() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()  # its number is free: init's children and our own must not be taken for its
    neighbour = subprocess.Popen(["sleep", "30"])
    try:
        assert end_tree(ended.pid, "mark-of-nobody").complete
        assert neighbour.poll() is None
        assert Path(f"/proc/{os.getpid()}").exists()
    finally:
        neighbour.kill()
        neighbour.wait()


def test_a_kill_is_soon_over() -> None:
    began = time.monotonic()
    with pytest.raises(OperationTimeoutError):
        LocalConnection().run(CommandRequest("sleep 60", "raw"), Deadline.after(0.1))
    assert time.monotonic() - began < 8
