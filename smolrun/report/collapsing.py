"""One line for many hosts: on a terminal, what went the same way on all of them need not be told a hundred times."""

from smolrun.engine.events import TaskFinished, TaskStarted
from smolrun.lazy_dataclass import dataclass
from smolrun.report.lines import Line, Lines
from smolrun.report.results import ALWAYS_TOLD, style_of

MANY = 12
"""Hosts of a task, from which on what they have in common is told together."""
NAMED = 5
"""Hosts that are named in such a line."""
_WORDS = {"ok": "ok", "changed": "changed", "skipped": "skipping"}


@dataclass
class _Group:
    left: set[str]
    hosts: dict[str, list[str]]
    task: TaskStarted


class Collapsing:
    """Collects what went well on the hosts of a task, until all of them are done."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}

    def started(self, event: TaskStarted) -> Lines:
        """A task begins; what is left of those before it is told."""
        yield from self.rest()
        if len(event.hosts) >= MANY and event.task.module not in ALWAYS_TOLD:
            self._groups[event.task.id] = _Group(set(event.hosts), {}, event)

    def takes(self, event: TaskFinished) -> bool:
        """Whether this is told together with others, and need not be told by itself."""
        group = self._groups.get(event.task.id)
        if group is None:
            return False
        group.left.discard(event.host)
        if event.status not in _WORDS or event.ignored or event.delegated_to:
            return False
        group.hosts.setdefault(event.status, []).append(event.host)
        return True

    def finished(self, event: TaskFinished) -> Lines:
        """What there is to tell once the last host is done."""
        group = self._groups.get(event.task.id)
        if group is not None and not group.left:
            del self._groups[event.task.id]
            yield from _lines(group)

    def rest(self) -> Lines:
        """What was collected of tasks that some hosts never came to."""
        groups, self._groups = self._groups, {}
        for group in groups.values():
            yield from _lines(group)


def _lines(group: _Group) -> Lines:
    for status in ("ok", "changed", "skipped"):
        hosts = group.hosts.get(status, [])
        if hosts:
            word = _WORDS[status]
            named = f" ({', '.join(hosts)})" if len(hosts) <= NAMED else ""
            yield Line(((f"{word}: {len(hosts)} of {len(group.task.hosts)} hosts{named}", style_of(status)),))
