"""QEMU's machine protocol (QMP), over a socket that lives and dies with the two processes."""

import json
import shlex
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError

_LOOK_AGAIN = 0.02
_MOST_BYTES_A_SECOND = 1 << 40
"""Without a limit of its own QEMU saves with 128 MiB a second at the most."""
_GREETING = 20.0
"""Seconds until QEMU says hello; it takes a tenth of one on a quiet machine."""


class Monitor:
    """Our end of the conversation with one machine.

    Args:
        connected: a stream socket whose other end QEMU has (`arguments`).
    """

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._lines = self._received()

    @staticmethod
    def arguments(descriptor: int) -> list[str]:
        """What QEMU is told of its end, which it inherits as `descriptor`."""
        return ["-chardev", f"socket,id=monitor,fd={descriptor}", "-mon", "chardev=monitor,mode=control"]

    def greet(self) -> bool:
        """Whether QEMU got as far as talking: its machine stands and its ports are its own. (It says hello earlier.)"""
        self._socket.settimeout(_GREETING)
        try:
            next(self._lines, None)
            self.call("qmp_capabilities")
        except (SmolVMError, OSError, ValueError):
            return False
        return True

    def call(self, command: str, **arguments: Any) -> Any:
        """What a command returns. Raises `SmolVMError`."""
        try:
            self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
            for reply in self._lines:
                if "return" in reply:
                    return reply["return"]
                if "error" in reply:
                    raise SmolVMError(f"QEMU refused {command}: {reply['error'].get('desc', reply['error'])}")
        except (OSError, ValueError) as error:
            raise SmolVMError(f"QEMU did not answer {command}: {error}") from error
        raise SmolVMError(f"QEMU ended at {command}")

    def save(self, state: Path, deadline: Deadline) -> None:
        """Write the whole machine but its disk to a file. It is stopped before, and stays so.

        Raises:
            SmolVMError: it could not be done, or not in time; then the machine may `resume` too.
        """
        self.call("stop")
        self.call("migrate-set-parameters", **{"max-bandwidth": _MOST_BYTES_A_SECOND})
        self.call("migrate", uri=f"exec:cat >{shlex.quote(str(state))}")
        while (status := self._migration()) not in ("completed", "failed", "cancelled"):
            if deadline.expired:
                self.call("migrate_cancel")
                raise SmolVMError(f"saving it took longer than {deadline.timeout:.0f} s")
            time.sleep(_LOOK_AGAIN)
        if status != "completed":
            raise SmolVMError("QEMU could not write it down")

    def loaded(self, deadline: Deadline) -> None:
        """Return when a machine that is being restored stands there as it was saved. Raises `SmolVMError`."""
        while (status := self.call("query-status")["status"]) == "inmigrate":
            if deadline.expired:
                raise SmolVMError("loading its memory took too long")
            time.sleep(_LOOK_AGAIN)
        if status not in ("paused", "postmigrate", "prelaunch", "running"):
            raise SmolVMError(f"QEMU could not load its memory ({status})")

    def resume(self) -> None:
        """Let the machine run. Raises `SmolVMError`."""
        self.call("cont")

    def close(self) -> None:
        """End the conversation; the machine goes on."""
        self._socket.close()

    def _migration(self) -> str:
        return str(self.call("query-migrate").get("status", "failed"))

    def _received(self) -> Iterator[dict[str, Any]]:
        rest = b""
        while piece := self._socket.recv(65536):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                if line.strip():
                    yield json.loads(line)


def incoming(state: Path) -> list[str]:
    """What QEMU is told to begin with a machine that was saved to this file."""
    return ["-incoming", f"exec:cat {shlex.quote(str(state))}"]
