"""Waits until a guest can be logged in to: first until something says ``SSH-``, then until it lets us in."""

from collections.abc import Callable

from smolrun.deadline import Deadline
from smolrun.errors import ConnectError, OperationTimeoutError
from smolrun.ssh.cancellation import LOOK_AGAIN, Cancellation
from smolrun.ssh.connect import back_off
from smolrun.ssh.route import connect_tcp
from smolrun.ssh.settings import ClientSettings
from smolrun.ssh.target import Target, resolve_target

PATIENCE = 4.0
"""Seconds that a probe waits for the banner. QEMU's user network and many NATs accept before the guest listens, and a
guest whose clients give up after fractions of a second is kept busy by aborted logins and never gets to answer."""

_FASTEST_PROBES = 0.01
_SLOWEST_PROBES = 0.5
_MOST_BYTES_BEFORE_BANNER = 8192  # RFC 4253, section 4.2: a server may send other lines before its banner


def wait_for_ssh(
    settings: ClientSettings,
    deadline: Deadline,
    interval: float,
    connect: Callable[[Deadline], None],
    cancellation: Cancellation | None = None,
) -> None:
    """Return when `connect` has succeeded.

    Args:
        interval: seconds between the first probes; later ones come at longer intervals.
        connect: opens and keeps a connection; called only once the server has said ``SSH-``.
        cancellation: ends the waiting.

    Raises:
        OperationTimeoutError: it was not available in time; the message says which phase it came to and why.
        HostKeyError, AuthenticationError: final at once (the latter after ``auth_grace`` seconds).
        ConnectError: it cannot become available by waiting, e.g. no algorithm in common.
    """
    target = resolve_target(settings)
    cancellation = cancellation or Cancellation()
    if not target.proxy_jump and target.proxy_command is None:
        _wait_for_banner(target, settings, deadline, interval, cancellation)
    _wait_for_login(target, settings, deadline, connect, cancellation)


def _wait_for_banner(
    target: Target, settings: ClientSettings, deadline: Deadline, interval: float, cancellation: Cancellation
) -> None:
    pauses = back_off(max(interval, _FASTEST_PROBES), max(interval, _SLOWEST_PROBES))
    told: ConnectError | None = None
    while True:
        try:
            probe(target, deadline.earliest(PATIENCE), settings.dead_after, cancellation)
        except ConnectError as error:
            # A name may appear only when the guest has booted, so not even that failure is final here.
            if error.phase == "configuration":
                raise
            # That the last probe of all was cut short tells less than what the one before it met.
            if told is None or not deadline.expired:
                told = error
            _rest(next(pauses), deadline, cancellation, "the TCP probe", target, told)
        else:
            return


def probe(
    target: Target, deadline: Deadline, dead_after: float = PATIENCE, cancellation: Cancellation | None = None
) -> None:
    """Return once the server has said ``SSH-``; about 1 ms where it listens.

    Raises:
        ConnectError: it has not.
    """
    cancellation = cancellation or Cancellation()
    with connect_tcp(target, deadline, dead_after, cancellation) as conversation:
        heard = b""
        where = f"{target.host}:{target.port}"
        while not _has_banner(heard):
            left = deadline.remaining()
            if (left is not None and left <= 0) or len(heard) > _MOST_BYTES_BEFORE_BANNER:
                raise ConnectError(f"{where} accepts connections, but sends no SSH banner", phase="banner")
            cancellation.check()
            conversation.settimeout(deadline.remaining(at_most=LOOK_AGAIN))
            try:
                piece = conversation.recv(256)
            except TimeoutError:
                continue
            except OSError as error:
                raise ConnectError(
                    f"{where} ended the connection before any SSH banner: {error.strerror}", phase="banner"
                ) from error
            if not piece:
                raise ConnectError(f"{where} ended the connection before any SSH banner", phase="banner")
            heard += piece


def _has_banner(heard: bytes) -> bool:
    return heard.startswith(b"SSH-") or b"\nSSH-" in heard


def _wait_for_login(
    target: Target,
    settings: ClientSettings,
    deadline: Deadline,
    connect: Callable[[Deadline], None],
    cancellation: Cancellation,
) -> None:
    pauses = back_off(_SLOWEST_PROBES)
    while True:
        try:
            connect(deadline)
        except ConnectError as error:
            if not error.transient:
                raise
            _rest(next(pauses), deadline, cancellation, f"the login ({error.phase})", target, error)
        else:
            return


def _rest(
    pause: float, deadline: Deadline, cancellation: Cancellation, phase: str, target: Target, error: ConnectError
) -> None:
    """Wait before the next try. Raises `OperationTimeoutError` where there is no time left for one."""
    left = deadline.remaining()
    if left is not None and left <= pause:
        within = "in time" if deadline.timeout is None else f"within {deadline.timeout:g} s"
        raise OperationTimeoutError(
            f"SSH on {target.host}:{target.port} did not become available {within}; "
            f"it came as far as {phase}, and the last error was: {error.message}",
            timeout=deadline.timeout,
            hint=error.hint,
        ) from error
    cancellation.pause(pause)
