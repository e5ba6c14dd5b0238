"""Where lines go: plain streams, or a terminal with a live part below them."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Protocol, TextIO

from smolrun.report.lines import Line


class Sink(Protocol):
    @property
    def width(self) -> int:
        """Columns that headers are filled up to."""
        ...

    def write(self, lines: Iterable[Line]) -> None: ...

    def suspended(self) -> contextlib.AbstractContextManager[None]:
        """Leave the terminal alone for a while, for a question to be asked on it."""
        ...

    def close(self) -> None: ...


class PlainSink:
    """Writes lines as they come, and nothing any more once the reader has gone.

    A closed pipe (``smolrun run … | head``) ends what is shown, not the run: half a provisioned guest is worse.
    """

    def __init__(self, output: TextIO, errors: TextIO, *, colour: bool, colour_errors: bool) -> None:
        self._streams = {False: (output, colour), True: (errors, colour_errors)}
        self._closed: set[bool] = set()

    @property
    def width(self) -> int:
        return 79

    def write(self, lines: Iterable[Line]) -> None:
        used: set[bool] = set()
        for line in lines:
            _, colour = self._streams[line.error]
            used.add(line.error)
            self._guarded(line.error, (line.coloured() if colour else line.plain()) + "\n")
        for error in used:
            self._guarded(error, None)

    def _guarded(self, error: bool, text: str | None) -> None:
        if error in self._closed:
            return
        stream, _ = self._streams[error]
        try:
            stream.flush() if text is None else stream.write(text)
        except BrokenPipeError:
            self._closed.add(error)

    @contextlib.contextmanager
    def suspended(self) -> Iterator[None]:
        yield

    def close(self) -> None:
        self.write(())
