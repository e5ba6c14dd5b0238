"""Makes one stream of events out of those of several runs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from smolrun.engine import events

Listener = Callable[[events.Event], None]


class PhaseEvents:
    """Passes on what happens in one phase, as part of a test.

    The run's own beginning and end are left out: the test has one of each. Plays and tasks are called after their
    phase, so that the same task is another one each time it comes.

    Args:
        prefix: of the names of plays, and of the ids of tasks.
        listener: hears what is passed on.

    Attributes:
        end: how the run of the phase ended, once it has.
    """

    def __init__(self, prefix: str, listener: Listener) -> None:
        self._prefix = prefix
        self._listener = listener
        self.end: events.RunFinished | None = None

    def __call__(self, event: events.Event) -> None:
        if isinstance(event, events.RunFinished):
            self.end = event
        elif not isinstance(event, events.RunStarted):
            self._listener(self.relabelled(event))

    def relabelled(self, event: Any) -> Any:
        if isinstance(event, events.PlayStarted | events.PlayFinished):
            return replace(event, name=f"{self._prefix}: {event.name}")
        task = getattr(event, "task", None)
        if isinstance(task, events.TaskReference):
            named = replace(task, id=f"{self._prefix}/{task.id}", play=f"{self._prefix}: {task.play}")
            return replace(event, task=named)
        return event
