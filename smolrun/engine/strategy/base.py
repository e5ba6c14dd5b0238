"""What every strategy does for a task: ask, tell, run, take note."""

import time
from collections.abc import Sequence
from dataclasses import replace

from smolrun.engine.batch import Batch
from smolrun.engine.events import TaskReference, TaskStarted
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.meta_actions import MetaActions
from smolrun.engine.plan import PlannedMeta, PlannedTask
from smolrun.engine.stepping import Stepping
from smolrun.engine.task_outcome import TaskOutcome
from smolrun.engine.workers import Workers
from smolrun.errors import SmolVMError


class Strategy:
    """The base of the strategies.

    Args:
        batch: the hosts.
        workers: the threads.
        stepping: asks before each task.
    """

    def __init__(self, batch: Batch, workers: Workers, stepping: Stepping) -> None:
        self._batch = batch
        self._workers = workers
        self._stepping = stepping
        self._meta = MetaActions(batch)

    def run(self) -> None:
        """Until every host is through, or the run is interrupted.

        Raises:
            MissingHandlerError: a notification meant nothing.
        """
        raise NotImplementedError

    # --- what is told ------------------------------------------------------------------------------

    def _announce(self, reference: TaskReference, hosts: Sequence[str]) -> None:
        for host in hosts:
            self._batch.statistics.begun(host)
        self._batch.services.bus.emit(TaskStarted(time=time.time(), task=reference, hosts=tuple(hosts)))

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
        return planned.reference if shown == planned.reference.name else replace(planned.reference, name=shown)

    # --- what keywords say -------------------------------------------------------------------------

    def _throttle(self, planned: PlannedTask, host: str) -> int | None:
        if planned.keywords.throttle is None:
            return None
        values = KeywordValues(self._batch.services.templar, self._batch.scope.of(host, planned.scope))
        try:
            return int(values.value(planned.keywords, "throttle") or 0) or None
        except SmolVMError as error:
            self._batch.services.warn_of_error(error)
            return None

    # --- the steps of hosts ------------------------------------------------------------------------

    def _leave_out(self, planned: PlannedTask, hosts: Sequence[str]) -> None:
        """Go past a task that the user does not want."""
        for host in hosts:
            self._batch.handlers.notified(host).discard(planned)
            self._batch.progress[host].advance()

    def _perform_meta(self, node: PlannedMeta, hosts: Sequence[str]) -> None:
        self._meta.perform(node, hosts)

    def _end_of_task(self, planned: PlannedTask, host: str, outcomes: Sequence[TaskOutcome]) -> None:
        """What the failures of a task mean for the other hosts.

        Args:
            host: the first one of the task.
        """
        batch = self._batch
        bad = [outcome.host for outcome in outcomes if outcome.has_failed or outcome.is_unreachable]
        default = batch.services.options.any_errors_fatal
        if bad and batch.keyword(planned, host, "any_errors_fatal", default=default):
            batch.fail_others(bad)
        if bad:
            batch.stop_past_limit()
