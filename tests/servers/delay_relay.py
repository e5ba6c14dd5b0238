"""A TCP relay that adds a fixed one-way delay without limiting the throughput (what netem would do)."""

import contextlib
import queue
import socket
import threading
import time
from dataclasses import dataclass


class DelayRelay:
    """Relays loopback connections to `target`, each byte `delay` seconds late in each direction.

    Attributes:
        turns: the round trips that a client has waited for so far: the longest chain of something said because of
            something heard. What it says in one go counts once, as long as that takes less than the delay.
    """

    def __init__(self, target: int, delay: float) -> None:
        self.target = target
        self.delay = delay
        self.turns = 0
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        for side in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target), timeout=10)
            except OSError:
                return
            server.settimeout(None)
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets += [client, server]
            turns = _Turns()
            self._relay(client, server, turns, from_client=True)
            self._relay(server, client, turns, from_client=False)

    def _relay(self, source: socket.socket, target: socket.socket, turns: "_Turns", *, from_client: bool) -> None:
        pieces: queue.SimpleQueue[tuple[float, int, bytes]] = queue.SimpleQueue()

        def receive() -> None:
            piece = b"-"
            while piece:
                try:
                    piece = source.recv(65536)
                except OSError:
                    piece = b""
                turn = turns.client_heard + 1 if from_client else turns.server_heard
                self.turns = max(self.turns, turn)
                pieces.put((time.monotonic() + self.delay, turn, piece))

        def send() -> None:
            while True:
                due, turn, piece = pieces.get()
                time.sleep(max(0.0, due - time.monotonic()))
                try:
                    if not piece:
                        target.shutdown(socket.SHUT_WR)
                        return
                    if from_client:  # noted ahead of the piece: no answer may be faster
                        turns.server_heard = max(turns.server_heard, turn)
                    else:
                        turns.client_heard = max(turns.client_heard, turn)
                    target.sendall(piece)
                except OSError:
                    return

        for work in (receive, send):
            threading.Thread(target=work, daemon=True).start()


@dataclass
class _Turns:
    """Of one conversation: in which turn what each side has heard last was said."""

    client_heard: int = 0
    server_heard: int = 0
