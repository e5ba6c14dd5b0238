"""Hosts go through the play without waiting for each other."""

from collections import deque
from contextlib import AbstractContextManager, nullcontext
from threading import RLock, Semaphore

from smolrun.engine.batch import Batch
from smolrun.engine.events import TaskReference
from smolrun.engine.plan import PlannedMeta, PlannedTask
from smolrun.engine.stepping import Stepping
from smolrun.engine.strategy.base import Strategy
from smolrun.engine.workers import Workers


class FreeStrategy(Strategy):
    """Ansible's ``free``, and ``host_pinned``.

    Args:
        pinned: a worker stays with its host to the end of the play; otherwise the hosts take turns, task by task,
            where there are more of them than workers.
    """

    def __init__(self, batch: Batch, workers: Workers, stepping: Stepping, *, pinned: bool) -> None:
        super().__init__(batch, workers, stepping)
        self._pinned = pinned
        self._waiting = deque(batch.hosts)
        self._lock = RLock()  # for all that is shared: who waits, outcomes, questions to the user
        self._throttles: dict[PlannedTask, Semaphore] = {}
        self._last_told: TaskReference | None = None
        self._broken = False

    def run(self) -> None:
        width = min(self._workers.forks, len(self._waiting))
        self._workers.map(lambda _: self._work(), range(width))

    def _work(self) -> None:
        """Go on with one host after another, until none is left."""
        try:
            while (host := self._take()) is not None:
                while self._step(host) and self._pinned:
                    pass
                with self._lock:
                    if not self._pinned and self._batch.progress[host].current() is not None:
                        self._waiting.append(host)
        except BaseException:
            self._broken = True
            raise

    def _take(self) -> str | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _step(self, host: str) -> bool:
        """The host's next task; whether there was one."""
        batch = self._batch
        with self._lock:
            if batch.services.stop.is_set or self._broken:
                batch.progress[host].stop()
                return False
            node = batch.progress[host].current()
            if node is None:
                return False
            if isinstance(node, PlannedMeta):
                self._perform_meta(node, [host])
                return True
            reference = self._begin(node, host)
            if reference is not None:
                batch.begin(host)
        if reference is not None:
            with self._turn(node, host):
                outcome = batch.runner.run(node, reference, host)
            with self._lock:
                batch.settle(node, reference, [outcome])
                self._end_of_task(node, host, [outcome])
                batch.end(host, outcome)
        return True

    def _begin(self, planned: PlannedTask, host: str) -> TaskReference | None:
        """Tell that the host begins the task; None where the user does not want it."""
        reference = self._reference(planned, host)
        if not self._stepping.wants(reference):
            self._leave_out(planned, [host])
            return None
        if self._batch.keyword(planned, host, "run_once"):
            message = "'run_once' says nothing to this strategy: every host runs the task"
            self._batch.services.warn(message, planned.task.location, "use 'strategy: linear'")
        if reference != self._last_told:
            self._announce(reference, [host])
            self._last_told = reference
        else:
            self._batch.statistics.begun(host)
        return reference

    def _turn(self, planned: PlannedTask, host: str) -> AbstractContextManager[object]:
        limit = self._throttle(planned, host)
        if limit is None:
            return nullcontext()
        with self._lock:
            return self._throttles.setdefault(planned, Semaphore(limit))
