"""The hosts that go through a play together, and what an outcome means for each of them."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from smolrun.engine.events import HandlerNotified, TaskReference
from smolrun.engine.failed_task import failed_task
from smolrun.engine.handlers import Handlers, MissingHandlerError
from smolrun.engine.host_progress import HostProgress
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.plan import PlannedTask, PlayPlan
from smolrun.engine.services import Services
from smolrun.engine.statistics import Statistics
from smolrun.engine.task_outcome import TaskOutcome
from smolrun.engine.task_runner import TaskRunner
from smolrun.engine.variables.play_scope import PlayScope
from smolrun.errors import SmolVMError
from smolrun.location import Location
from smolrun.source.text import location_of

_Change = Callable[[HostProgress], None]
_FAIL: _Change = HostProgress.fail
_STOP: _Change = HostProgress.stop


class Batch:
    """Some hosts on their way through a play.

    Attributes:
        hosts: their names, in order.
        all_of_play: the names of all hosts of the play, those of other batches too.
        progress: how far each has come.
        unreachable: those that were lost on the way.
        ended: those that ``meta: end_host`` took out.
        play_over: no other batch is to begin.
        errors_cleared: what happened to hosts in earlier plays is forgiven, too.
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
        *,
        all_of_play: Sequence[str] | None = None,
        most_failed: float | None = None,
    ) -> None:
        self.services = services
        self.plan = plan
        self.hosts = tuple(hosts)
        self.all_of_play = self.hosts if all_of_play is None else tuple(all_of_play)
        self.ended: set[str] = set()
        self.play_over = False
        self.errors_cleared = False
        self._most_failed = most_failed
        self.handlers = handlers
        self.runner = runner
        self.statistics = statistics
        self.progress = {host: HostProgress(plan.body) for host in self.hosts}
        for host in self.hosts if services.options.gathering == "smart" and plan.gathering is not None else ():
            if services.memory.of(host).gathered:
                self.progress[host].pass_over(plan.gathering)
        self.unreachable: set[str] = set()
        self.dragged: set[str] = set()
        self._at_work: dict[str, _Change | None] = {}

    @property
    def scope(self) -> PlayScope:
        return self.runner.executor.scope

    @property
    def failed(self) -> set[str]:
        """The hosts that failed for good."""
        return {host for host, progress in self.progress.items() if progress.failed}

    def well(self) -> list[str]:
        """The hosts that are neither failed nor unreachable."""
        return [host for host in self.hosts if host not in self.unreachable and not self.progress[host].failed]

    def active(self) -> list[str]:
        """Those of them that nothing has taken out of the play: ``ansible_play_batch``."""
        return [host for host in self.well() if host not in self.ended]

    # --- hosts in the middle of a task --------------------------------------------------------------

    def begin(self, host: str) -> None:
        """A host begins a task while others go on: what happens to it through them waits until that is settled."""
        self._at_work[host] = None

    def end(self, host: str, outcome: TaskOutcome) -> None:
        """Its task is settled. A failure of its own is not followed by one for another host."""
        change = self._at_work.pop(host)
        if change is _STOP or (change is _FAIL and not (outcome.has_failed or outcome.is_unreachable)):
            change(self.progress[host])

    def _change(self, host: str, change: "_Change") -> None:
        if host not in self._at_work:
            change(self.progress[host])
        elif self._at_work[host] is not _STOP:
            self._at_work[host] = change

    # --- the ends of the ways ----------------------------------------------------------------------

    def end_host(self, host: str) -> None:
        """``meta: end_host``: it does nothing more in this play, and is well."""
        self.ended.add(host)
        self.progress[host].stop()

    def end_batch(self) -> None:
        """``meta: end_batch``: no host of this batch does anything more."""
        for host in self.progress:
            self._change(host, _STOP)

    def end_play(self) -> None:
        """``meta: end_play``: as `end_batch`, and no other batch begins."""
        self.play_over = True
        self.end_batch()

    def clear_errors(self) -> None:
        """``meta: clear_host_errors``: failed and unreachable hosts count as well again.

        An unreachable one goes on where the others are; a failed one takes part again from the next play on.
        """
        standing = [progress for host, progress in self.progress.items() if host in set(self.active())]
        for host in self.unreachable:
            if standing:
                self.progress[host].resume(standing[0])
        self.unreachable.clear()
        self.dragged.clear()
        for progress in self.progress.values():
            progress.failed = False
        self.errors_cleared = True

    def stop_past_limit(self) -> None:
        """``max_fail_percentage``: more failures than that end the play, for all hosts."""
        if self._most_failed is None:
            return
        bad = len(self.hosts) - len(self.well())
        if 100 * bad / len(self.hosts) <= self._most_failed:
            return
        for host in self.well():
            self.dragged.add(host)
            self._change(host, _STOP)
            self.progress[host].failed = True
        self.play_over = True

    # --- handlers ----------------------------------------------------------------------------------

    def flush(self, host: str) -> None:
        """Send a host through the handlers that it was notified of."""
        self.progress[host].flush(self.handlers.planned, self.handlers.notified(host))

    def _notify(self, host: str, notifications: Iterable[str], planned: PlannedTask, task: TaskReference) -> None:
        place = next(filter(None, map(location_of, planned.keywords.notify)), planned.task.location)
        for notification in notifications:
            for handler in self._heard(host, notification, place):
                name = self.services.redactor.text(handler.reference.name)
                self.services.bus.emit(HandlerNotified(time=time.time(), host=host, handler=name, task=task))

    def _heard(self, host: str, notification: str, place: Location | None) -> tuple[PlannedTask, ...]:
        try:
            return self.handlers.notify(host, notification, place)
        except MissingHandlerError as error:
            if self.services.options.error_on_missing_handler:
                raise
            self.services.warn_of_error(error)
            return ()

    # --- outcomes ----------------------------------------------------------------------------------

    def run_once(self, planned: PlannedTask, host: str) -> bool:
        """Whether a task runs on the first host, for all of them."""
        if planned.module is not None and planned.module.module.once_per_batch:
            return True
        return self.keyword(planned, host, "run_once")

    def keyword(self, planned: PlannedTask, host: str, name: str, *, default: bool = False) -> bool:
        """A boolean keyword for a host; what cannot be rendered counts as not said, and is told.

        Args:
            default: where it is not said.
        """
        values = KeywordValues(self.services.templar, self.scope.of(host, planned.scope))
        try:
            value = values.value(planned.keywords, name)
            return default if value is None else bool(value)
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
            self.fail_at(host, failed_task(planned), outcome.result, hidden=outcome.no_log)
        else:
            self._count(outcome)
            self._notify(host, outcome.notifications, planned, reference)
            if outcome.status != "skipped":
                progress.note_ran(planned)
            self.go_on(host, planned, outcome)

    def go_on(self, host: str, planned: PlannedTask, outcome: TaskOutcome) -> None:
        """Send a host past a task that went well, and through what that brings in."""
        includes = self.runner.executor.includes
        if not outcome.includes or includes is None:
            self.progress[host].advance()
            return
        blocks = []
        for inclusion in outcome.includes:
            number, block, handlers = includes.plan(planned, inclusion)
            self.handlers.add(handlers)
            blocks.append((number, block))
        self.progress[host].include(blocks)

    def _count(self, outcome: TaskOutcome) -> None:
        if outcome.ignored:
            self.statistics.ignored(outcome.host, changed=outcome.changed)
        elif outcome.status == "skipped":
            self.statistics.skipped(outcome.host)
        else:
            # In a loop of includes each counts, as in Ansible.
            for _ in outcome.includes or (None,):
                self.statistics.ok(outcome.host, changed=outcome.changed)

    def fail_at(self, host: str, task: Mapping[str, Any], result: Mapping[str, Any], *, hidden: bool = False) -> None:
        """Take note that a host has failed.

        Args:
            task: what ``ansible_failed_task`` is to say.
            result: what ``ansible_failed_result`` is to say.
            hidden: the task says ``no_log``.
        """
        progress = self.progress[host]
        self.dragged.discard(host)
        if progress.would_be_rescued:
            self.statistics.rescued(host)
            memory = self.services.memory.of(host)
            memory.assign({"ansible_failed_task": task, "ansible_failed_result": result}, hidden=hidden)
        else:
            self.statistics.failed(host)
        progress.fail()

    def fail_others(self, reasons: Iterable[str]) -> None:
        """What ``any_errors_fatal`` means: every other host fails too, each where it stands."""
        reasons = set(reasons)
        for host in self.active():
            if host not in reasons and not self.progress[host].is_through:
                self.drag(host)

    def drag(self, host: str) -> None:
        """Fail a host for what happened to another one."""
        self.dragged.add(host)
        self._change(host, _FAIL)
