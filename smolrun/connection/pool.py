"""One connection per resolved endpoint, shared by every play and delegation of a run."""

import threading
from types import TracebackType
from typing import Self

from smolrun.connection.port import Connection
from smolrun.connection.settings import Endpoint
from smolrun.connection.ssh import ClientOptions, SSHConnection
from smolrun.errors import NotRunError


class ConnectionPool:
    """Makes connections when they are first asked for, and ends them all. Safe to use from several threads.

    Args:
        options: what all SSH connections of the run share.
    """

    def __init__(self, options: ClientOptions | None = None) -> None:
        self._options = options or ClientOptions()
        self._lock = threading.RLock()  # a signal handler may cancel while this very thread holds it
        self._connections: dict[Endpoint, Connection] = {}
        self._further: list[Connection] = []
        self._closed = False

    def get(self, endpoint: Endpoint) -> Connection:
        """The connection of an endpoint; nothing is sent before it is used.

        Raises:
            NotRunError: the pool is closed already, or the endpoint's settings are impossible.
        """
        with self._lock:
            if self._closed:
                raise NotRunError("the run is over")
            known = self._connections.get(endpoint)
            if known is None:
                known = self._connections[endpoint] = self._make(endpoint)
            return known

    def another(self, connection: Connection) -> Connection:
        """A connection of its own to where one of the pool's connections goes, for work beside it.

        Whoever asks for it gives it back; until then the pool cancels and closes it, too.

        Raises:
            NotRunError: the pool is closed already.
        """
        with self._lock:
            endpoint = next((at for at, known in self._connections.items() if known is connection), None)
            if self._closed or endpoint is None:
                raise NotRunError("the run is over")
            further = self._make(endpoint)
            self._further.append(further)
            return further

    def give_back(self, connection: Connection) -> None:
        """End a connection that `another` gave."""
        with self._lock:
            self._further = [known for known in self._further if known is not connection]
        connection.close()

    def _make(self, endpoint: Endpoint) -> Connection:
        if endpoint.kind == "local":
            from smolrun.connection.local import LocalConnection  # most runs are over SSH alone

            return LocalConnection(folder=endpoint.folder)
        try:
            return SSHConnection(endpoint, self._options)
        except ValueError as error:
            raise NotRunError(f"{endpoint.description} cannot be reached: {error}") from error

    def cancel_all(self) -> None:
        """From any thread: end every running command as at its timeout."""
        for connection in self.connections:
            connection.cancel()

    def close(self) -> None:
        """End every connection; the pool gives none afterwards. Harmless when repeated."""
        with self._lock:
            self._closed = True
            connections = self.connections
            self._connections.clear()
            self._further.clear()
        for connection in connections:
            connection.close()

    @property
    def connections(self) -> tuple[Connection, ...]:
        """All that there are."""
        with self._lock:
            return (*self._connections.values(), *self._further)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
