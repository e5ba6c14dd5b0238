"""One command's life on a channel of its own: sent once, both streams drained together, fed, and its end told."""

import time
from collections.abc import Callable

from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.channel import SessionChannel
from smolrun.ssh.library import paramiko
from smolrun.ssh.patience import DeadlinePassedError, Patience, PeerGoneError
from smolrun.ssh.stdin import LOOK_AGAIN, Feed
from smolrun.ssh.transport import Transport

READ_SIZE = 256 * 1024
QUIET = 0.3  # seconds without output after which a pipe that stays open is held by a background process
NOISY = 10.0  # seconds for which such a process may go on writing


class ExecRefusedError(Exception):
    """The server opened the channel and refused the command."""


@dataclass(frozen=True)
class Ending:
    """How a command ended.

    Attributes:
        status: its exit status; None where it was ended by a signal.
        signal: that signal's name, without ``SIG``.
        pipe_held: its output was still open.
    """

    status: int | None
    signal: str | None
    pipe_held: bool


class Command:
    """A command that has been, or is about to be, sent.

    Args:
        on_stdout, on_stderr: given each piece of output as it arrives.
    """

    def __init__(
        self,
        transport: Transport,
        channel: SessionChannel,
        feed: Feed,
        on_stdout: Callable[[bytes], None],
        on_stderr: Callable[[bytes], None],
        patience: Patience,
    ) -> None:
        self._transport = transport
        self._channel = channel
        self._feed = feed
        self._on_stdout = on_stdout
        self._on_stderr = on_stderr
        self._patience = patience
        self._status_at: float | None = None
        self._last_output = time.monotonic()

    def wait(self) -> Ending:
        """Attend to the command until its end is known; raises as `attend`."""
        ending = self.attend(lambda: False)
        assert ending is not None
        return ending

    def attend(self, enough: Callable[[], bool]) -> Ending | None:
        """Attend to the command until what it has written is `enough`, or its end is known; None for the first.

        Raises:
            ExecRefusedError: it was not run.
            DeadlinePassedError, CancelledError: it is still running.
            PeerGoneError: its outcome is unknown.
        """
        while True:
            self._transport.news.clear()
            over = self._over()  # asked before the last look for output, which may come just ahead of the end
            moved = self._drain()
            if moved and enough():
                return None
            if self._channel.exec_refused:
                raise ExecRefusedError
            if over and not moved:
                return self._ending(pipe_held=False)
            moved = self._send_input() or moved
            try:
                if self._channel.status_received and self._held():
                    return self._ending(pipe_held=True)
                if moved:
                    self._patience.check()
                else:
                    self._patience.wait(at_most=self._soon())
            except (DeadlinePassedError, PeerGoneError) as error:
                ended = isinstance(error, PeerGoneError)
                while self._drain() and ended:
                    pass  # what had arrived before the connection ended still counts
                if not self._channel.status_received:
                    raise
                return self._ending(pipe_held=not self._channel.eof_received)

    def _drain(self) -> bool:
        channel, moved = self._channel, False
        if channel.recv_ready():
            self._on_stdout(channel.recv(READ_SIZE))
            moved = True
        if channel.recv_stderr_ready():
            self._on_stderr(channel.recv_stderr(READ_SIZE))
            moved = True
        if moved:
            self._last_output = time.monotonic()
        return moved

    def _soon(self) -> float | None:
        """Seconds after which something may have changed that is no news of the connection."""
        if self._channel.status_received:
            return 0.05
        return LOOK_AGAIN if self._feed.waiting else None

    def _over(self) -> bool:
        channel = self._channel
        return channel.close_received or bool(channel.eof_received and channel.status_received)

    def _send_input(self) -> bool:
        feed, channel = self._feed, self._channel
        if feed.ended or channel.close_received or channel.status_received or not self._transport.is_active():
            return False
        piece = feed.next_piece()
        try:
            if piece is None:
                channel.shutdown_write()
                feed.ended = True
                return False
            if not piece:
                return False
            feed.sent(channel.send(piece))
        except TimeoutError:
            return False  # the window is full: the command does not read
        except (EOFError, OSError, paramiko.SSHException) as error:
            self._patience.check()  # while keys are exchanged anew nothing is sent; past the deadline that is its end
            raise PeerGoneError("the connection ended") from error
        return True

    def _held(self) -> bool:
        """Whether something else than the command keeps its output open.

        A quiet moment may also be the network's. What the server sent before it answers a request has arrived when
        the answer has, so silence is believed only after an answer.
        """
        now = time.monotonic()
        if self._status_at is None:
            self._status_at = now
        if now - self._status_at > NOISY:
            return True
        quiet_since = max(self._last_output, self._status_at)
        if now - quiet_since < QUIET:
            return False
        if self._transport.asked_at < quiet_since:
            self._patience.ask()
            return False
        return not self._transport.question_open

    def _ending(self, *, pipe_held: bool) -> Ending:
        channel = self._channel
        if not channel.status_received:
            raise PeerGoneError("the server ended the command without telling how it went")
        signal = channel.exit_signal
        return Ending(None if signal else channel.exit_status, signal, pipe_held)


def open_channel(transport: Transport, channel: SessionChannel | None, patience: Patience) -> SessionChannel:
    """A channel that is open: the given one, or a new one.

    Raises:
        ChannelRefusedError: the server opens no more.
        DeadlinePassedError, CancelledError, PeerGoneError: it did not come.
    """
    patience.begin()
    if channel is None or channel.refusal is not None or channel.close_received:
        try:
            channel = transport.request_channel()
        except (EOFError, OSError, paramiko.SSHException) as error:
            raise PeerGoneError("the connection ended") from error
    while True:
        transport.news.clear()
        if channel.open:
            return channel
        if channel.refusal is not None:
            raise ChannelRefusedError(channel.refusal)
        patience.wait()


class ChannelRefusedError(Exception):
    """The server opens no further channel."""
