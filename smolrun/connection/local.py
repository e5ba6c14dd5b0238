"""This machine as a guest, without SSH: the same requests, the same guarantees."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smolrun.connection.local_process import LocalCommand, Wake, run_command
from smolrun.deadline import Deadline
from smolrun.errors import NotRunError
from smolrun.ssh.request import Become, CommandRequest
from smolrun.ssh.result import CommandResult
from smolrun.ssh.stdin import Feed, pieces

OUTPUT_LIMIT = 16 * 1024 * 1024
"""Bytes kept of each stream, as over SSH."""


class LocalConnection:
    """Runs commands as processes of this machine.

    Args:
        folder: their working directory; None for this process's own.
        output_limit: bytes kept of each stream.
    """

    def __init__(self, *, folder: Path | None = None, output_limit: int = OUTPUT_LIMIT) -> None:
        self._folder = folder
        self._output_limit = output_limit
        self._lock = threading.RLock()
        self._running: Wake | None = None

    @property
    def description(self) -> str:
        return "this machine"

    @property
    def warnings(self) -> tuple[str, ...]:
        return ()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for and hold this connection (re-entrant)."""
        with self._lock:
            yield

    def connect(self, deadline: Deadline) -> None:
        """Nothing is to be done."""

    def run(self, request: CommandRequest, deadline: Deadline) -> CommandResult:
        """Run a command; see `Connection.run`."""
        if "\0" in request.command:
            raise NotRunError("a NUL byte cannot be part of a command")
        with self._lock:
            return self._run(request, deadline)

    def _run(self, request: CommandRequest, deadline: Deadline) -> CommandResult:
        wake = Wake()
        command = LocalCommand(
            arguments=["/bin/sh", "-c", request.command],
            feed=None if request.stdin is None else Feed(pieces(b"", request.stdin)),
            output_limit=request.output_limit or self._output_limit,
            environment=request.environment,
            folder=self._folder,
            on_output=request.on_output,
        )
        self._running = wake
        try:
            return run_command(command, deadline, wake)
        finally:
            self._running = None
            wake.close()

    def put(
        self,
        content: bytes | Path,
        destination: str,
        *,
        deadline: Deadline,
        mode: int | None = None,
        become: Become | None = None,
    ) -> None:
        """Write a file whole or not at all; see `Connection.put`."""
        from smolrun.ssh.transfer import put

        put(self.run, content, destination, deadline=deadline, mode=mode, become=become)

    def get(self, source: str, *, deadline: Deadline, limit: int | None = None, become: Become | None = None) -> bytes:
        """A file's content; see `Connection.get`."""
        from smolrun.ssh.transfer import get

        return get(self.run, source, deadline=deadline, limit=limit, become=become)

    def wait_ready(self, deadline: Deadline, interval: float = 0.1) -> None:
        """This machine is ready."""

    def reset(self) -> None:
        """There is nothing that could be reset."""

    def cancel(self) -> None:
        """From any thread: end the running command as at a timeout."""
        running = self._running
        if running is not None:
            running.cancel()

    def close(self) -> None:
        self.cancel()
