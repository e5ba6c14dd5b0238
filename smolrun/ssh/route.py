"""The byte stream to a server: straight over TCP, through other servers, or through a command of the user's."""

import contextlib
import errno
import functools
import ipaddress
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
from typing import IO, Any

from smolrun.deadline import Deadline
from smolrun.errors import ConnectError
from smolrun.ssh.cancellation import LOOK_AGAIN, Cancellation
from smolrun.ssh.library import paramiko
from smolrun.ssh.target import Target

_FAMILIES = {"any": socket.AF_UNSPEC, "inet": socket.AF_INET, "inet6": socket.AF_INET6}


def connect_tcp(target: Target, deadline: Deadline, dead_after: float, cancellation: Cancellation) -> socket.socket:
    """A TCP connection, without Nagle's delay: a small request otherwise waits 40 ms for the guest's delayed ACK.

    Args:
        dead_after: seconds that sent data may stay unacknowledged before the kernel gives up.

    Raises:
        ConnectError: there is none in time.
        CancelledError: it is not wanted any more.
    """
    where = f"{target.host}:{target.port}"
    last: OSError | None = None
    for family, kind, protocol, _, address in _addresses(target, deadline, cancellation):
        left = deadline.remaining()
        if left is not None and left <= 0:
            break
        conversation = _PromptSocket(family, kind, protocol)
        try:
            _connect(conversation, address, deadline, cancellation)
            conversation.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                conversation.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(dead_after * 1000))
        except OSError as error:
            conversation.close()
            last = error
        except BaseException:
            conversation.close()
            raise
        else:
            return conversation
    if last is None or isinstance(last, TimeoutError):
        raise ConnectError(f"no connection to {where} in time", phase="connection", transient=True) from last
    reason = last.strerror or str(last)
    raise ConnectError(f"cannot connect to {where}: {reason}", phase="connection", transient=True) from last


class _PromptSocket(socket.socket):
    """Acknowledges at once what it reads.

    OpenSSH's server leaves Nagle's algorithm on (RFC 896): of several small messages it sends the first, and the others
    when that is acknowledged, which Linux puts off by 40 ms (tcp(7), TCP_QUICKACK). Every session began with that wait.
    """

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        data = super().recv(size, flags)
        if data and hasattr(socket, "TCP_QUICKACK"):
            with contextlib.suppress(OSError):
                self.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # each time: the kernel takes it back
        return data


def _connect(conversation: socket.socket, address: Any, deadline: Deadline, cancellation: Cancellation) -> None:
    """Raises `OSError` (a `TimeoutError` at the deadline) and `CancelledError`."""
    conversation.setblocking(False)
    failure = conversation.connect_ex(address)
    if failure == errno.EINPROGRESS:
        poll = select.poll()
        poll.register(conversation, select.POLLOUT)
        while not poll.poll((deadline.remaining(at_most=LOOK_AGAIN) or 0.0) * 1000):
            cancellation.check()
            if deadline.expired:
                raise TimeoutError
        failure = conversation.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    # A server that refuses answers with ECONNREFUSED; one that resets had taken the connection: reading tells.
    if failure not in (0, errno.ECONNRESET):
        raise OSError(failure, os.strerror(failure))
    conversation.setblocking(True)


def _addresses(target: Target, deadline: Deadline, cancellation: Cancellation) -> list[Any]:
    """The addresses of the host. The resolver knows no deadline, so a name is looked up in a thread of its own."""
    arguments = (target.host, target.port, _FAMILIES.get(target.address_family, socket.AF_UNSPEC), socket.SOCK_STREAM)
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(target.host.partition("%")[0])
        return list(socket.getaddrinfo(*arguments))
    try:
        look_up = functools.partial(socket.getaddrinfo, *arguments)
        return cancellation.attended(look_up, deadline, f"look up {target.host}")
    except TimeoutError as error:
        raise ConnectError(
            f"the name {target.host!r} was not looked up in time", phase="name look-up", transient=True
        ) from error
    except (OSError, UnicodeError) as error:  # UnicodeError: a label that is empty or too long
        temporary = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
        reason = getattr(error, "strerror", None) or str(error)
        raise ConnectError(
            f"the name {target.host!r} cannot be looked up: {reason}", phase="name look-up", transient=temporary
        ) from error


class CommandStream:
    """A ``ProxyCommand``: its stdin and stdout are a socket, and it ends with the connection."""

    def __init__(self, command: str) -> None:
        self.command = command
        ours, theirs = socket.socketpair()
        self._socket = ours
        self._complaint = ""
        self._lock = threading.Lock()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        try:
            # `exec` through the shell, as ssh_config(5) says; no terminal, so that it cannot ask anything there.
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {command}"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=self._errors,
                start_new_session=True,
            )
        except BaseException:
            ours.close()
            self._errors.close()
            raise
        finally:
            theirs.close()

    def complaint(self, patience: float) -> str:
        """The last line that the command has written to stderr.

        Args:
            patience: seconds to wait for its end, before which it may not have said all.
        """
        with self._lock:
            if not self._errors.closed:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(patience)
                self._note_complaint()
            return self._complaint

    def _note_complaint(self) -> None:
        self._errors.seek(0)
        lines = self._errors.read()[-2000:].decode("utf-8", "replace").split("\n")
        self._complaint = next((line.strip() for line in reversed(lines) if line.strip()), "")

    def close(self) -> None:
        """End the command; may be called from several threads and more than once."""
        with self._lock:
            if self._errors.closed:
                return
            self._socket.close()
            self._end_process()
            self._note_complaint()
            self._errors.close()

    def _end_process(self) -> None:
        try:
            self._process.wait(0.2)  # most commands end by themselves when their input does
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGTERM)
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)


class ForwardedStream:
    """A channel of another connection that leads to the server; closing it ends that connection too."""

    def __init__(self, channel: Any, carrier: Any) -> None:
        self._channel = channel
        self._carrier = carrier
        self._closed = False

    def close(self) -> None:
        if self._closed:  # paramiko closes a stream from several places
            return
        self._closed = True
        # The carrier ends anyway; that it may not be able to say so any more is no news.
        with contextlib.suppress(EOFError, OSError, paramiko.SSHException):
            self._channel.close()
        self._carrier.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)
