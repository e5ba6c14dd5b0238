"""Failures that are the same on many hosts: told in full once, and together at the end."""

from collections.abc import Iterable, Mapping
from dataclasses import field

from smolrun.engine.events import HostStatistics, ItemFinished, Place, TaskReference
from smolrun.lazy_dataclass import dataclass
from smolrun.report.colour import Style
from smolrun.report.lines import BLANK, Lines, line
from smolrun.report.results import Outcome, is_failure, reason

NAMED = 5
"""Hosts that are named of those that failed alike."""


@dataclass(frozen=True)
class Failed:
    """One task that failed on one host, and why, in one line."""

    task: TaskReference
    host: str
    why: str


@dataclass
class Group:
    """Hosts on which one task failed in one way."""

    task: TaskReference
    why: str
    hosts: list[str] = field(default_factory=list)

    @property
    def named(self) -> str:
        """``web1``, ``web1, web2``, ``web1, …, web5 and 12 more``."""
        more = len(self.hosts) - NAMED
        return ", ".join(sorted(self.hosts)[:NAMED]) + (f" and {more} more" if more > 0 else "")


class Alike:
    """Remembers which failures have been told, and which hosts failed how."""

    def __init__(self) -> None:
        self._told: dict[tuple[object, ...], str] = {}
        self._failures: dict[str, list[Failed]] = {}
        self._items: dict[tuple[str, str], ItemFinished] = {}

    def told_on(self, event: Outcome) -> str | None:
        """The host on which the same failure was told already, if it was.

        What counts is what came back, not what was run: commands differ by the names of hosts and their variables.
        """
        failure, result = event.failure, event.result
        message = failure.message if failure else ""
        stderr = str(result.get("stderr") or "")
        told = (message, failure.hint if failure else "", stderr or str(result.get("stdout") or ""))
        place = _shown(failure.place if failure and failure.place else event.task.place)
        same = tuple(_without(text or "", event.host) for text in told)
        key = (event.task.id, event.status, place, result.get("rc"), *same)
        told_on = self._told.get(key)
        self._told.setdefault(key, event.host)
        return told_on

    def add(self, event: Outcome) -> None:
        """A task, or an item of its loop, has ended; what a playbook ignores is no failure."""
        if not is_failure(event) or event.ignored:
            return
        if isinstance(event, ItemFinished):
            self._items.setdefault((event.task.id, event.host), event)
        else:
            why = why_of(self._items.pop((event.task.id, event.host), event))
            self._failures.setdefault(event.host, []).append(Failed(event.task, event.host, why))

    def lines(self, statistics: Mapping[str, HostStatistics]) -> Lines:
        """What failed where, for several hosts; of a single one it stands right above the recap.

        Args:
            statistics: how many failures of each host count; those before were mended by a ``rescue``.
        """
        ended = [
            failed
            for host, failures in self._failures.items()
            for failed in failures[len(failures) - _count(statistics.get(host)) :]
        ]
        if len({failed.host for failed in ended}) < 2:
            return
        yield BLANK
        yield line("Failed", Style.HEADER)
        for group in grouped(ended):
            many = f"{len(group.hosts)} hosts: " if len(group.hosts) > 1 else ""
            yield line(f"  {_shown(group.task.place)}  {group.task.title}, on {many}{group.named}", Style.FAILED)
            if group.why:
                yield line(f"      {group.why}")


def grouped(failures: Iterable[Failed]) -> list[Group]:
    """What failed alike, in the order in which it first did."""
    groups: dict[tuple[str, str], Group] = {}
    for failed in failures:
        key = (failed.task.id, _without(failed.why, failed.host))
        groups.setdefault(key, Group(failed.task, failed.why)).hosts.append(failed.host)
    return list(groups.values())


def why_of(event: Outcome) -> str:
    """Why it failed, in one line."""
    message = (event.failure.message if event.failure else str(event.result.get("msg") or "")).split("\n", 1)[0]
    if event.result.get("rc") and message.startswith("non-zero return code"):
        return reason(event.result)
    return message or event.status


def _count(counts: HostStatistics | None) -> int:
    return counts.failed + counts.unreachable if counts else 0


def _without(text: str, host: str) -> str:
    return text.replace(host, "\0")


def _shown(place: Place | None) -> str:
    return f"{place.path}:{place.line}" if place else ""
