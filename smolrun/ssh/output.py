"""What is kept of one stream: all of it up to a limit, past that its first and its last half."""

from smolrun.shortening import left_out


class OutputBuffer:
    """Bounded memory for unbounded output.

    Args:
        limit: bytes kept.
    """

    def __init__(self, limit: int) -> None:
        self._head_size = limit - limit // 2
        self._tail_size = limit // 2
        self._head = bytearray()
        self._tail = bytearray()  # a ring once it is full
        self._oldest = 0  # where the ring's oldest byte lies
        self._total = 0

    @property
    def truncated(self) -> bool:
        return self._total > self._head_size + self._tail_size

    def write(self, data: bytes) -> None:
        self._total += len(data)
        space = self._head_size - len(self._head)
        if space:
            self._head += data[:space]
            data = data[space:]
        if data:
            self._write_tail(data[-self._tail_size :])

    def _write_tail(self, data: bytes) -> None:
        space = self._tail_size - len(self._tail)
        self._tail += data[:space]
        data = data[space:]
        while data:
            piece = data[: self._tail_size - self._oldest]
            self._tail[self._oldest : self._oldest + len(piece)] = piece
            self._oldest = (self._oldest + len(piece)) % self._tail_size
            data = data[len(piece) :]

    def take(self) -> bytes:
        """What was kept, joined by a line that says what was left out; the buffer is empty afterwards."""
        missing = self._total - len(self._head) - len(self._tail)
        note = left_out(missing).encode() if missing else b""
        tail = memoryview(self._tail)
        content = b"".join((self._head, note, tail[self._oldest :], tail[: self._oldest]))
        tail.release()
        self._head, self._tail, self._oldest, self._total = bytearray(), bytearray(), 0, 0
        return content
