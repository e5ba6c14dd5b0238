"""What is sent to a command: an optional password, what a wrap reads, the user's own input, then the end."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

PIECE = 32 * 1024


def pieces(preamble: bytes, content: bytes | Path | None) -> Iterator[bytes]:
    """All that is sent, in pieces; a file is opened now and read as it is sent.

    Raises:
        OSError: the file cannot be opened, or later on read.
    """
    source: BinaryIO = content.open("rb") if isinstance(content, Path) else BytesIO(content or b"")
    return _pieces(preamble, source)


def _pieces(preamble: bytes, source: BinaryIO) -> Iterator[bytes]:
    for start in range(0, len(preamble), PIECE):
        yield preamble[start : start + PIECE]
    with source:
        while piece := source.read(PIECE):
            yield piece


class Feed:
    """Sends pieces as the other side takes them, and its own urgent words first.

    Attributes:
        held: nothing but urgent words is sent while this is true.
        ended: the end of input has been sent.
    """

    def __init__(self, source: Iterator[bytes], *, held: bool = False) -> None:
        self._source = source
        self._rest = b""
        self._urgent = b""
        self._exhausted = False
        self.held = held
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
            self._rest = next(self._source, b"")
            self._exhausted = not self._rest
        return self._rest or None

    def sent(self, count: int) -> None:
        """That many bytes of what `next_piece` gave have gone."""
        if self._urgent:
            self._urgent = self._urgent[count:]
        else:
            self._rest = self._rest[count:]
