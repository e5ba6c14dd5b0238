"""What a connection to a guest can do, whatever it is made of."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from smolrun.deadline import Deadline
from smolrun.ssh.request import Become, CommandRequest
from smolrun.ssh.result import CommandResult


class TcpStream(Protocol):
    """One TCP connection that a guest makes."""

    patience: float | None
    """Seconds of silence after which `recv` and `sendall` raise `TimeoutError`; None for no limit."""

    def recv(self, size: int) -> bytes: ...

    def sendall(self, data: bytes) -> None: ...


class Connection(Protocol):
    """One guest, where one command runs at a time and a second thread waits its turn; or this machine, without turns.

    Every method raises `NotRunError` kinds for what certainly did not happen, `ConnectionLostError` for what may
    have, and `OperationTimeoutError` past its deadline.
    """

    @property
    def kept(self) -> dict[str, Any]:
        """What modules remember of this guest from task to task, by names of theirs."""
        ...

    @property
    def description(self) -> str:
        """What people are shown: ``root@web1:22`` or ``this machine``."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should be told of this connection (an insecure host key policy, say)."""
        ...

    def turn(self) -> AbstractContextManager[None]:
        """Wait for and hold this connection (re-entrant); a task's deadline begins after this and `connect`."""
        ...

    def connect(self, deadline: Deadline) -> None:
        """Be connected and logged in, or prove that an existing connection is alive."""
        ...

    def run(self, request: CommandRequest, deadline: Deadline) -> CommandResult: ...

    def put(
        self,
        content: bytes | Path,
        destination: str,
        *,
        deadline: Deadline,
        mode: int | None = None,
        become: Become | None = None,
    ) -> None:
        """Write a file: under a temporary name in the same folder, verified by size and hash, then renamed.

        Args:
            mode: permission bits; None keeps those of a file that is replaced, else 0666 less the umask.
        """
        ...

    def get(self, source: str, *, deadline: Deadline, limit: int | None = None, become: Become | None = None) -> bytes:
        """A file's content, verified by size and hash.

        Args:
            limit: bytes; a larger file is a `TransferError`.
        """
        ...

    def get_into(
        self,
        source: str,
        file: BinaryIO,
        *,
        deadline: Deadline,
        limit: int | None = None,
        become: Become | None = None,
    ) -> None:
        """The same, written into a local file that is open for reading and writing, piece by piece.

        Raises:
            OSError: the local file cannot be written.
        """
        ...

    def open_tcp(self, host: str, port: int, deadline: Deadline) -> "AbstractContextManager[TcpStream]":
        """A TCP connection from the guest to what it can reach, for as long as the context lasts.

        Raises:
            ConnectError: there is no way to make one, as where the guest's SSH server forwards none.
            OSError: nobody listens there, or it cannot be found.
        """
        ...

    def wait_ready(self, deadline: Deadline, interval: float = 0.1) -> None:
        """Wait until the guest can be logged in to (a fresh connection each try)."""
        ...

    def reset(self) -> None:
        """End the connection; the next use makes a new one."""
        ...

    def cancel(self) -> None:
        """From any thread: kill the running command as at a timeout (`OperationCancelledError` in its thread)."""
        ...

    def close(self) -> None: ...
