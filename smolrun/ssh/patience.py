"""How long to wait for a peer: until the deadline, until somebody cancels, until the peer counts as gone."""

import time

from smolrun.deadline import Deadline
from smolrun.ssh.cancellation import Cancellation
from smolrun.ssh.library import paramiko
from smolrun.ssh.settings import ClientSettings
from smolrun.ssh.transport import Transport

LOOK_AGAIN = 1.0  # seconds after which a wait looks at the clock and the peer, news or not


class PeerGoneError(Exception):
    """The connection has ended, or its peer gives no sign of life."""


class DeadlinePassedError(Exception):
    """The deadline passed while waiting."""


class Patience:
    """Waits for news of one connection.

    Args:
        cancellation: ends the wait; who utters it also sets the transport's `news`.
    """

    def __init__(
        self, transport: Transport, settings: ClientSettings, deadline: Deadline, cancellation: Cancellation
    ) -> None:
        self._transport = transport
        self._settings = settings
        self._deadline = deadline
        self._cancellation = cancellation
        self._asked_at: float | None = None

    def begin(self) -> None:
        """From here on a send that makes no progress fails at the deadline, or when the peer counts as gone."""
        limit = self._settings.keepalive_interval + self._settings.dead_after
        left = self._deadline.remaining(at_most=limit)
        assert left is not None
        self._transport.watched.send_until = time.monotonic() + left

    def check(self) -> None:
        """Raise for whatever ends the wait."""
        if self._deadline.expired:
            raise DeadlinePassedError
        self._cancellation.check()
        if not self._transport.is_active():
            raise PeerGoneError("the connection ended")
        self._check_life()
        self.begin()

    def _check_life(self) -> None:
        transport = self._transport
        now = time.monotonic()
        if transport.silence < self._settings.keepalive_interval:
            return
        if not transport.question_open:
            self.ask()
        elif now - max(transport.asked_at, transport.watched.heard_at) > self._settings.dead_after:
            raise PeerGoneError(f"the peer gave no sign of life for {transport.silence:.1f} s")

    def ask(self) -> None:
        """Ask the peer for a sign of life.

        Raises:
            DeadlinePassedError: keys were exchanged anew until the deadline, while which nothing is sent.
            PeerGoneError: the connection ended.
        """
        try:
            self._transport.ask_for_life()
        except (EOFError, OSError, paramiko.SSHException) as error:
            if self._deadline.expired:
                raise DeadlinePassedError from error
            raise PeerGoneError("the connection ended") from error

    def wait(self, at_most: float | None = None) -> None:
        """Wait for news; returns also without any, so look again.

        Raises:
            DeadlinePassedError, CancelledError, PeerGoneError: there is no point in waiting on.
        """
        self.check()
        limit = min(LOOK_AGAIN, self._settings.keepalive_interval, self._settings.dead_after)
        if at_most is not None:
            limit = min(limit, at_most)
        self._transport.news.wait(self._deadline.remaining(at_most=limit))

    def rest(self, seconds: float) -> None:
        """Let that much time pass. Raises as `wait`."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._transport.news.clear()
            self.wait(at_most=left)
