"""The end of a run: what came of each host, in Ansible's form, and where the time went."""

from collections.abc import Mapping

from smolrun.engine.events import HostStatistics, TaskFinished
from smolrun.report.colour import Style
from smolrun.report.lines import BLANK, Line, Lines, header, line

_COUNTS = (
    ("ok", Style.OK),
    ("changed", Style.CHANGED),
    ("unreachable", Style.UNREACHABLE),
    ("failed", Style.FAILED),
    ("skipped", Style.SKIPPED),
    ("rescued", Style.OK),
    ("ignored", Style.WARNING),
)
SLOWEST_SHOWN = 5
SLOW_SECONDS = 0.5


FULL_WIDTH = 107
"""Columns of a line of the recap in Ansible's form."""


def recap(statistics: Mapping[str, HostStatistics], width: int = 79, *, compact: bool = False) -> Lines:
    """``PLAY RECAP`` with one line for each host.

    Args:
        compact: without the blanks that Ansible's form has, for a terminal that is too narrow for them.
    """
    yield from header("PLAY RECAP", width)
    column = max(map(len, statistics), default=0) if compact else 26
    for host in sorted(statistics):
        yield _host_line(host, statistics[host], column, 0 if compact else 4)


def _host_line(host: str, counts: HostStatistics, column: int, digits: int) -> Line:
    spans = [(f"{host:<{column}}", _host_style(counts)), (" : ", Style.PLAIN)]
    for name, style in _COUNTS:
        count = getattr(counts, name)
        spans.append((f"{name}={count:<{digits}}", style if count else Style.PLAIN))
        spans.append((" ", Style.PLAIN))
    return Line(tuple(spans))


def _host_style(counts: HostStatistics) -> Style:
    if counts.failed or counts.unreachable:
        return Style.FAILED
    return Style.CHANGED if counts.changed else Style.OK


class SlowestTasks:
    """Remembers how long each task took on the host that was slowest at it."""

    def __init__(self) -> None:
        self._slowest: dict[str, TaskFinished] = {}

    def add(self, event: TaskFinished) -> None:
        known = self._slowest.get(event.task.id)
        if event.duration >= SLOW_SECONDS and (known is None or known.duration < event.duration):
            self._slowest[event.task.id] = event

    def lines(self) -> Lines:
        """The slowest first; nothing at all where every task was quick."""
        slowest = sorted(self._slowest.values(), key=lambda event: -event.duration)[:SLOWEST_SHOWN]
        if slowest:
            yield BLANK
            yield line("Slowest tasks", Style.HEADER)
        for event in slowest:
            yield line(f"{seconds(event.duration):>8}  {event.task.title} [{event.host}]")


def seconds(duration: float) -> str:
    """A duration for people: ``0.52 s``, ``12.3 s``, ``4m 05s``, ``2h 03m``."""
    if duration < 10:
        return f"{duration:.2f} s"
    if duration < 60:
        return f"{duration:.1f} s"
    minutes, rest = divmod(round(duration), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02}s"
    return f"{minutes // 60}h {minutes % 60:02}m"
