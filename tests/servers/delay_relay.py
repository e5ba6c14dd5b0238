"""A TCP relay that adds a fixed one-way delay without limiting the throughput (what netem would do)."""

import contextlib
import queue
import socket
import threading
import time


class DelayRelay:
    """Relays loopback connections to `target`, each byte `delay` seconds late in each direction."""

    def __init__(self, target: int, delay: float) -> None:
        self.target = target
        self.delay = delay
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
            self._relay(client, server)
            self._relay(server, client)

    def _relay(self, source: socket.socket, target: socket.socket) -> None:
        pieces: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        threading.Thread(target=self._receive, args=(source, pieces), daemon=True).start()
        threading.Thread(target=_send, args=(target, pieces), daemon=True).start()

    def _receive(self, source: socket.socket, pieces: "queue.SimpleQueue[tuple[float, bytes]]") -> None:
        piece = b"-"
        while piece:
            try:
                piece = source.recv(65536)
            except OSError:
                piece = b""
            pieces.put((time.monotonic() + self.delay, piece))


def _send(target: socket.socket, pieces: "queue.SimpleQueue[tuple[float, bytes]]") -> None:
    while True:
        due, piece = pieces.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if not piece:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(piece)
        except OSError:
            return
