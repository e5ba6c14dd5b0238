"""The live part of a terminal: what is running, below the lines that stay. Needs rich, which takes its time."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from smolrun.report.escaping import escape_line
from smolrun.report.lines import Line
from smolrun.report.running import Running

REDRAWS_PER_SECOND = 8
_MOST_ROWS = 8


class _Display:
    """The rows as they are at the moment they are drawn."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._spinner = Spinner("dots")

    def __rich__(self) -> Group:
        rows: list[Text | Spinner] = []
        for number, text in enumerate(self._running.texts(_MOST_ROWS)):
            row = Text(escape_line(text), no_wrap=True, overflow="ellipsis")
            if number == 0:
                self._spinner.update(text=row)
                rows.append(self._spinner)
            else:
                row.pad_left(2)
                rows.append(row)
        return Group(*rows)


class LiveSink:
    """Writes lines above a display of the running executions."""

    def __init__(self, output: TextIO, running: Running, *, colour: bool) -> None:
        self._console = Console(file=output, force_terminal=True, highlight=False, markup=False, no_color=not colour)
        self._colour = colour
        self._live = Live(
            _Display(running),
            console=self._console,
            refresh_per_second=REDRAWS_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._broken = False

    @property
    def width(self) -> int:
        return self._console.width

    def write(self, lines: Iterable[Line]) -> None:
        texts = [Text.from_ansi(line.coloured()) if self._colour else Text(line.plain()) for line in lines]
        if self._broken or not texts:
            return
        try:
            self._live.start()  # harmless when it is on already; not before, since questions come first
            self._console.print(Text("\n").join(texts), soft_wrap=True)
        except OSError:  # the terminal has gone; the run goes on
            self._broken = True

    @contextlib.contextmanager
    def suspended(self) -> Iterator[None]:
        was_on = self._live.is_started
        self._live.stop()
        try:
            yield
        finally:
            if was_on:
                self._live.start(refresh=True)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._live.stop()
