"""A connection bound to one execution of one task: its user, its environment, its deadline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from smolrun.connection.port import Connection
from smolrun.deadline import Deadline
from smolrun.ssh.request import Become, OutputCallback
from smolrun.ssh.result import CommandResult, ShellMode


@dataclass(frozen=True, slots=True)
class GuestSession:
    """What a module talks to.

    Attributes:
        connection: the guest.
        deadline: of this execution of the task.
        become: the user its commands run as.
        environment: the task's ``environment``.
        on_output: where the output of the user's own commands is streamed to.
        output_limit: bytes kept of each stream; None for the connection's own limit.
    """

    connection: Connection
    deadline: Deadline
    become: Become | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    on_output: OutputCallback | None = None
    output_limit: int | None = None

    def run(self, command: str, *, shell: ShellMode = "raw", stdin: bytes | Path | None = None) -> CommandResult:
        """Run a command of the user's; its output is streamed."""
        raise NotImplementedError

    def script(
        self,
        text: str,
        arguments: Mapping[str, str] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        stdin: bytes | Path | None = None,
    ) -> CommandResult:
        """Run a module's own POSIX ``sh`` in one round trip, under ``/bin/sh``, whatever the login shell is.

        Args:
            arguments: shell variables that are set before it; visible in the guest's process list.
            secrets: the same, but sent over stdin, ahead of `stdin`.
        """
        raise NotImplementedError

    def put(self, content: bytes | Path, destination: str, *, mode: int | None = None) -> None:
        raise NotImplementedError

    def get(self, source: str, *, limit: int | None = None) -> bytes:
        raise NotImplementedError
