"""A connection bound to one execution of one task: its user, its environment, its deadline."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import field
from pathlib import Path
from typing import BinaryIO, TypeVar

from smolrun.connection.port import Connection, TcpStream
from smolrun.connection.script import assignments
from smolrun.deadline import Deadline
from smolrun.errors import ConnectError, OperationTimeoutError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.request import Become, CommandRequest, OutputCallback
from smolrun.ssh.result import CommandResult, ShellMode

T = TypeVar("T")

_SOMEWHERE = "{ [ -r . ] && [ -x . ]; } || cd ~ 2>/dev/null || cd /tmp; "
"""Who has become somebody else may stand in a home that is closed to them, where tools such as find(1) fail. Ansible
goes the same way (``AnsibleModule``, its working directory)."""


@dataclass(frozen=True)
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
        """Run a command of the user's; its output is streamed.

        Args:
            shell: ``raw``: the line as it stands, without the environment; ``login``: by the login shell.

        Raises:
            OperationTimeoutError: past the deadline; its process tree was killed.
            NotRunError, ConnectionLostError: see `Connection`.
        """
        request = CommandRequest(
            command=command,
            shell=shell,
            stdin=stdin,
            environment=self.environment if shell == "login" else {},
            become=self.become,
            on_output=self.on_output,
            output_limit=self.output_limit,
        )
        return self._in_time(lambda: self.connection.run(request, self.deadline))

    def script(
        self,
        text: str,
        arguments: Mapping[str, str] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        stdin: bytes | Path | None = None,
        stream: bool = False,
        program: bool = False,
    ) -> CommandResult:
        """Run a module's own POSIX ``sh`` with one command, under ``/bin/sh``, whatever the login shell is.

        That is one round trip.
        The task's environment is exported to it. What the login shell's own files print is no part of its output.

        Args:
            arguments: shell variables that are set before it; visible in the guest's process list.
            secrets: the same, but sent over stdin, ahead of `stdin`.
            stdin: what the script, or what it starts, can read: byte for byte, then the end.
            stream: its output is of interest to the user (it runs the user's own command) and is streamed.
            program: it is the user's own text: its messages and line numbers are those of ``sh -c``.

        Raises:
            CommandNotStartedError: nothing shows that ``/bin/sh`` ever ran (a ``nologin`` shell, say).
            OperationTimeoutError: past the deadline; its process tree was killed.
            NotRunError, ConnectionLostError: see `Connection`.
        """
        return self._run_sh(
            assignments(arguments or {}) + text,
            stdin=stdin,
            on_output=self.on_output if stream else None,
            hidden=assignments(secrets or {}),
            program=program,
        )

    def read(self, setup: str, shared: str) -> CommandResult:
        """As `script`, of a script that only reads the guest.

        Where several come one after the other, a shell that stays on the guest runs them all (`ssh.reader`).

        Args:
            setup: lines of ``sh`` that are this reading's own, the final newline included.
            shared: what follows them, the same for many readings.
        """
        return self._run_sh(setup + shared, shared=shared)

    def _run_sh(
        self,
        text: str,
        *,
        stdin: bytes | Path | None = None,
        on_output: OutputCallback | None = None,
        hidden: str = "",
        program: bool = False,
        shared: str = "",
    ) -> CommandResult:
        """Run ``sh`` as this task's user, in a folder that is open to that user; the fields are `CommandRequest`'s."""
        place = "" if self.become is None or self.become.user == "root" else _SOMEWHERE
        request = CommandRequest(  # noqa: S604 - no subprocess: `shell` is a mode
            command=place + text,
            shell="sh",
            stdin=stdin,
            environment=self.environment,
            become=self.become,
            on_output=on_output,
            output_limit=self.output_limit,
            hidden=hidden,
            program=program,
            shared=shared,
        )
        return self._in_time(lambda: self.connection.run(request, self.deadline))

    def open_tcp(self, host: str, port: int) -> "AbstractContextManager[TcpStream]":
        """A TCP connection that the guest makes; see `Connection.open_tcp`."""
        return self.connection.open_tcp(host, port, self.deadline)

    def put(self, content: bytes | Path, destination: str, *, mode: int | None = None) -> None:
        """Write a file whole or not at all; see `Connection.put`. Raises `TransferError`."""
        self._in_time(
            lambda: self.connection.put(content, destination, deadline=self.deadline, mode=mode, become=self.become)
        )

    def get(self, source: str, *, limit: int | None = None) -> bytes:
        """A file's content; see `Connection.get`. Raises `TransferError`."""
        return self._in_time(
            lambda: self.connection.get(source, deadline=self.deadline, limit=limit, become=self.become)
        )

    def get_into(self, source: str, file: BinaryIO, *, limit: int | None = None) -> None:
        """A file's content into a local file; see `Connection.get_into`. Raises `TransferError`, `OSError`."""
        self._in_time(
            lambda: self.connection.get_into(source, file, deadline=self.deadline, limit=limit, become=self.become)
        )

    def _in_time(self, work: Callable[[], T]) -> T:
        """What it comes to. That its time was over before it was begun is no fault of the guest's.

        Raises:
            OperationTimeoutError: nothing was sent, since the deadline had passed.
        """
        if self.deadline.expired:
            raise self._late()
        try:
            return work()
        except ConnectError as error:
            if error.late and self.deadline.expired:
                raise self._late() from error
            raise

    def _late(self) -> OperationTimeoutError:
        timeout = self.deadline.timeout
        return OperationTimeoutError(f"the task did not end within {timeout:g} s", timeout=timeout, killed=True)
