"""What tests of transfers share."""

import subprocess
from pathlib import Path

from smolrun.deadline import Deadline
from smolrun.ssh.request import CommandRequest
from smolrun.ssh.result import CommandResult


def within(seconds: float = 30) -> Deadline:
    return Deadline.after(seconds)


def this_machine(request: CommandRequest, deadline: Deadline) -> CommandResult:
    """Runs a request with the local shell, as a connection to this machine does."""
    stdin = request.stdin.read_bytes() if isinstance(request.stdin, Path) else request.stdin or b""
    assert isinstance(stdin, bytes)
    done = subprocess.run(["sh", "-c", request.command], input=stdin, capture_output=True, check=False, timeout=60)
    return CommandResult(done.returncode, done.stdout, done.stderr)


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".smolrun")]
