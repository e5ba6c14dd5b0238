"""All hosts of a batch go through the tasks in step: none begins a task before all are done with the one before."""

import time
from collections.abc import Sequence

from smolrun.engine.batch import Batch
from smolrun.engine.events import TaskReference, TaskStarted
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.plan import PlannedFlush, PlannedTask
from smolrun.engine.stepping import Stepping
from smolrun.engine.task_outcome import TaskOutcome
from smolrun.engine.workers import Workers
from smolrun.errors import SmolVMError


class LinearStrategy:
    """Ansible's ``linear``.

    Args:
        batch: the hosts.
        workers: for the hosts of one task.
        stepping: asks before each task.
    """

    def __init__(self, batch: Batch, workers: Workers, stepping: Stepping) -> None:
        self._batch = batch
        self._workers = workers
        self._stepping = stepping

    def run(self) -> None:
        """Until every host is through, or the run is interrupted.

        Raises:
            MissingHandlerError: a notification meant nothing.
        """
        batch = self._batch
        while not batch.services.stop.is_set:
            hosts = self._next()
            if not hosts:
                return
            node = batch.progress[hosts[0]].current()
            if isinstance(node, PlannedFlush):
                for host in hosts:
                    batch.flush(host, node)
            elif node is not None:
                self._task(node, hosts)

    def _next(self) -> list[str]:
        """The hosts that stand at the earliest task that any of them stands at."""
        positions = {
            host: progress.position()
            for host, progress in self._batch.progress.items()
            if progress.current() is not None
        }
        earliest = min(positions.values(), default=None)
        return [host for host, position in positions.items() if position == earliest]

    def _task(self, planned: PlannedTask, hosts: list[str]) -> None:
        batch = self._batch
        reference = self._reference(planned, hosts[0])
        if not self._stepping.wants(reference):
            for host in hosts:
                batch.handlers.notified(host).discard(planned)
                batch.progress[host].advance()
            return
        once = batch.run_once(planned, hosts[0])
        chosen = hosts[:1] if once else hosts
        for host in chosen:
            batch.statistics.begun(host)
        batch.services.bus.emit(TaskStarted(time=time.time(), task=reference, hosts=tuple(chosen)))
        limit = self._throttle(planned, hosts[0])
        outcomes = self._workers.map(lambda host: batch.runner.run(planned, reference, host), chosen, limit=limit)
        batch.settle(planned, reference, outcomes)
        if once:
            self._for_all(planned, hosts, outcomes[0])
        self._end_of_task(planned, hosts, outcomes)

    def _reference(self, planned: PlannedTask, host: str) -> TaskReference:
        """The task's name in events: rendered for the first host, as it stands where that cannot be done."""
        name, services = planned.task.name, self._batch.services
        if name is None:
            return planned.reference
        try:
            values = KeywordValues(services.templar, self._batch.scope.of(host, planned.scope))
            shown = str(values.value(planned.task, "name"))
        except SmolVMError:
            shown = planned.reference.name
        shown = services.redactor.text(shown)
        return (
            planned.reference
            if shown == planned.reference.name
            else planned.reference.model_copy(update={"name": shown})
        )

    def _throttle(self, planned: PlannedTask, host: str) -> int | None:
        if planned.keywords.throttle is None:
            return None
        values = KeywordValues(self._batch.services.templar, self._batch.scope.of(host, planned.scope))
        try:
            return int(values.value(planned.keywords, "throttle") or 0) or None
        except SmolVMError as error:
            self._batch.services.warn_of_error(error)
            return None

    def _for_all(self, planned: PlannedTask, hosts: Sequence[str], outcome: TaskOutcome) -> None:
        """The result of a task that ran once is everybody's."""
        batch, name = self._batch, planned.task.register_as
        first, *others = hosts
        source = batch.services.memory.of(first)
        for host in others:
            memory = batch.services.memory.of(host)
            if name is not None:
                memory.assign({name: outcome.result})
            facts = outcome.result.get("ansible_facts")
            if isinstance(facts, dict):
                memory.assign({key: source.assigned[key] for key in facts if key in source.assigned})
            progress = batch.progress[host]
            batch.handlers.notified(host).discard(planned)
            if outcome.has_failed or outcome.is_unreachable:
                batch.drag(host)
            elif outcome.cancelled:
                progress.stop()
            else:
                progress.advance()

    def _end_of_task(self, planned: PlannedTask, hosts: Sequence[str], outcomes: Sequence[TaskOutcome]) -> None:
        bad = [outcome.host for outcome in outcomes if outcome.has_failed or outcome.is_unreachable]
        if bad and self._batch.keyword(planned, hosts[0], "any_errors_fatal"):
            self._batch.fail_others(bad)
