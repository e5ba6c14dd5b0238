"""The hosts that go through a play together, and what an outcome means for each of them."""

import time
from collections.abc import Iterable, Sequence

from smolrun.engine.events import HandlerNotified, TaskReference
from smolrun.engine.handlers import Handlers
from smolrun.engine.host_progress import HostProgress
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.plan import PlannedFlush, PlannedTask, PlayPlan
from smolrun.engine.services import Services
from smolrun.engine.statistics import Statistics
from smolrun.engine.task_outcome import TaskOutcome
from smolrun.engine.task_runner import TaskRunner
from smolrun.engine.variables.play_scope import PlayScope
from smolrun.errors import SmolVMError


class Batch:
    """Some hosts on their way through a play.

    Attributes:
        hosts: their names, in order.
        progress: how far each has come.
        unreachable: those that were lost on the way.
        dragged: those that failed only because another one failed or was lost.
    """

    def __init__(
        self,
        services: Services,
        plan: PlayPlan,
        hosts: Sequence[str],
        handlers: Handlers,
        runner: TaskRunner,
        statistics: Statistics,
    ) -> None:
        self.services = services
        self.plan = plan
        self.hosts = tuple(hosts)
        self.handlers = handlers
        self.runner = runner
        self.statistics = statistics
        self.progress = {host: HostProgress(plan.body) for host in self.hosts}
        self.unreachable: set[str] = set()
        self.dragged: set[str] = set()

    @property
    def scope(self) -> PlayScope:
        return self.runner.executor.scope

    @property
    def failed(self) -> set[str]:
        """The hosts that failed for good."""
        return {host for host, progress in self.progress.items() if progress.failed}

    def active(self) -> list[str]:
        """The hosts that are neither failed nor unreachable: ``ansible_play_hosts``."""
        return [host for host in self.hosts if host not in self.unreachable and not self.progress[host].failed]

    # --- handlers ----------------------------------------------------------------------------------

    def flush(self, host: str, flush: PlannedFlush) -> None:
        """Send a host through the handlers that it was notified of, if the conditions of the flush hold."""
        variables = self.scope.of(host, flush.scope)
        try:
            holds = all(self.services.templar.condition(when, variables).value for when in flush.when)
        except SmolVMError as error:
            self.services.warn_of_error(error)
            holds = False
        if not holds or self.progress[host].flushing:
            self.progress[host].advance()
        else:
            self.progress[host].flush(self.handlers.planned, self.handlers.notified(host))

    def _notify(self, host: str, notifications: Iterable[str], task: TaskReference) -> None:
        for notification in notifications:
            for handler in self.handlers.notify(host, notification):
                name = self.services.redactor.text(handler.reference.name)
                self.services.bus.emit(HandlerNotified(time=time.time(), host=host, handler=name, task=task))

    # --- outcomes ----------------------------------------------------------------------------------

    def run_once(self, planned: PlannedTask, host: str) -> bool:
        """Whether a task runs on the first host, for all of them."""
        if planned.module is not None and planned.module.module.once_per_batch:
            return True
        return self.keyword(planned, host, "run_once")

    def keyword(self, planned: PlannedTask, host: str, name: str) -> bool:
        """A boolean keyword for a host; what cannot be rendered counts as not said, and is told."""
        values = KeywordValues(self.services.templar, self.scope.of(host, planned.scope))
        try:
            return values.flag(planned.keywords, name)
        except SmolVMError as error:
            self.services.warn_of_error(error)
            return False

    def settle(self, planned: PlannedTask, reference: TaskReference, outcomes: Sequence[TaskOutcome]) -> None:
        """Take note of how a task ended on each host: counts, failures, notifications, and where it goes from here.

        Raises:
            MissingHandlerError: something that changed notified what does not exist.
        """
        for outcome in outcomes:
            self._settle_one(planned, reference, outcome)

    def _settle_one(self, planned: PlannedTask, reference: TaskReference, outcome: TaskOutcome) -> None:
        host, progress = outcome.host, self.progress[outcome.host]
        if reference.handler:
            self.handlers.notified(host).discard(planned)
        if outcome.cancelled:
            progress.stop()
        elif outcome.is_unreachable:
            self.statistics.unreachable(host)
            self.unreachable.add(host)
            progress.stop()
        elif outcome.has_failed:
            self._fail(host, planned, outcome)
        else:
            self._count(outcome)
            self._notify(host, outcome.notifications, reference)
            progress.advance()

    def _count(self, outcome: TaskOutcome) -> None:
        if outcome.ignored:
            self.statistics.ignored(outcome.host, changed=outcome.changed)
        elif outcome.status == "skipped":
            self.statistics.skipped(outcome.host)
        else:
            self.statistics.ok(outcome.host, changed=outcome.changed)

    def _fail(self, host: str, planned: PlannedTask, outcome: TaskOutcome) -> None:
        progress = self.progress[host]
        self.dragged.discard(host)
        if progress.would_be_rescued:
            self.statistics.rescued(host)
            failed_task = {"name": planned.reference.name, "action": planned.task.module}
            self.services.memory.of(host).assign(
                {"ansible_failed_task": failed_task, "ansible_failed_result": outcome.result}
            )
        else:
            self.statistics.failed(host)
        progress.fail()

    def fail_others(self, reasons: Iterable[str]) -> None:
        """What ``any_errors_fatal`` means: every other host fails too, each where it stands."""
        reasons = set(reasons)
        for host in self.active():
            progress = self.progress[host]
            if host not in reasons and progress.current() is not None:
                self.drag(host)

    def drag(self, host: str) -> None:
        """Fail a host for what happened to another one."""
        self.dragged.add(host)
        self.progress[host].fail()
