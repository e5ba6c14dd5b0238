"""What is sent to a command: an optional password, what a wrap reads, the user's own input, then the end."""

import os
import select
from collections.abc import Iterator
from io import BytesIO, TextIOBase
from pathlib import Path
from typing import IO, Any

Input = bytes | Path | IO[bytes]
"""Input of a command: bytes, a file by its path, or an open binary file, which is read on from where it stands."""

PIECE = 32 * 1024
LOOK_AGAIN = 0.05  # seconds after which a source that had nothing to give yet is asked again


def check_input(content: object) -> None:
    """Raises `TypeError` for what is neither bytes, a path nor an open binary file."""
    if content is None or isinstance(content, bytes | bytearray | memoryview | Path):
        return
    if isinstance(content, TextIOBase):
        raise TypeError("stdin must be a file that was opened in binary mode")
    if not hasattr(content, "read"):
        raise TypeError(f"stdin must be bytes, a Path or an open binary file, not {type(content).__name__}")


def pieces(preamble: bytes, content: Input | None) -> Iterator[bytes]:
    """All that is sent, in pieces, an empty one whenever there is nothing yet (a pipe that nobody has written to).

    A path is opened now; files are read as they are sent.

    Raises:
        OSError: the file cannot be opened, or later on read.
    """
    if isinstance(content, Path):
        return _pieces(preamble, open(content, "rb", buffering=0, opener=_without_waiting), close=True)
    return _pieces(preamble, content if hasattr(content, "read") else BytesIO(content or b""), close=False)


def _without_waiting(path: str, flags: int) -> int:
    # Without O_NONBLOCK the opening of a named pipe waits for somebody to write, past every deadline (fifo(7)).
    return os.open(path, flags | os.O_NONBLOCK)


def _pieces(preamble: bytes, source: Any, *, close: bool) -> Iterator[bytes]:
    for start in range(0, len(preamble), PIECE):
        yield preamble[start : start + PIECE]
    ready = _readiness(source)
    # What is read at once may be less than asked for: a buffered file would else wait until it has it all.
    read = getattr(source, "read1", source.read)
    try:
        while True:
            piece = read(PIECE) if ready() else None
            if piece == b"":
                return
            yield piece or b""
    finally:
        if close:
            source.close()


def _readiness(source: Any) -> Any:
    """A function that tells whether reading would not wait: for more, or for the first to write to a pipe."""
    try:
        descriptor = source.fileno()
    except (AttributeError, OSError):
        return lambda: True
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return lambda: bool(poll.poll(0))


class Feed:
    """Sends pieces as the other side takes them, and its own urgent words first.

    Attributes:
        held: nothing but urgent words is sent while this is true.
        waiting: the source had nothing to give; it is to be asked again after `LOOK_AGAIN`.
        ended: the end of input has been sent.
    """

    def __init__(self, source: Iterator[bytes], *, held: bool = False) -> None:
        self._source = source
        self._rest = b""
        self._urgent = b""
        self._exhausted = False
        self.held = held
        self.waiting = False
        self.ended = False

    def first(self, data: bytes) -> None:
        """Send this before anything that was not sent yet."""
        self._urgent += data

    def next_piece(self) -> bytes | None:
        """What to send now; empty for nothing yet, None once there is nothing more."""
        if self._urgent:
            return self._urgent
        if self.held:
            return b""
        if not self._rest and not self._exhausted:
            piece = next(self._source, None)
            self._exhausted = piece is None
            self._rest = piece or b""
            self.waiting = piece == b""
        return None if self._exhausted else self._rest

    def sent(self, count: int) -> None:
        """That many bytes of what `next_piece` gave have gone."""
        if self._urgent:
            self._urgent = self._urgent[count:]
        else:
            self._rest = self._rest[count:]
