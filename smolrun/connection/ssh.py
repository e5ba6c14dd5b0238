"""A guest over SSH: the persistent client behind the port that modules talk through."""

import getpass
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from smolrun.connection.port import TcpStream
from smolrun.connection.settings import Endpoint
from smolrun.deadline import Deadline
from smolrun.errors import ConnectError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.request import Become, CommandRequest
from smolrun.ssh.result import CommandResult
from smolrun.ssh.settings import DefaultUser

if TYPE_CHECKING:
    from smolrun.ssh.client import SSHClient

_FOR_EVER = 30 * 24 * 3600.0  # seconds; waits of the operating system end somewhere above
_AT_LEAST = 0.001  # seconds; the client refuses to wait for none


@dataclass(frozen=True)
class ClientOptions:
    """What every client of a run shares; each field is the option of `SSHClient` with the same name."""

    known_hosts: tuple[Path, ...] | None = None
    ssh_config: str | Path | None = None
    confirm_host_key: Any = None
    passphrase: Any = None
    output_limit: int | None = None
    auth_grace: float = 0.0


class SSHConnection:
    """One guest over SSH.

    Args:
        endpoint: where it is.
        options: what all connections of a run share.
    """

    def __init__(self, endpoint: Endpoint, options: ClientOptions | None = None) -> None:
        self._kept: dict[str, Any] = {}
        self._endpoint = endpoint
        self._warnings: tuple[str, ...] | None = None
        self._client = make_client(endpoint, options or ClientOptions())

    @property
    def kept(self) -> dict[str, Any]:
        return self._kept

    @property
    def description(self) -> str:
        return self._endpoint.description

    @property
    def warnings(self) -> tuple[str, ...]:
        if self._warnings is None:
            from smolrun.ssh.target import warnings_of

            try:
                self._warnings = warnings_of(self._client.settings)
            except ConnectError:
                self._warnings = ()  # connecting tells it
        return self._warnings

    def turn(self) -> AbstractContextManager[None]:
        return self._client.turn()

    def connect(self, deadline: Deadline) -> None:
        self._client.ensure_connected(deadline)

    def run(self, request: CommandRequest, deadline: Deadline) -> CommandResult:
        return self._client.execute(request, deadline)

    def put(
        self,
        content: bytes | Path,
        destination: str,
        *,
        deadline: Deadline,
        mode: int | None = None,
        become: Become | None = None,
    ) -> None:
        with self.turn():
            self._client.put(content, destination, deadline=deadline, mode=mode, become=become)

    def get(self, source: str, *, deadline: Deadline, limit: int | None = None, become: Become | None = None) -> bytes:
        with self.turn():
            return self._client.get(source, deadline=deadline, limit=limit, become=become)

    def get_into(
        self,
        source: str,
        file: BinaryIO,
        *,
        deadline: Deadline,
        limit: int | None = None,
        become: Become | None = None,
    ) -> None:
        with self.turn():
            self._client.get_into(source, file, deadline=deadline, limit=limit, become=become)

    def open_tcp(self, host: str, port: int, deadline: Deadline) -> "AbstractContextManager[TcpStream]":
        """By its SSH server; see `Connection.open_tcp`."""
        return self._client.open_tcp(host, port, deadline)

    def wait_ready(self, deadline: Deadline, interval: float = 0.1) -> None:
        with self.turn():
            self._client.reset_connection()
            left = deadline.remaining(at_most=_FOR_EVER)
            self._client.wait_for_ssh(timeout=max(left or 0.0, _AT_LEAST), interval=interval)

    def reset(self) -> None:
        self._client.reset_connection()

    def cancel(self) -> None:
        self._client.cancel()

    def close(self) -> None:
        self._client.close()


def make_client(endpoint: Endpoint, options: ClientOptions) -> "SSHClient":
    """A client for an endpoint; no I/O happens yet. What the endpoint leaves open, the SSH configuration decides."""
    from smolrun.ssh.client import SSHClient

    # Where neither a variable nor the SSH configuration names a user, ssh takes the local one: ssh_config(5), User.
    given: dict[str, Any] = {
        "user": endpoint.user or DefaultUser(getpass.getuser()),
        "port": endpoint.port,
        "key_path": endpoint.key_path,
        "password": endpoint.password,
        "connect_timeout": endpoint.connect_timeout,
        "host_key": endpoint.host_key,
        "ssh_arguments": endpoint.ssh_arguments or None,
        "known_hosts": options.known_hosts,
        "ssh_config": options.ssh_config,
        "confirm_host_key": options.confirm_host_key,
        "passphrase": options.passphrase,
        "output_limit": options.output_limit,
        "auth_grace": options.auth_grace or None,
    }
    passphrase = endpoint.key_passphrase
    if passphrase is not None:
        given["passphrase"] = lambda _path: passphrase
    return SSHClient(endpoint.host, **{name: value for name, value in given.items() if value is not None})
