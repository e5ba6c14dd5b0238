"""``meta``: words to the engine (docs.ansible.com, ``ansible.builtin.meta``)."""

import time
from collections.abc import Callable, Sequence

from smolrun.engine import results
from smolrun.engine.batch import Batch
from smolrun.engine.conditions import ConditionJudge
from smolrun.engine.events import TaskFinished, TaskStarted
from smolrun.engine.failure import failure_of_error
from smolrun.engine.guest import guest_of
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.masking import shown_failure, shown_result
from smolrun.engine.plan import PlannedMeta
from smolrun.errors import LoadError, SmolVMError
from smolrun.playbook.tasks import UNCONDITIONAL

FOR_ALL = frozenset({"end_play", "end_batch", "clear_host_errors", "clear_facts", "refresh_inventory"})
"""Those that happen once, for all hosts; the condition is looked at for the first host alone, as in Ansible."""


class MetaActions:
    """Does what ``meta`` says, for the hosts of a batch."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._for_all: dict[str, Callable[[], None]] = {
            "end_play": batch.end_play,
            "end_batch": batch.end_batch,
            "clear_host_errors": batch.clear_errors,
            "clear_facts": self._clear_facts,
            "refresh_inventory": batch.scope.hosts.reread,
        }

    def perform(self, node: PlannedMeta, hosts: Sequence[str]) -> None:
        """Do it for hosts that have come to it, and send them on."""
        if node.action in FOR_ALL:
            self._once(node, hosts)
            return
        for host in hosts:
            self._per_host(node, host)

    def _once(self, node: PlannedMeta, hosts: Sequence[str]) -> None:
        holds = self._holds(node, hosts[0])
        if holds is None:
            hosts = hosts[1:]
        for host in hosts:
            self._batch.progress[host].advance()
        if not holds:
            return
        try:
            self._for_all[node.action]()
        except LoadError:
            raise
        except SmolVMError as error:
            self._fail(node, hosts[0], error)

    def _per_host(self, node: PlannedMeta, host: str) -> None:
        holds = self._holds(node, host)
        if holds is None:
            return
        progress = self._batch.progress[host]
        if node.action == "flush_handlers" and holds and not progress.flushing:
            self._batch.flush(host)
            return
        progress.advance()
        if not holds:
            return
        if node.action == "end_host":
            self._batch.end_host(host)
        elif node.action == "end_role":
            progress.end_role()
        elif node.action == "reset_connection":
            self._reset(node, host)

    def _holds(self, node: PlannedMeta, host: str) -> bool | None:
        """Whether its conditions hold for a host; None after failing the host for what is wrong with them."""
        if not node.when or node.action in UNCONDITIONAL:
            return True
        services = self._batch.services
        judge = ConditionJudge(services.templar, services.options.strict_conditions, services.warn_of)
        try:
            return judge.all_hold("when", node.when, self._batch.scope.of(host, node.scope)).holds
        except SmolVMError as error:
            self._fail(node, host, error)
            return None

    def _fail(self, node: PlannedMeta, host: str, error: SmolVMError) -> None:
        """Fail a host at the word."""
        batch, reference = self._batch, node.reference
        assert reference is not None  # what nobody wrote has no condition, and does nothing that fails
        redactor, now = batch.services.redactor, time.time()
        result = results.complete(results.from_error(error), 0.0)
        place = node.keywords.location if node.keywords is not None else None
        failure = failure_of_error(error, place)
        batch.services.bus.emit(TaskStarted(time=now, task=reference, hosts=(host,)))
        batch.services.bus.emit(
            TaskFinished(
                time=now,
                task=reference,
                host=host,
                status=results.status_of(result),
                result=shown_result(result, redactor, no_log=False),
                failure=shown_failure(failure, redactor, no_log=False),
            )
        )
        batch.fail_at(host, {"name": reference.name, "action": "meta"}, result)

    # --- what they do ------------------------------------------------------------------------------

    def _clear_facts(self) -> None:
        for host in self._batch.all_of_play:
            self._batch.services.memory.of(host).clear_facts()

    def _reset(self, node: PlannedMeta, host: str) -> None:
        batch = self._batch
        variables = batch.scope.of(host, node.scope)
        if node.keywords is None:
            return
        try:
            values = KeywordValues(batch.services.templar, variables)
            folder = batch.runner.executor.folder
            guest = guest_of(batch.services, host, node.keywords, values, variables, folder)
            guest.connection.reset()
        except SmolVMError as error:
            self._fail(node, host, error)
