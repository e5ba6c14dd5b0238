"""Turns the pieces of output that arrive from a command into whole, redacted lines."""

from collections.abc import Callable
from threading import Lock

from smolrun.engine.redaction import Redactor
from smolrun.ssh.result import Stream

LONGEST_LINE = 64 * 1024
"""Bytes of one line that are kept; of a longer one the beginning is shown."""

CUT = " [… the rest of this line is not shown]"

ShowLines = Callable[[Stream, tuple[str, ...]], None]


class LineStream:
    """The output of one execution. A secret that arrives in two pieces is still one when its line is whole.

    Attributes:
        show: gets the lines as they become whole.
        redactor: what takes the secrets out.
    """

    def __init__(self, show: ShowLines, redactor: Redactor) -> None:
        self.show = show
        self.redactor = redactor
        self._pending: dict[Stream, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._cut: set[Stream] = set()
        self._lock = Lock()

    def __call__(self, stream: Stream, data: bytes) -> None:
        with self._lock:
            *whole, rest = data.split(b"\n")
            lines = tuple(self._end_line(stream, piece) for piece in whole)
            self._append(stream, rest)
            if lines:
                self.show(stream, lines)

    def close(self) -> None:
        """Show what never ended with a newline."""
        with self._lock:
            for stream in self._pending:
                if self._pending[stream]:
                    self.show(stream, (self._end_line(stream, b""),))

    def _append(self, stream: Stream, piece: bytes) -> None:
        pending = self._pending[stream]
        room = LONGEST_LINE - len(pending)
        pending += piece[:room]
        if len(piece) > room:
            self._cut.add(stream)

    def _end_line(self, stream: Stream, piece: bytes) -> str:
        self._append(stream, piece)
        text = bytes(self._pending[stream]).decode("utf-8", "replace").removesuffix("\r")
        self._pending[stream].clear()
        shown = self.redactor.text(text)
        if stream not in self._cut:
            return shown
        self._cut.discard(stream)
        return shown[: max(0, len(shown) - self.redactor.longest)] + CUT  # the cut may have gone through a secret
