"""A TCP relay that misbehaves on demand: needs neither root nor a kernel with netem."""

import contextlib
import ctypes
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Greeting = Literal["pass", "silent", "garbage", "fin", "reset"]


@dataclass
class Faults:
    """What a relay does to bytes. Every field may be changed while connections are open.

    Attributes:
        greeting: ``pass``; or, for new connections: ``silent`` accepts and never says a word, ``garbage`` speaks
            HTTP, ``fin`` and ``reset`` end at once.
        late: seconds before a new connection hears the first byte of the server.
        delay: seconds before each piece is passed on.
        slice: bytes passed on at once; 0 for as they come.
        rate: bytes a second in each direction; 0 for no limit.
        cut_after: bytes from the server after which the connection ends; None for never.
        cut_by: how it then ends.
    """

    greeting: Greeting = "pass"
    late: float = 0.0
    delay: float = 0.0
    slice: int = 0
    rate: float = 0.0
    cut_after: int | None = None
    cut_by: Literal["fin", "reset"] = "reset"


class FaultRelay:
    """Relays loopback connections to `target`.

    Attributes:
        faults: what is done to the bytes.
        accepted: connections accepted so far.
        from_server: bytes that came from the server so far, over all connections.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.faults = Faults()
        self.accepted = 0
        self.from_server = 0
        self._thawed = threading.Event()
        self._thawed.set()
        self._stopped = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._dropping: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self._awaited: tuple[int, Callable[[], object]] | None = None
        self.port = self._listen(0)

    # --- what can go wrong ---

    def freeze(self) -> None:
        """Pass nothing on any more, with all connections open, as a frozen guest behind a NAT does."""
        self._thawed.clear()

    def thaw(self) -> None:
        self._thawed.set()

    def drop_packets(self) -> None:
        """Let the kernel throw away every segment that comes from the client, unacknowledged, and pass nothing on."""
        self.freeze()
        with self._lock:
            self._dropping = [side for side in (self._listener, *self._sockets) if side is not None]
        for side in self._dropping:
            with contextlib.suppress(OSError):
                side.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, _accept_nothing())

    def deliver_packets(self) -> None:
        """Undo `drop_packets`."""
        for side in self._dropping:
            with contextlib.suppress(OSError):
                side.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)
        self._dropping = []
        self.thaw()

    def reset(self) -> None:
        """End all present connections by RST, on both sides."""
        self._end_all("reset")

    def fin(self) -> None:
        """End all present connections by FIN, on both sides."""
        self._end_all("fin")

    def refuse(self) -> None:
        """Refuse new connections; present ones live on."""
        with self._lock:
            listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that is in accept()
            listener.close()

    def accept_again(self) -> None:
        """Undo `refuse`, on the same port."""
        if self._listener is None:
            self._listen(self.port)

    def when_server_sent(self, count: int, fault: Callable[[], object]) -> None:
        """Do something once so many bytes have come from the server, before the last of them are passed on."""
        self._awaited = (count, fault)

    def stop(self) -> None:
        self._stopped = True
        self.refuse()
        self.thaw()
        self._end_all("reset")
        for thread in self._threads:
            thread.join(5)

    # --- the relay ---

    def _listen(self, port: int) -> int:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        self._listener = listener
        self._spawn(self._accept, listener)
        return int(listener.getsockname()[1])

    def _spawn(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._keep(client)
            self._spawn(self._greet, client)

    def _keep(self, *sockets: socket.socket) -> None:
        with self._lock:
            self._sockets.extend(sockets)

    def _greet(self, client: socket.socket) -> None:
        greeting = self.faults.greeting
        if greeting == "silent":
            return
        if greeting != "pass":
            if greeting == "garbage":
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            _end(client, "reset" if greeting == "reset" else "fin")
            return
        self._wait(self.faults.late)
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=10)
        except OSError:
            _end(client, "fin")
            return
        server.settimeout(None)
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._keep(server)
        self._spawn(self._pump, client, server, False)
        self._pump(server, client, True)

    def _wait(self, seconds: float) -> None:
        limit = time.monotonic() + seconds
        while not self._stopped and (left := limit - time.monotonic()) > 0:
            time.sleep(min(left, 0.05))

    def _pump(self, source: socket.socket, target: socket.socket, from_server: bool) -> None:
        passed = 0
        try:
            while True:
                self._thawed.wait()
                piece = source.recv(self.faults.slice or 65536)
                self._thawed.wait()  # frozen while it waited: what has come meanwhile must not slip through
                if not piece:
                    break
                if self.faults.delay or self.faults.rate:
                    self._wait(self.faults.delay + (len(piece) / self.faults.rate if self.faults.rate else 0.0))
                passed += len(piece)
                if from_server:
                    self.from_server += len(piece)
                    if self._awaited is not None and self.from_server >= self._awaited[0]:
                        (_, fault), self._awaited = self._awaited, None
                        fault()
                        self._thawed.wait()
                    if self.faults.cut_after is not None and passed > self.faults.cut_after:
                        _end(target, self.faults.cut_by)
                        _end(source, self.faults.cut_by)
                        return
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            for side in (source, target):
                _end(side, "fin")

    def _end_all(self, how: Literal["fin", "reset"]) -> None:
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for side in sockets:
            _end(side, how)


_SO_ATTACH_FILTER, _SO_DETACH_FILTER = 26, 27  # socket(7); a filter sees each segment before TCP does
_RETURN_NOTHING = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # BPF_RET | BPF_K with 0 bytes


def _accept_nothing() -> bytes:
    """A ``struct sock_fprog`` with one instruction."""
    return struct.pack("HP", 1, ctypes.addressof(_RETURN_NOTHING))


def _end(side: socket.socket, how: Literal["fin", "reset"]) -> None:
    with contextlib.suppress(OSError):
        if how == "reset":
            # Lingering for 0 s makes close() send RST (socket(7), SO_LINGER).
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            side.shutdown(socket.SHUT_RDWR)
    if how == "reset":
        # A thread inside recv() holds the descriptor open: only SHUT_RD wakes it without sending FIN first.
        with contextlib.suppress(OSError):
            side.shutdown(socket.SHUT_RD)
    with contextlib.suppress(OSError):
        side.close()
