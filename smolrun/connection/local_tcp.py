"""A TCP connection of this machine, in the form of those that guests make."""

import socket

from smolrun.deadline import Deadline
from smolrun.errors import OperationTimeoutError


class LocalTcp:
    """One connection.

    Args:
        deadline: of everything.

    Raises:
        OSError: nobody listens there, or it cannot be found.
        OperationTimeoutError: past the deadline.
    """

    def __init__(self, host: str, port: int, deadline: Deadline) -> None:
        self._deadline = deadline
        self.patience: float | None = None
        self._refuse_late()
        try:
            self._socket = socket.create_connection((host, port), timeout=deadline.remaining())
        except TimeoutError:
            self._refuse_late()
            raise

    def recv(self, size: int) -> bytes:
        """What has come; empty at the end."""
        self._limit()
        return self._socket.recv(size)

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._limit()
        self._socket.sendall(data)

    def close(self) -> None:
        self._socket.close()

    def _refuse_late(self) -> None:
        if self._deadline.expired:
            raise OperationTimeoutError("the request was not answered in time", killed=True)

    def _limit(self) -> None:
        self._refuse_late()
        self._socket.settimeout(self._deadline.remaining(at_most=self.patience))
