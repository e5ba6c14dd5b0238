"""One command's life on this machine: started, fed, both streams drained, ended in time with all it has started."""

import contextlib
import os
import secrets
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from smolrun.connection.process_tree import MARK_VARIABLE, Kill, end_tree
from smolrun.deadline import Deadline
from smolrun.errors import (
    CommandNotStartedError,
    OperationCancelledError,
    OperationTimeoutError,
)
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.request import CommandRequest
from smolrun.ssh.result import CommandResult
from smolrun.ssh.stdin import LOOK_AGAIN, Feed, pieces
from smolrun.ssh.streams import MarkedStream, Streams
from smolrun.ssh.wrap import LOCAL, wrap

_PIECE = 1 << 16
_QUIET = 0.3  # seconds without output after the command's end before its pipes count as held by somebody else
_NOISY = 10.0  # seconds for which such a process may go on writing
_POLL = 0.02  # seconds between looks at a process where the system cannot tell its end by a descriptor


@dataclass(frozen=True)
class LocalSettings:
    """Attributes:
    folder: the working directory; None for this process's own.
    output_limit: bytes kept of each stream, where a request names no limit.
    kill_as_become_user: sends a signal to processes of the user that a request becomes.
    """

    folder: Path | None
    output_limit: int
    kill_as_become_user: Kill | None = None


class Wake:
    """Stops a running command from another thread, or from a signal handler."""

    def __init__(self) -> None:
        self.reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True
        with contextlib.suppress(OSError):
            os.write(self._writing, b"!")

    def close(self) -> None:
        os.close(self.reading)
        os.close(self._writing)


def run_command(request: CommandRequest, deadline: Deadline, wake: Wake, settings: LocalSettings) -> CommandResult:
    """Run a request to its end.

    Raises:
        CommandNotStartedError: the working directory is not there, or nothing shows that the command began.
        BecomeError: the other user could not be become.
        NotRunError: it cannot be run as it is asked for.
        OperationTimeoutError: past the deadline; `OperationCancelledError` after `wake.cancel()`.
    """
    wrapped = wrap(request, LOCAL)
    asks = wrapped.become is not None and bool(wrapped.become.prompt)
    feed = Feed(pieces(wrapped.preamble, request.stdin), held=wrapped.become is not None)
    has_input = asks or bool(wrapped.preamble) or request.stdin is not None
    mark = wrapped.task or secrets.token_hex(8)
    started = time.monotonic()
    try:
        process = subprocess.Popen(
            ["/bin/sh", "-c", wrapped.line],
            stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, MARK_VARIABLE: mark},
            cwd=settings.folder,
            start_new_session=True,
        )
    except OSError as error:
        raise CommandNotStartedError(f"the command could not be started: {error}") from error
    limit = settings.output_limit if request.output_limit is None else request.output_limit
    streams = Streams(wrapped, feed, limit, request.on_output)

    def kill() -> bool:
        return end_tree(process.pid, mark, kill_as_become_user=settings.kill_as_become_user).complete

    life = _Life(process, feed, streams, _Limits(deadline, wake, kill))
    try:
        life.follow()
        return life.result(time.monotonic() - started)
    finally:
        life.end()


@dataclass(frozen=True)
class _Limits:
    """What ends a command before its own end.

    Attributes:
        kill: ends its processes; whether none is left.
    """

    deadline: Deadline
    wake: Wake
    kill: Callable[[], bool]


class _Life:
    """A started command and what has come of it so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", feed: Feed, streams: Streams, limits: _Limits) -> None:
        self._process = process
        self._feed = feed
        self._streams = streams
        self._limits = limits
        self._open = {"stdout", "stderr"}
        self._selector = selectors.DefaultSelector()
        self._exit_watch = _exit_watch(process.pid)
        self._exited_at: float | None = None
        self._pipe_held = False
        self._feeding = False

    def follow(self) -> None:
        """Go along with the command until it has ended and its output is in."""
        self._register()
        moved_at = time.monotonic()
        while self._open or self._exited_at is None:
            if self._limits.wake.cancelled or self._limits.deadline.expired:
                self._stop()
            now = time.monotonic()
            if self._exited_at is not None and (now - moved_at > _QUIET or now - self._exited_at > _NOISY):
                self._pipe_held = True
                return
            moved = False
            ready = self._selector.select(self._patience())
            for key, _ in ready:
                moved = self._serve(key.data) or moved
            if not ready and self._feed.waiting:
                self._resume_feeding()
            if self._exited_at is None and self._has_exited():
                self._exited_at = time.monotonic()
                moved = True
                self._stop_feeding()
            if moved:
                moved_at = time.monotonic()

    def result(self, duration: float) -> CommandResult:
        """What it came to. Raises `CommandNotStartedError` or `BecomeError` where it never began."""
        status = self._process.wait()
        streams = self._streams
        if not streams.begun:
            raise streams.never_began(status)
        truncated = streams.truncated
        return CommandResult(
            exit_code=status if status >= 0 else 128 - status,
            stdout_bytes=streams.stdout.take(),
            stderr_bytes=streams.stderr.take(),
            signal=_signal_name(-status) if status < 0 else None,
            truncated=truncated,
            pipe_held=self._pipe_held,
            duration=duration,
        )

    def end(self) -> None:
        """Leave nothing behind: no descriptor, and after an error no process."""
        if self._exited_at is None:
            self._kill()
        self._selector.close()
        if self._exit_watch is not None:
            os.close(self._exit_watch)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    # --- waiting ---

    def _register(self) -> None:
        for name in ("stdout", "stderr"):
            stream = getattr(self._process, name)
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, selectors.EVENT_READ, name)
        if self._process.stdin is not None:
            os.set_blocking(self._process.stdin.fileno(), False)
            self._resume_feeding()
        self._selector.register(self._limits.wake.reading, selectors.EVENT_READ, "wake")
        if self._exit_watch is not None:
            self._selector.register(self._exit_watch, selectors.EVENT_READ, "exit")

    def _patience(self) -> float | None:
        if self._exited_at is not None:
            return self._limits.deadline.remaining(_QUIET / 3)
        if self._feed.waiting:
            return self._limits.deadline.remaining(LOOK_AGAIN)
        return self._limits.deadline.remaining(_POLL if self._exit_watch is None else None)

    def _has_exited(self) -> bool:
        """Whether the first process has ended; it stays a zombie, so that its number is not given away."""
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return self._process.poll() is not None
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _serve(self, name: str) -> bool:
        """Do what a descriptor is ready for; whether anything moved."""
        if name in self._open:
            moved = self._read(name)
            self._resume_feeding()  # what was read may have let go of the input
            return moved
        if name == "stdin":
            self._send()
        elif name == "exit" and self._exit_watch is not None:
            self._selector.unregister(self._exit_watch)
        return False

    # --- the streams ---

    def _read(self, name: str) -> bool:
        stream = getattr(self._process, name)
        try:
            piece = os.read(stream.fileno(), _PIECE)
        except BlockingIOError:
            return False
        if piece:
            into: MarkedStream = getattr(self._streams, name)
            into.write(piece)
        else:
            self._selector.unregister(stream)
            self._open.discard(name)
        return True

    def _send(self) -> None:
        stream = self._process.stdin
        assert stream is not None
        piece = self._feed.next_piece()
        if piece == b"":
            self._pause_feeding()
        elif piece is not None:
            try:
                self._feed.sent(os.write(stream.fileno(), piece))
            except BlockingIOError:
                return
            except BrokenPipeError:
                piece = None  # it does not read any more, as `head` does
        if piece is None:
            self._stop_feeding()

    def _resume_feeding(self) -> None:
        stream = self._process.stdin
        if not self._feeding and stream is not None and not stream.closed:
            self._selector.register(stream, selectors.EVENT_WRITE, "stdin")
            self._feeding = True

    def _pause_feeding(self) -> None:
        if self._feeding and self._process.stdin is not None:
            self._selector.unregister(self._process.stdin)
            self._feeding = False

    def _stop_feeding(self) -> None:
        self._pause_feeding()
        stream = self._process.stdin
        if stream is not None and not stream.closed:
            with contextlib.suppress(OSError):
                stream.close()

    # --- the end before the end ---

    def _stop(self) -> None:
        """End it now.

        Raises:
            OperationCancelledError, OperationTimeoutError: always.
        """
        complete = self._kill()
        for name in sorted(self._open):
            while name in self._open and self._read(name):
                pass
        cancelled, timeout = self._limits.wake.cancelled, self._limits.deadline.timeout
        what = "was cancelled" if cancelled else f"did not end within {timeout:g} s"
        account = "its processes were killed" if complete else "some of its processes survived (unverified)"
        kind = OperationCancelledError if cancelled else OperationTimeoutError
        raise kind(
            f"the command {what}; {account}",
            timeout=timeout,
            stdout=self._streams.stdout.take(),
            stderr=self._streams.stderr.take(),
            killed=complete,
            unverified=not complete,
        )

    def _kill(self) -> bool:
        complete = self._limits.kill()
        self._exited_at = time.monotonic()
        if complete:
            self._process.wait()
        return complete


def _exit_watch(pid: int) -> int | None:
    """A descriptor that becomes readable when the process ends; None where there is no such thing."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return str(number)
