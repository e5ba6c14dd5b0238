"""A TCP connection that the guest's SSH server makes for us (RFC 4254, section 7.2): it sees the guest's network."""

import time

from smolrun.deadline import Deadline
from smolrun.errors import ConnectError, OperationTimeoutError
from smolrun.ssh.cancellation import LOOK_AGAIN, Cancellation
from smolrun.ssh.channel import SessionChannel
from smolrun.ssh.library import paramiko
from smolrun.ssh.transport import Transport

PIECE = 32 * 1024
CONNECT_FAILED = 2  # SSH_OPEN_CONNECT_FAILED, RFC 4254 section 5.1


class ForwardRefusedError(ConnectError):
    """The SSH server makes no such connections."""


class ForwardedTcp:
    """One connection, for the thread that opened it.

    Args:
        deadline: of everything.
    """

    def __init__(self, channel: SessionChannel, deadline: Deadline, cancellation: Cancellation) -> None:
        self._channel = channel
        self._deadline = deadline
        self._cancellation = cancellation
        self.patience: float | None = None

    def recv(self, size: int) -> bytes:
        """What has come; empty at the end.

        Raises:
            TimeoutError: nothing came for `patience` seconds.
            OperationTimeoutError: past the deadline.
        """
        until = None if self.patience is None else time.monotonic() + self.patience
        while True:
            self._attend(until)
            self._channel.settimeout(LOOK_AGAIN)
            try:
                return bytes(self._channel.recv(size))
            except TimeoutError:
                continue

    def sendall(self, data: bytes) -> None:
        """Send all of it. Raises as `recv`, and `OSError` where the other side takes no more."""
        until = None if self.patience is None else time.monotonic() + self.patience
        rest = memoryview(data)
        while rest:
            self._attend(until)
            if self._channel.close_received:
                raise BrokenPipeError("the other side has closed the connection")
            self._channel.settimeout(LOOK_AGAIN)
            try:
                rest = rest[self._channel.send(bytes(rest[:PIECE])) :]
            except TimeoutError:
                continue

    def close(self) -> None:
        self._channel.finish()

    def _attend(self, until: float | None) -> None:
        self._cancellation.check()
        if self._deadline.expired:
            raise OperationTimeoutError("the request was not answered in time", killed=True)
        if until is not None and time.monotonic() > until:
            raise TimeoutError("timed out")


def open_tcp(
    transport: Transport, host: str, port: int, deadline: Deadline, cancellation: Cancellation
) -> ForwardedTcp:
    """A connection from the guest to a port.

    Args:
        host: a name or an address as the guest knows it.

    Raises:
        ForwardRefusedError: the server does not do this.
        ConnectionRefusedError: nobody listens there, or the guest does not know the host.
        OperationTimeoutError: past the deadline.
        ConnectError: the connection to the guest ended.
    """
    details = paramiko.Message()
    for where, number in ((host, port), ("127.0.0.1", 0)):
        details.add_string(where)
        details.add_int(number)
    try:
        channel = transport.request_channel("direct-tcpip", details.asbytes())
    except (EOFError, paramiko.SSHException) as error:
        raise ConnectError("the connection to the guest ended", phase="forward", transient=True) from error
    while not channel.open:
        if channel.refusal is not None:
            _refuse(channel, host, port)
        if not transport.is_active():
            raise ConnectError("the connection to the guest ended", phase="forward", transient=True)
        if deadline.expired:
            raise OperationTimeoutError(f"no connection to {host}:{port} in time", killed=True)
        cancellation.check()
        transport.news.wait(LOOK_AGAIN)
        transport.news.clear()
    return ForwardedTcp(channel, deadline, cancellation)


def _refuse(channel: SessionChannel, host: str, port: int) -> None:
    if channel.refusal_code == CONNECT_FAILED:
        raise ConnectionRefusedError(f"the guest cannot connect to {host}:{port}: {channel.refusal}")
    raise ForwardRefusedError(f"the guest's SSH server forwards no connections: {channel.refusal}", phase="forward")
