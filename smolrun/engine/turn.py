"""A task's turn on the connection of its guest, which many tasks share."""

from collections.abc import Callable
from threading import Timer
from typing import Any

from smolrun.deadline import Deadline
from smolrun.engine.guest import Guest
from smolrun.engine.services import Services

LONG = 2.0
"""Seconds after which it is told that a host is still being connected to."""
_CONNECTED = "connected once"
"""What a connection keeps of that."""


class Turn:
    """The connection of a guest, connected and ours until the end of the execution. None of this counts as its time."""

    __slots__ = ("_guest", "_services", "_tell", "_turn")

    def __init__(self, guest: Guest, services: Services, tell: Callable[[str], None]) -> None:
        self._guest = guest
        self._services = services
        self._tell = tell
        self._turn = guest.connection.turn()

    def __enter__(self) -> None:
        self._turn.__enter__()
        try:
            self._connect()
            self._services.stop.raise_if_set()
            for warning in self._guest.connection.warnings:
                self._services.warn(warning, hint=f"first met on {self._guest.connection.description}")
        except BaseException:
            self._turn.__exit__(None, None, None)
            raise

    def _connect(self) -> None:
        """Connect; the first time, which may take as long as a guest takes to boot, that is told after a while."""
        connection = self._guest.connection
        if _CONNECTED in connection.kept:
            connection.connect(Deadline.never())
            return
        told = Timer(LONG, self._tell, [f"connecting to {connection.description} takes long"])
        told.daemon = True
        told.start()
        try:
            connection.connect(Deadline.never())
        finally:
            told.cancel()
        connection.kept[_CONNECTED] = True

    def __exit__(self, *details: Any) -> None:
        self._turn.__exit__(*details)
