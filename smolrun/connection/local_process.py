"""One command's life on this machine: started, fed, both streams drained, ended in time with all it has started."""

import contextlib
import os
import secrets
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smolrun.connection.process_tree import MARK_VARIABLE, Kill, end_tree
from smolrun.deadline import Deadline
from smolrun.errors import CommandNotStartedError, OperationCancelledError, OperationTimeoutError
from smolrun.ssh.output import OutputBuffer
from smolrun.ssh.request import OutputCallback
from smolrun.ssh.result import CommandResult, Stream
from smolrun.ssh.stdin import Feed

_PIECE = 1 << 16
_QUIET = 0.3  # seconds without output after the command's end before its pipes count as held by somebody else
_POLL = 0.02  # seconds between looks at a process where the system cannot tell its end by a descriptor


@dataclass(frozen=True, slots=True)
class LocalCommand:
    """What is to be started.

    Attributes:
        arguments: the program and its arguments.
        feed: what it reads, then the end; None for the end at once.
        environment: in addition to this process's own.
        folder: its working directory; None for this process's own.
        output_limit: bytes kept of each stream.
        kill_as_become_user: sends a signal to its processes that this user may not touch.
    """

    arguments: Sequence[str]
    feed: Feed | None
    output_limit: int
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    on_output: OutputCallback | None = None
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


def run_command(command: LocalCommand, deadline: Deadline, wake: Wake) -> CommandResult:
    """Run `command` to its end.

    Raises:
        CommandNotStartedError: the program or the working directory is not there, or may not be used.
        OperationTimeoutError: past the deadline; `OperationCancelledError` after `wake.cancel()`.
    """
    mark = secrets.token_hex(8)
    environment = {**os.environ, **command.environment, MARK_VARIABLE: mark}
    started = time.monotonic()
    try:
        process = subprocess.Popen(
            command.arguments,
            stdin=subprocess.DEVNULL if command.feed is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=command.folder,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise CommandNotStartedError(f"the command could not be started: {error}") from error
    life = _Life(process, command, deadline, wake, mark)
    try:
        life.follow()
        return life.result(time.monotonic() - started)
    finally:
        life.end()


class _Life:
    """A started command and what has come of it so far."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", command: LocalCommand, deadline: Deadline, wake: Wake, mark: str
    ) -> None:
        self._process = process
        self._command = command
        self._deadline = deadline
        self._wake = wake
        self._mark = mark
        self._kept = {"stdout": OutputBuffer(command.output_limit), "stderr": OutputBuffer(command.output_limit)}
        self._open: set[str] = {"stdout", "stderr"}
        self._selector = selectors.DefaultSelector()
        self._exit_watch = _exit_watch(process.pid)
        self._exited = False
        self._pipe_held = False

    def follow(self) -> None:
        """Go along with the command until it has ended and its output is in."""
        self._register()
        quiet_since = time.monotonic()
        while self._open or not self._exited:
            if self._wake.cancelled or self._deadline.expired:
                self._stop()
            if self._exited and time.monotonic() - quiet_since > _QUIET:
                self._pipe_held = True
                return
            moved = False
            for key, _ in self._selector.select(self._patience()):
                moved = self._serve(key.data) or moved
            if not self._exited and self._has_exited():
                self._exited = moved = True
                self._stop_feeding()
            if moved:
                quiet_since = time.monotonic()

    def result(self, duration: float) -> CommandResult:
        status = self._process.wait()
        truncated = any(kept.truncated for kept in self._kept.values())
        return CommandResult(
            exit_code=status if status >= 0 else 128 - status,
            stdout_bytes=self._kept["stdout"].take(),
            stderr_bytes=self._kept["stderr"].take(),
            signal=_signal_name(-status) if status < 0 else None,
            truncated=truncated,
            pipe_held=self._pipe_held,
            duration=duration,
        )

    def end(self) -> None:
        """Leave nothing behind: no descriptor, and after an error no process."""
        if not self._exited:
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
            self._selector.register(self._process.stdin, selectors.EVENT_WRITE, "stdin")
        self._selector.register(self._wake.reading, selectors.EVENT_READ, "wake")
        if self._exit_watch is not None:
            self._selector.register(self._exit_watch, selectors.EVENT_READ, "exit")

    def _patience(self) -> float | None:
        if self._exited:
            return self._deadline.remaining(_QUIET / 3)
        return self._deadline.remaining(_POLL if self._exit_watch is None else None)

    def _has_exited(self) -> bool:
        """Whether the first process has ended; it stays a zombie, so that its number is not given away."""
        if not hasattr(os, "waitid"):  # macOS
            return self._process.poll() is not None
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _serve(self, name: str) -> bool:
        """Do what a descriptor is ready for; whether anything moved."""
        if name == "stdout":
            return self._read("stdout")
        if name == "stderr":
            return self._read("stderr")
        if name == "stdin":
            self._send()
        elif name == "exit" and self._exit_watch is not None:
            self._selector.unregister(self._exit_watch)
        return False

    # --- the streams ---

    def _read(self, name: Stream) -> bool:
        stream = getattr(self._process, name)
        try:
            piece = os.read(stream.fileno(), _PIECE)
        except BlockingIOError:
            return False
        if not piece:
            self._selector.unregister(stream)
            self._open.discard(name)
            return True
        self._kept[name].write(piece)
        if self._command.on_output is not None:
            self._command.on_output(name, piece)
        return True

    def _send(self) -> None:
        stream, feed = self._process.stdin, self._command.feed
        assert stream is not None
        assert feed is not None
        piece = feed.next_piece()
        if piece is not None:
            try:
                feed.sent(os.write(stream.fileno(), piece))
            except BlockingIOError:
                return
            except BrokenPipeError:
                piece = None  # it does not read any more, as `head` does
        if piece is None:
            self._stop_feeding()

    def _stop_feeding(self) -> None:
        stream = self._process.stdin
        if stream is not None and not stream.closed:
            with contextlib.suppress(KeyError):
                self._selector.unregister(stream)
            with contextlib.suppress(OSError):
                stream.close()

    # --- the end before the end ---

    def _stop(self) -> None:
        """Raises:
        OperationCancelledError, OperationTimeoutError: always, when everything is ended.
        """
        complete = self._kill()
        for name in sorted(self._open):
            while self._read("stdout" if name == "stdout" else "stderr") and name in self._open:
                pass
        kind = OperationCancelledError if self._wake.cancelled else OperationTimeoutError
        what = "was stopped" if self._wake.cancelled else f"did not end within {self._deadline.timeout:g} s"
        left = "" if complete else "; processes of it may be left"
        raise kind(
            f"the command {what}{left}",
            timeout=self._deadline.timeout,
            stdout=self._kept["stdout"].take(),
            stderr=self._kept["stderr"].take(),
            killed=complete,
            unverified=not complete,
        )

    def _kill(self) -> bool:
        ending = end_tree(self._process.pid, self._mark, kill_as_become_user=self._command.kill_as_become_user)
        self._exited = True
        if ending.complete:
            self._process.wait()
        return ending.complete


def _exit_watch(pid: int) -> int | None:
    """A descriptor that becomes readable when the process ends; None where there is no such thing."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _signal_name(number: int) -> str:
    import signal

    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return str(number)
