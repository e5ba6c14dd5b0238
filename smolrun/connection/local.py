"""This machine as a guest, without SSH: the same requests, the same guarantees."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from smolrun.connection.local_process import LocalSettings, Wake, run_command
from smolrun.connection.port import TcpStream
from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.ssh.request import Become, CommandRequest
from smolrun.ssh.result import CommandResult
from smolrun.ssh.transfer import get, get_into, put

OUTPUT_LIMIT = 16 * 1024 * 1024
"""Bytes kept of each stream, as over SSH."""
_KILL_TIMEOUT = 2.0  # seconds: sudo answers in a fraction of one, or not at all


class LocalConnection:
    """Runs commands as processes of this machine.

    Args:
        folder: their working directory; None for this process's own.
        output_limit: bytes kept of each stream.
    """

    def __init__(self, *, folder: Path | None = None, output_limit: int = OUTPUT_LIMIT) -> None:
        self._kept: dict[str, Any] = {}
        self._folder = folder
        self._output_limit = output_limit
        self._lock = threading.RLock()  # a signal handler may cancel while this very thread holds it
        self._running: set[Wake] = set()

    @property
    def kept(self) -> dict[str, Any]:
        return self._kept

    @property
    def description(self) -> str:
        return "this machine"

    @property
    def warnings(self) -> tuple[str, ...]:
        return ()

    def turn(self) -> AbstractContextManager[None]:
        """Nothing is waited for: processes run side by side, as tasks delegated to this machine do in Ansible."""
        return nullcontext()

    def connect(self, deadline: Deadline) -> None:
        """Nothing is to be done."""

    def run(self, request: CommandRequest, deadline: Deadline) -> CommandResult:
        """Run a command; see `Connection.run`."""
        wake = Wake()
        with self._lock:
            self._running.add(wake)
        try:
            return run_command(request, deadline, wake, self._settings(request.become))
        finally:
            with self._lock:
                self._running.discard(wake)
                wake.close()

    def _settings(self, become: Become | None) -> LocalSettings:
        kill = partial(_kill_as, become) if become is not None else None
        return LocalSettings(self._folder, self._output_limit, kill)

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
        put(self.run, content, destination, deadline=deadline, mode=mode, become=become)

    def get(self, source: str, *, deadline: Deadline, limit: int | None = None, become: Become | None = None) -> bytes:
        """A file's content; see `Connection.get`."""
        return get(self.run, source, deadline=deadline, limit=limit, become=become)

    def get_into(
        self,
        source: str,
        file: BinaryIO,
        *,
        deadline: Deadline,
        limit: int | None = None,
        become: Become | None = None,
    ) -> None:
        """See `Connection.get_into`."""
        get_into(self.run, source, file, deadline=deadline, limit=limit, become=become)

    @contextmanager
    def open_tcp(self, host: str, port: int, deadline: Deadline) -> "Iterator[TcpStream]":
        """Straight from this machine; see `Connection.open_tcp`."""
        from smolrun.connection.local_tcp import LocalTcp

        stream = LocalTcp(host, port, deadline)
        try:
            yield stream
        finally:
            stream.close()

    def wait_ready(self, deadline: Deadline, interval: float = 0.1) -> None:
        """This machine is ready."""

    def reset(self) -> None:
        """There is nothing that could be reset."""

    def cancel(self) -> None:
        """From any thread: end the running commands as at a timeout."""
        with self._lock:
            for wake in tuple(self._running):
                wake.cancel()

    def close(self) -> None:
        self.cancel()


def _kill_as(become: Become, processes: Iterable[int], signal: int) -> None:
    """Send a signal to processes as the user who may: they belong to the one that a command became."""
    command = f"kill -{signal} {' '.join(str(pid) for pid in processes)}"
    wake = Wake()
    try:
        request = CommandRequest(command, "raw", become=become)
        run_command(request, Deadline.after(_KILL_TIMEOUT), wake, LocalSettings(None, OUTPUT_LIMIT))
    except SmolVMError:
        pass  # what is still alive afterwards is found by the second look, and told
    finally:
        wake.close()
