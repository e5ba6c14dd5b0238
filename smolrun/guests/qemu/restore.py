"""Sets right on a machine what a snapshot leaves wrong: its clock, and its random numbers."""

import secrets
import time
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.ssh.quoting import posix
from smolrun.ssh.request import CommandRequest

if TYPE_CHECKING:
    from smolrun.ssh.client import SSHClient

_SECONDS = 20.0
_SEED_BYTES = 512
_REASONS = {
    3: "its user is not root, and may not become root with sudo without a password",
    4: "its clock could not be set",
    5: "its kernel could not be made to take new random numbers",
}


def bring_up_to_date(client: "SSHClient") -> None:
    """Give the guest this machine's time and new random numbers.

    Raises:
        SmolVMError: it does not take them; a snapshot of such a guest would be of no use.
    """
    seconds, fraction = f"{time.time():.3f}".split(".")
    command = posix(f"now={seconds} fraction={fraction}\n{_script()}")
    request = CommandRequest(command, "raw", secrets.token_bytes(_SEED_BYTES))
    result = client.execute(request, Deadline.after(_SECONDS))
    if not result.ok:
        raise SmolVMError(_REASONS.get(result.exit_code or 0, result.stderr.strip() or f"code {result.exit_code}"))


@cache
def _script() -> str:
    text = files(__package__).joinpath("after_restore.sh").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
