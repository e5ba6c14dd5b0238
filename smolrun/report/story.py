"""A run told from its events as plays, tasks and what came of them on each host: what reports are made from."""

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Any

from smolrun.engine import events
from smolrun.lazy_dataclass import dataclass
from smolrun.report.results import is_failure


@dataclass
class HostPart:
    """What one task was on one host.

    Attributes:
        began: of its first execution, in seconds since the epoch; None where none began (a skip).
        items: the loop items that are done, in the order they ended.
        end: None while it runs, and for good where the run was stopped.
        mended: it failed, and a ``rescue`` took it up; known once the run has ended.
    """

    host: str
    began: float | None = None
    items: list[events.ItemFinished] = field(default_factory=list)
    retries: list[events.RetryScheduled] = field(default_factory=list)
    end: events.TaskFinished | None = None
    mended: bool = False

    @property
    def is_failure(self) -> bool:
        return self.end is not None and is_failure(self.end)

    @property
    def is_broken(self) -> bool:
        """It failed, and nothing in the playbook says that this does not matter."""
        return self.is_failure and self.status not in ("ignored", "rescued")

    @property
    def status(self) -> str:
        if self.end is None:
            return "unfinished"
        if self.mended:
            return "rescued"
        return "ignored" if self.end.ignored else self.end.status

    @property
    def failures(self) -> Iterator[events.ItemFinished | events.TaskFinished]:
        """What is to be told of a failure: the items that failed, or else the task."""
        failed = [item for item in self.items if is_failure(item)]
        yield from failed
        if self.end is not None and is_failure(self.end) and (not failed or self.end.status in ("unreachable", "lost")):
            yield self.end


@dataclass
class TaskPart:
    """Attributes:
    number: from 1, in the order in which tasks began.
    hosts: by name, in the order in which they began.
    """

    number: int
    reference: events.TaskReference
    hosts: dict[str, HostPart] = field(default_factory=dict)

    def of(self, host: str) -> HostPart:
        return self.hosts.setdefault(host, HostPart(host))

    @property
    def duration(self) -> float:
        """Seconds on the host that took longest."""
        return max((part.end.duration for part in self.hosts.values() if part.end is not None), default=0.0)


@dataclass
class PlayPart:
    name: str
    hosts: tuple[str, ...] = ()
    place: events.Place | None = None
    tasks: list[TaskPart] = field(default_factory=list)


@dataclass
class Story:
    """Attributes:
    started, finished: None until they come; a run that was killed has no end.
    """

    started: events.RunStarted | None = None
    finished: events.RunFinished | None = None
    plays: list[PlayPart] = field(default_factory=list)
    phases: list[events.PhaseFinished] = field(default_factory=list)
    warnings: list[events.Warned] = field(default_factory=list)

    @property
    def tasks(self) -> Iterator[TaskPart]:
        for play in self.plays:
            yield from play.tasks


class StoryTeller:
    """A listener of events that tells their story.

    Attributes:
        story: as far as it has come.
    """

    def __init__(self) -> None:
        self.story = Story()
        self._tasks: dict[tuple[int, str], TaskPart] = {}
        self._hears: dict[type[events.Event], Callable[[Any], None]] = {
            events.RunStarted: self._run_started,
            events.PlayStarted: self._play_started,
            events.TaskStarted: self._task_started,
            events.HostTaskStarted: self._host_task_started,
            events.RetryScheduled: lambda event: self._part(event).retries.append(event),
            events.ItemFinished: lambda event: self._part(event).items.append(event),
            events.TaskFinished: self._task_finished,
            events.PhaseFinished: lambda event: self.story.phases.append(event),
            events.Warned: lambda event: self.story.warnings.append(event),
            events.RunFinished: self._run_finished,
        }

    def __call__(self, event: events.Event) -> None:
        hear = self._hears.get(type(event))
        if hear is not None:
            hear(event)

    def _run_started(self, event: events.RunStarted) -> None:
        self.story.started = event

    def _run_finished(self, event: events.RunFinished) -> None:
        self.story.finished = event
        broken: dict[str, list[HostPart]] = {}
        for task in self.story.tasks:
            for part in task.hosts.values():
                if part.is_broken:
                    broken.setdefault(part.host, []).append(part)
        for host, parts in broken.items():
            counts = event.statistics.get(host, events.HostStatistics())
            for part in parts[: max(0, len(parts) - counts.failed - counts.unreachable)]:
                part.mended = counts.rescued > 0

    def _play_started(self, event: events.PlayStarted) -> None:
        self.story.plays.append(PlayPart(event.name, event.hosts, event.place))

    def _task_started(self, event: events.TaskStarted) -> None:
        task = self._task(event.task)
        for host in event.hosts:
            task.of(host)

    def _host_task_started(self, event: events.HostTaskStarted) -> None:
        part = self._part(event)
        part.began = event.time if part.began is None else part.began

    def _task_finished(self, event: events.TaskFinished) -> None:
        self._part(event).end = event

    def _part(self, event: Any) -> HostPart:
        return self._task(event.task).of(event.host)

    def _task(self, reference: events.TaskReference) -> TaskPart:
        # The same task comes again in each batch of a play, which is a play of its own here.
        if not self.story.plays:
            self.story.plays.append(PlayPart(reference.play))
        key = (len(self.story.plays), reference.id)
        if key not in self._tasks:
            self._tasks[key] = TaskPart(len(self._tasks) + 1, reference)
            self.story.plays[-1].tasks.append(self._tasks[key])
        return self._tasks[key]
