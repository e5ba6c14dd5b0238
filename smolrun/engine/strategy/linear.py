"""All hosts of a batch go through the tasks in step: none begins a task before all are done with the one before."""

from collections.abc import Sequence

from smolrun.engine.plan import PlannedMeta, PlannedTask
from smolrun.engine.strategy.base import Strategy
from smolrun.engine.task_outcome import TaskOutcome


class LinearStrategy(Strategy):
    """Ansible's ``linear``."""

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
            if isinstance(node, PlannedMeta):
                self._perform_meta(node, hosts)
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
            self._leave_out(planned, hosts)
            return
        once = batch.run_once(planned, hosts[0])
        chosen = hosts[:1] if once else hosts
        self._announce(reference, chosen)
        limit = self._throttle(planned, hosts[0])
        outcomes = self._workers.map(lambda host: batch.runner.run(planned, reference, host), chosen, limit=limit)
        batch.settle(planned, reference, outcomes)
        if once:
            self._for_all(planned, hosts, outcomes[0], shared=batch.keyword(planned, hosts[0], "run_once"))
        self._end_of_task(planned, hosts[0], outcomes)

    def _for_all(self, planned: PlannedTask, hosts: Sequence[str], outcome: TaskOutcome, *, shared: bool) -> None:
        """What a task that ran on the first host alone means for the others.

        Args:
            shared: ``run_once``: its result, and its failure, are everybody's. Where the module just runs once for all
                hosts (``add_host``, ``pause``) they stay with the first, as in Ansible.
        """
        batch = self._batch
        for host in hosts[1:]:
            if shared:
                self._share(planned, hosts[0], host, outcome)
            batch.handlers.notified(host).discard(planned)
            if shared and (outcome.has_failed or outcome.is_unreachable):
                batch.drag(host)
            elif outcome.cancelled:
                batch.progress[host].stop()
            else:
                batch.go_on(host, planned, outcome)

    def _share(self, planned: PlannedTask, first: str, host: str, outcome: TaskOutcome) -> None:
        memory, source = self._batch.services.memory.of(host), self._batch.services.memory.of(first)
        if planned.task.register_as is not None:
            memory.assign({planned.task.register_as: outcome.result}, hidden=outcome.no_log)
        facts = outcome.result.get("ansible_facts")
        if isinstance(facts, dict):
            shared = {key: source.assigned[key] for key in facts if key in source.assigned}
            memory.assign(shared, hidden=outcome.no_log)
