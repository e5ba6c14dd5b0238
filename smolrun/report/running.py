"""What is running at this moment, for the live part of a terminal."""

import time
from collections.abc import Callable

from smolrun.engine.events import HostTaskStarted, ItemFinished, RetryScheduled, TaskFinished, TaskProgress, TaskStarted
from smolrun.lazy_dataclass import dataclass
from smolrun.report.recap import seconds
from smolrun.report.results import is_failure


@dataclass(frozen=True)
class Execution:
    """One execution of one task on one host.

    Attributes:
        started: on the monotonic clock.
        note: what it waits for, if it has said so.
        noted: since when, on the same clock.
    """

    host: str
    name: str
    item: str | None
    timeout: float | None
    attempt: int
    started: float
    note: str = ""
    noted: float = 0.0

    def text(self, now: float, above: str | None = None) -> str:
        """``web1  Install packages (item=x)  12.3 s of 600 s``.

        Args:
            above: the name of the task that stands above; it is not told again, so that the time fits.
        """
        item = f" (item={self.item})" if self.item is not None else ""
        attempt = f", attempt {self.attempt}" if self.attempt > 1 else ""
        limit = f" of {self.timeout:g} s" if self.timeout else ""
        note = f" - {self.note}: {seconds(now - self.noted)} so far" if self.note else ""
        name = f"{self.name}{item}" if self.name != above else item.strip()
        return f"{self.host}  {name}{'  ' if name else ''}{seconds(now - self.started)}{limit}{attempt}{note}"


class Running:
    """Follows the events that begin and end executions."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._executions: dict[str, Execution] = {}
        self._task: TaskStarted | None = None
        self._done = self._failed = 0

    def task_started(self, event: TaskStarted) -> None:
        """A task begins; on many hosts, how far it is gets a line of its own."""
        self._task = event
        self._done = self._failed = 0

    def started(self, event: HostTaskStarted) -> None:
        self._executions[event.host] = Execution(
            event.host, event.task.name, event.item, event.timeout, event.attempt, self._clock()
        )

    def progressed(self, event: TaskProgress) -> None:
        known = self._executions.get(event.host)
        now = self._clock()
        started = known.started if known else now
        timeout = known.timeout if known else None
        self._executions[event.host] = Execution(
            event.host, event.task.name, None, timeout, 1, started, event.message, now
        )

    def retrying(self, event: RetryScheduled) -> None:
        """An attempt has failed; until the next one nothing runs."""
        now = self._clock()
        note = f"waiting {event.delay:g} s for attempt {event.attempt + 1} of {event.attempts}"
        self._executions[event.host] = Execution(event.host, event.task.name, None, None, 1, now, note, now)

    def finished(self, event: TaskFinished | ItemFinished) -> None:
        self._executions.pop(event.host, None)
        if isinstance(event, TaskFinished) and self._task is not None and event.task.id == self._task.task.id:
            self._done += 1
            self._failed += is_failure(event) and not event.ignored

    def texts(self, at_most: int) -> list[str]:
        """A line for each execution, the longest running first, and one that counts the rest."""
        now = self._clock()
        running = list(self._executions.values())  # a copy: the events come in other threads
        running.sort(key=lambda execution: execution.started)
        task = self._task
        counted = bool(running) and task is not None and len(task.hosts) > at_most
        above = task.task.name if task is not None and counted else None
        texts = [execution.text(now, above) for execution in running[:at_most]]
        if len(running) > at_most:
            texts.append(f"… and {len(running) - at_most} more hosts")
        if task is not None and counted:
            failed = f", {self._failed} failed" if self._failed else ""
            texts.insert(0, f"{task.task.name}: {self._done} of {len(task.hosts)} hosts are done{failed}")
        return texts
