"""Opens one connection: reach the server, make sure that it is the right one, log in."""

import contextlib
import getpass
import random
import shlex
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from smolrun.deadline import Deadline
from smolrun.errors import AuthenticationError, ConnectError
from smolrun.ssh.authentication import Login
from smolrun.ssh.cancellation import Cancellation
from smolrun.ssh.credentials import Credentials
from smolrun.ssh.host_keys import HostKeyVerifier, OtherKeyTypeNeeded
from smolrun.ssh.library import paramiko
from smolrun.ssh.presented_key import HostKeyTransport
from smolrun.ssh.route import CommandStream, ForwardedStream, connect_tcp
from smolrun.ssh.settings import DEFAULT_PORT, ClientSettings, DefaultUser
from smolrun.ssh.ssh_arguments import CONFIG_FILE, parse_ssh_arguments
from smolrun.ssh.target import Target, resolve_target
from smolrun.ssh.transport import Transport

GRACE_INTERVAL = 2.0
"""Seconds between two logins while a rejected key may still arrive on the guest: servers penalise more."""

_MOST_HOPS = 10


def open_transport(settings: ClientSettings, deadline: Deadline, cancellation: Cancellation | None = None) -> Transport:
    """A connection that is logged in.

    What may go away by itself (refused, reset, no banner) is tried again with back-off for ``connect_timeout``
    seconds; a wrong host key or a rejected login is final, the latter after ``auth_grace`` seconds.

    Args:
        deadline: nothing goes on past it.
        cancellation: ends it, within a tenth of a second.

    Raises:
        ConnectError: the server cannot be reached, or not in time.
        HostKeyError: it is not, or cannot be shown to be, the right server. No credential was sent.
        AuthenticationError: it does not let us in.
    """
    cancellation = cancellation or Cancellation()
    window = deadline.earliest(settings.connect_timeout)
    grace = deadline.earliest(settings.auth_grace)
    pauses = back_off()
    while True:
        try:
            return _open(settings, deadline, cancellation)
        except AuthenticationError:
            if (grace.remaining() or 0.0) < GRACE_INTERVAL:
                raise
            cancellation.pause(GRACE_INTERVAL)
        except ConnectError as error:
            pause = next(pauses)
            if not error.transient or (window.remaining() or 0.0) <= pause:
                raise
            cancellation.pause(pause)


def back_off(first: float = 0.1, most: float = 2.0) -> Iterator[float]:
    """Seconds to wait before each new try: doubled each time, with jitter so that many clients spread out."""
    pause = first
    while True:
        yield pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
        pause = min(most, pause * 2)


def _open(settings: ClientSettings, deadline: Deadline, cancellation: Cancellation, hops: int = 0) -> Transport:
    target = resolve_target(settings)
    verifier = HostKeyVerifier(target, settings.confirm_host_key)
    algorithms = verifier.algorithms
    with contextlib.closing(Credentials(settings, target)) as credentials:
        while True:
            try:
                return _attempt(settings, target, verifier, algorithms, credentials, deadline, cancellation, hops)
            except OtherKeyTypeNeeded as other:
                algorithms = other.key_types


def _attempt(
    settings: ClientSettings,
    target: Target,
    verifier: HostKeyVerifier,
    algorithms: tuple[str, ...],
    credentials: Credentials,
    deadline: Deadline,
    cancellation: Cancellation,
    hops: int,
) -> Transport:
    attempt = deadline.earliest(settings.connect_timeout)
    stream = _route(settings, target, attempt, cancellation, hops)
    transport: HostKeyTransport | None = None
    try:
        transport = HostKeyTransport(stream, algorithms)
        _shake_hands(transport, target, attempt, cancellation, stream)
        assert transport.presented is not None, "a handshake has no end without a host key"
        left, asked_at = attempt.remaining(), attempt.clock()
        verifier.verify(transport.presented)
        # A person may have been asked about the key meanwhile: that time is not the guest's.
        thinking = attempt.clock() - asked_at
        login = Deadline.after(left, attempt.clock) if thinking > 1.0 else attempt
        Login(transport, target.user, target.description, login, cancellation).run(credentials)
    except BaseException:
        _discard(transport, stream)
        raise
    return transport


def _discard(transport: Transport | None, stream: Any) -> None:
    """Leave nothing of a failed attempt: half-open logins add up to the server's MaxStartups."""
    try:
        if transport is not None and transport.is_alive():
            with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
                stream.shutdown(socket.SHUT_RDWR)  # wakes the reader thread, which would else notice 0.1 s later
            transport.close()
            transport.join(1.0)
    finally:
        stream.close()


def _shake_hands(
    transport: Transport, target: Target, deadline: Deadline, cancellation: Cancellation, stream: Any
) -> None:
    """The key exchange (RFC 4253). Raises `ConnectError`."""
    left = deadline.remaining()
    if left is not None:
        # Beyond ours, so that it is we who notice: paramiko's own time-outs look like any other failure.
        transport.banner_timeout = transport.handshake_timeout = left + 1.0
    done = threading.Event()
    transport.start_client(event=done)
    in_time = cancellation.wait_for(done, deadline)
    if transport.is_active() and transport.initial_kex_done:
        return
    failure = transport.get_exception()
    where = f"{target.host}:{target.port}"
    said = stream.complaint(patience=1.0 if in_time else 0.0) if isinstance(stream, CommandStream) else ""
    complaint = f" ({said})" if said else ""
    if not transport.remote_version:
        if not in_time:
            reason = "stays silent: no SSH banner"
        elif isinstance(failure, paramiko.SSHException) and failure.__context__ is None:
            reason = "sent something else than an SSH banner"  # an end of the connection is the context of its error
        else:
            reason = "ended the connection before any SSH banner"
        raise ConnectError(f"{where} {reason}{complaint}", phase="banner", transient=True) from failure
    if not in_time:
        raise ConnectError(f"{where} did not finish the handshake in time", phase="handshake", transient=True)
    # Wrong signatures and algorithms that don't match will be wrong again; an ended connection may be an accident.
    final = isinstance(failure, paramiko.SSHException)
    reason = f": {failure}" if failure is not None and str(failure) else ""
    raise ConnectError(
        f"the handshake with {where} failed{reason or ': the connection ended'}{complaint}",
        phase="handshake",
        transient=not final,
    ) from failure


def _route(settings: ClientSettings, target: Target, deadline: Deadline, cancellation: Cancellation, hops: int) -> Any:
    if target.proxy_jump:
        if hops >= _MOST_HOPS:
            raise ConnectError(f"more than {_MOST_HOPS} jumps to {target.host}: a loop?", phase="configuration")
        return _jump(settings, target, deadline, cancellation, hops)
    if target.proxy_command is not None:
        return CommandStream(target.proxy_command)
    return connect_tcp(target, deadline, settings.dead_after, cancellation)


def _jump(
    settings: ClientSettings, target: Target, deadline: Deadline, cancellation: Cancellation, hops: int
) -> ForwardedStream:
    """A channel to the target through the last of its jump hosts, which is itself reached through those before."""
    *before, last = target.proxy_jump
    carrier = _open(_jump_settings(settings, last, before), deadline, cancellation, hops + 1)
    try:
        channel = cancellation.attended(
            lambda: carrier.open_channel(
                "direct-tcpip", (target.host, target.port), ("127.0.0.1", 0), timeout=deadline.remaining()
            ),
            deadline,
            f"jump to {target.host}",
        )
    except (paramiko.SSHException, EOFError, OSError) as error:
        carrier.close()
        raise ConnectError(
            f"{last} does not lead on to {target.host}:{target.port}: {_reason(error)}", phase="jump", transient=True
        ) from error
    except BaseException:
        carrier.close()
        raise
    return ForwardedStream(channel, carrier)


def _reason(error: BaseException) -> str:
    return error.text if isinstance(error, paramiko.ChannelException) else str(error) or "the connection ended"


def _jump_settings(settings: ClientSettings, hop: str, before: list[str]) -> ClientSettings:
    """Settings for a jump host: its own lines of the configuration, its own keys; a pin is the target's alone.

    Where nothing names its user, that is the local one (ssh_config(5), User), whoever the target's is.
    """
    user, host, port = _parse_hop(hop)
    return replace(
        settings,
        host=host,
        user=user if user is not None else DefaultUser(getpass.getuser()),
        port=port if port is not None else DEFAULT_PORT,
        key_path=None,
        password=None,
        ssh_arguments=_arguments(settings, before),
        host_key="known_hosts" if settings.host_key.startswith("SHA256:") else settings.host_key,
    )


def _parse_hop(hop: str) -> tuple[str | None, str, int | None]:
    """User, host and port of ``[user@]host[:port]`` or ``ssh://[user@]host[:port]`` (ssh(1), ``-J``)."""
    user, at, rest = hop.strip().removeprefix("ssh://").rstrip("/").rpartition("@")
    if rest.startswith("["):
        host, _, port = rest[1:].partition("]")
        port = port.removeprefix(":")
    elif rest.count(":") == 1:
        host, _, port = rest.partition(":")
    else:
        host, port = rest, ""
    if not host or (port and not port.isdigit()):
        raise ConnectError(f"{hop!r} is not a host to jump through", phase="configuration")
    return user if at else None, host, int(port) if port else None


def _arguments(settings: ClientSettings, before: list[str]) -> str:
    """The ssh arguments of a jump host: as with ``ssh -J``, those of the target are not its own, but for ``-F``."""
    options, _ = parse_ssh_arguments(settings.ssh_arguments)
    arguments = ["-F", options[CONFIG_FILE][0]] if CONFIG_FILE in options else []
    if before:
        arguments += ["-J", ",".join(before)]
    return shlex.join(arguments)
