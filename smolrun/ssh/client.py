"""`SSHClient`: commands and files on one guest, over one connection that is made when it is first needed."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, Unpack, get_args

from smolrun.deadline import Deadline
from smolrun.errors import NotRunError, OperationCancelledError, OperationTimeoutError
from smolrun.ssh.cancellation import Cancellation, CancelledError
from smolrun.ssh.connect import open_transport
from smolrun.ssh.execution import Execution
from smolrun.ssh.kill import ready_and_swept
from smolrun.ssh.persistent import PersistentConnection
from smolrun.ssh.reader import Reader
from smolrun.ssh.readiness import wait_for_ssh
from smolrun.ssh.request import Become, CommandRequest, OutputCallback
from smolrun.ssh.result import CommandResult, ShellMode
from smolrun.ssh.settings import DEFAULT_PORT, DEFAULT_USER, ClientSettings, Options, check_options
from smolrun.ssh.stdin import Input, check_input
from smolrun.ssh.transfer import get, get_into, put, save
from smolrun.ssh.transport import Transport

if TYPE_CHECKING:
    from smolrun.ssh.forward import ForwardedTcp


class SSHClient:
    """A guest that is reached over SSH.

    Nothing is sent before the first use. One TCP connection carries everything; if it is dead between two commands,
    it is made anew. One command runs at a time: a second thread waits its turn.

    Args:
        host: its name or address.
        user: the user to log in as.
        port: its TCP port.
        key_path: a private key file; wins over `password`, and switches off the agent and the default keys.
        password: used where there is no `key_path`; with neither, the agent and the default keys are tried.
        connect_timeout: seconds for one attempt to connect and log in.
        options: `host_key`, `known_hosts`, `ssh_config`, `ssh_arguments`, `auth_grace`, `keepalive_interval`,
            `dead_after`, `output_limit` and the other attributes of `ClientSettings`.

    Raises:
        ValueError: an empty host or user, a port outside 1-65535, a `connect_timeout` under 1, ….
        TypeError: an option that there is not.
    """

    def __init__(
        self,
        host: str,
        user: str = DEFAULT_USER,
        port: int = DEFAULT_PORT,
        key_path: str | Path | None = None,
        password: str | None = None,
        connect_timeout: float = 10,
        **options: Unpack[Options],
    ) -> None:
        check_options(options)
        self.settings = ClientSettings(
            host=host,
            user=user,
            port=port,
            key_path=key_path,
            password=password,
            connect_timeout=connect_timeout,
            **options,
        )
        self._turn = threading.RLock()
        self._depth = 0  # of the holder's calls into each other
        self._running = False
        self._cancellation = Cancellation()
        self._connection = PersistentConnection(self.settings, self._open, self._cancellation)
        self._reader = Reader(self._connection, self.settings)

    def _open(self, deadline: Deadline) -> Transport:
        return open_transport(self.settings, deadline, self._cancellation)

    # --- the connection ---

    @property
    def connected(self) -> bool:
        """Whether there is an active transport."""
        return self._connection.active

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for and hold this client; the same thread may do so again inside."""
        with self._turn:
            yield

    @contextmanager
    def _work(self) -> Iterator[None]:
        """Hold this client for something that `cancel` ends."""
        with self._turn:
            if self._depth == 0:
                self._cancellation.take_back()
            self._depth += 1
            try:
                yield
            except CancelledError:
                raise OperationCancelledError("cancelled before a command was sent") from None
            finally:
                self._depth -= 1

    def ensure_connected(self, deadline: Deadline) -> None:
        """Be connected and logged in: prove the connection that there is, or make one.

        Raises:
            ConnectError, AuthenticationError, HostKeyError: it cannot be done, or not in time.
            OperationCancelledError: `cancel` was called.
        """
        with self._work():
            self._cancellation.check()
            ready_and_swept(self._connection, self.settings, deadline)

    def wait_for_ssh(self, timeout: float = 60.0, interval: float = 0.1) -> None:
        """Wait until the guest lets us in, and keep that connection for the commands to come.

        First cheap probes until a server says ``SSH-``, then full logins.

        Args:
            timeout: seconds.
            interval: seconds between two probes.

        Raises:
            ValueError: a timeout that is not above 0, or an interval below 0.
            OperationTimeoutError: it did not become available; says how far it came, and the last error.
            AuthenticationError: it rejects us (after `auth_grace` seconds, if those were given).
            HostKeyError: it is not the right server.
        """
        if not timeout > 0:
            raise ValueError(f"timeout must be more than 0 seconds, not {timeout!r}")
        if not interval >= 0:
            raise ValueError(f"interval must not be negative, not {interval!r}")
        with self._work():
            wait_for_ssh(self.settings, Deadline.after(timeout), interval, self.ensure_connected, self._cancellation)

    def reset_connection(self) -> None:
        """End the connection; the next use makes a new one."""
        with self.turn():
            self._connection.drop()

    def close(self) -> None:
        """End the connection. The client can be used again."""
        self.reset_connection()

    def cancel(self) -> None:
        """From any thread: end what is under way, connecting and waiting included, and kill the running command.

        The thread at work gets an `OperationCancelledError`.
        """
        self._cancellation.utter()
        self._connection.nudge()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- commands ---

    def run(
        self,
        command: str,
        timeout: float | None = 30,
        shell: ShellMode = "login",
        *,
        stdin: Input | None = None,
        environment: Mapping[str, str] | None = None,
        become: Become | None = None,
        on_output: OutputCallback | None = None,
        output_limit: int | None = None,
    ) -> CommandResult:
        """Run a command line on the guest.

        Args:
            command: for the shell.
            timeout: seconds for everything: connecting, the command, its output and its exit status. When they are
                over, the command's process tree on the guest is killed. None for no limit.
            shell: ``login``: through the user's login shell, profile sourced; ``raw``: sent as it stands.
            stdin: bytes, a file by its `Path`, or an open binary file: sent to the command, then its input is closed;
                None closes it at once.
            environment: exported to the command (``login`` only); never part of a command line on the guest.
            become: run it as another user.
            on_output: called with each piece of output as it arrives, in this thread.
            output_limit: bytes kept of each stream, instead of the client's own limit.

        Raises:
            ValueError: an empty command, a NUL in it, a timeout under 1, another shell.
            OperationTimeoutError: it was sent and did not end in time; carries what it had written.
            ConnectionLostError: it was sent and its outcome is unknown; it is not sent again.
            CommandNotStartedError: nothing shows that it ever began.
            BecomeError: the other user could not be become.
            SmolVMError: it was not sent.
        """
        if timeout is not None and not timeout >= 1:
            raise ValueError(f"timeout must be at least 1 second, not {timeout!r}")
        if shell not in get_args(ShellMode):
            raise ValueError(f"shell must be 'login' or 'raw', not {shell!r}")
        request = CommandRequest(command, shell, stdin, dict(environment or {}), become, on_output, output_limit)
        check_request(request)
        return self.execute(request, Deadline.after(timeout))

    def execute(self, request: CommandRequest, deadline: Deadline) -> CommandResult:
        """Run a request; as `run`, for those who hand a deadline down."""
        check_request(request)
        with self._work():
            if self._running:  # a kill takes everything that runs on the connection for the one command
                raise NotRunError("a callback of a running command cannot run another one on the same client")
            self._running = True
            try:
                read = self._reader.answer(request, deadline)
                return read or Execution(self._connection, self.settings, request, deadline).run()
            finally:
                self._running = False

    # --- the guest's network ---

    @contextmanager
    def open_tcp(self, host: str, port: int, deadline: Deadline) -> "Iterator[ForwardedTcp]":
        """A TCP connection that the guest's SSH server makes; see `forward.open_tcp`."""
        from smolrun.ssh.forward import open_tcp

        with self._work():
            transport = self._connection.ready(deadline)
            try:
                stream = open_tcp(transport, host, port, deadline, self._cancellation)
            except (OperationTimeoutError, CancelledError):
                self._connection.drop()  # with it goes a channel that may still open, and nobody would close
                raise
            try:
                yield stream
            finally:
                stream.close()

    # --- files ---

    def put(
        self,
        content: bytes | str | Path,
        destination: str,
        *,
        timeout: float | None = None,
        deadline: Deadline | None = None,
        mode: int | None = None,
        become: Become | None = None,
    ) -> None:
        """Write a file on the guest: beside its destination, verified by size and hash, then renamed.

        Args:
            content: the bytes, or the path of a local file.
            destination: the path on the guest; relative ones start in the login's home.
            timeout: seconds for everything; None for no limit.
            deadline: the same, for those who hand one down.
            mode: permission bits; None keeps those of a file that is replaced, else 0666 less the umask.

        Raises:
            OSError: the local file cannot be read.
            TransferError: it did not arrive; what stood at the destination is still there.
            SmolVMError: as `run`.
        """
        content = Path(content) if isinstance(content, str) else content
        put(self.execute, content, destination, deadline=deadline or Deadline.after(timeout), mode=mode, become=become)

    def get(
        self,
        source: str,
        destination: str | Path | None = None,
        *,
        timeout: float | None = None,
        deadline: Deadline | None = None,
        limit: int | None = None,
        become: Become | None = None,
    ) -> bytes:
        """A file's content, verified by size and hash.

        Args:
            source: its path on the guest.
            destination: a local file to write it to as well, whole or not at all; its folder has to be there. One that
                is replaced keeps its permissions.
            limit: bytes; a larger file is an error.

        Raises:
            OSError: the local file cannot be written.
            TransferError: it is not there, cannot be read, is too large, or changed on the way.
            SmolVMError: as `run`.
        """
        deadline = deadline or Deadline.after(timeout)
        content = get(self.execute, source, deadline=deadline, limit=limit, become=become)
        if destination is not None:
            save(content, Path(destination))
        return content

    def get_into(
        self,
        source: str,
        file: BinaryIO,
        *,
        timeout: float | None = None,
        deadline: Deadline | None = None,
        limit: int | None = None,
        become: Become | None = None,
    ) -> None:
        """A file's content, verified by size and hash, into a local file piece by piece: it need not fit into memory.

        Args:
            file: open for reading and writing; what was in it is gone.

        Raises:
            OSError: the local file cannot be written.
            TransferError, SmolVMError: as `get`.
        """
        deadline = deadline or Deadline.after(timeout)
        get_into(self.execute, source, file, deadline=deadline, limit=limit, become=become)


def check_request(request: CommandRequest) -> None:
    """Refuse what can never be run.

    Raises:
        ValueError: for an empty command, a NUL in it, an environment of a raw one, and too low an `output_limit`.
        TypeError: for a command that is no text, and input that cannot be sent.
    """
    if request.command and not isinstance(request.command, str):
        raise TypeError(f"command must be text, not {type(request.command).__name__}")
    if not request.command or not request.command.strip():
        raise ValueError("command must not be empty")
    if "\0" in request.command:
        raise ValueError("command must not hold a NUL")
    if request.shell == "raw" and request.environment:
        raise ValueError("an environment needs shell='login': a raw command is sent as it stands")
    if request.output_limit is not None and request.output_limit < 2:
        raise ValueError(f"output_limit must be at least 2 bytes, not {request.output_limit!r}")
    check_input(request.stdin)
