"""One task on one host, or one item of its loop: ``when``, arguments, attempts, and what counts as what.

The order is Ansible's (``TaskExecutor``): conditions, arguments, execution, ``changed_when``, ``failed_when``,
``until``.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smolrun.engine import involved, results
from smolrun.engine.arguments import arguments_of, secrets_in
from smolrun.engine.conditions import ConditionError, ConditionJudge
from smolrun.engine.events import Failure, RetryScheduled, TaskReference
from smolrun.engine.execution import Executor
from smolrun.engine.failure import failure_of, failure_of_error
from smolrun.engine.hidden_values import HiddenValues
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.masking import shown_result
from smolrun.engine.plan import PlannedTask
from smolrun.engine.services import Services
from smolrun.engine.task_outcome import Execution
from smolrun.engine.variables.layers import LayeredVariables
from smolrun.errors import NotRunError, OperationCancelledError, SmolVMError, TemplateError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Arguments
from smolrun.modules.registry import FoundModule, near
from smolrun.playbook.models import Condition
from smolrun.source.text import location_of
from smolrun.templating.scope import Scope

DEFAULT_RETRIES = 3
"""Further attempts where there is an ``until`` and no ``retries`` (Ansible's documentation, "Retrying a task")."""

DEFAULT_DELAY = 5.0
"""Seconds between two attempts."""


@dataclass(frozen=True)
class ItemRunner:
    """Runs one task, or one item of its loop, on one host.

    Attributes:
        services: of the run.
        planned: the task.
        reference: its name in events.
        host: that it is for.
        variables: of that host, those of the item included.
        executor: does what the module does, once.
        label: of the item, if it is one.
        delegate: the other host that it happens on (``delegate_to``).
    """

    services: Services
    planned: PlannedTask
    reference: TaskReference
    host: str
    variables: LayeredVariables
    executor: Executor
    label: str | None = None
    delegate: str | None = None

    def run(self, loop_error: SmolVMError | None = None) -> Execution:
        """What it comes to. Never raises for what is wrong with the task or its host.

        Args:
            loop_error: why there is nothing to loop over; counts only if ``when`` holds.
        """
        began = time.monotonic()
        no_log = True  # until it is known better
        try:
            values = KeywordValues(self.services.templar, self.variables)
            no_log = self.services.hides(self.planned.keywords, values)
            execution = self._run(values, loop_error, no_log=no_log)
        except SmolVMError as error:
            execution = self._failed(error, self._mentioned(error))
        if execution.failure is not None and execution.judged and not no_log:
            execution.failure = self._with_values(execution.failure)
        execution.no_log = no_log
        execution.duration = time.monotonic() - began
        results.complete(execution.result, execution.duration)
        return execution

    def _run(self, values: KeywordValues, loop_error: SmolVMError | None, *, no_log: bool) -> Execution:
        verdict = self._judge.all_hold("when", self.planned.keywords.when, self.variables)
        if not verdict.holds:
            return Execution(results.skipped_by(verdict.false))
        if loop_error is not None:
            raise loop_error
        delegate = self._delegate(values)
        if delegate is not None:
            return self._on(delegate)._execute(no_log=no_log)
        return self._execute(no_log=no_log)

    def _delegate(self, values: KeywordValues) -> str | None:
        """The other host that it happens on, if it does."""
        if self.planned.keywords.delegate_to is None:
            return None
        name = values.value(self.planned.keywords, "delegate_to")
        return str(name) if name else None

    def _on(self, delegate: str) -> "ItemRunner":
        """The same on another host, whose variables ``ansible_delegated_vars`` gives."""
        theirs = self.executor.scope.of(delegate, self.planned.scope)
        seen = Scope(theirs)
        # The address of the delegate, as in Ansible, where a task that is delegated to an unknown host knows it too.
        delegated = {"ansible_delegated_vars": {delegate: seen}, "ansible_host": self._address_of(delegate, theirs)}
        return replace(self, variables=self.variables.over(delegated), delegate=delegate)

    def _address_of(self, delegate: str, theirs: LayeredVariables) -> Any:
        if delegate == "localhost":
            return delegate
        try:
            return self.services.templar.render(theirs.get("ansible_host", delegate), theirs)
        except TemplateError:
            return delegate  # whoever connects to it tells what is wrong

    def _execute(self, *, no_log: bool) -> Execution:
        values = KeywordValues(self.services.templar, self.variables)
        found = self._module()
        arguments = arguments_of(self.planned, found, self.services.templar, self.variables)
        self.services.keep_secret(secrets_in(arguments))
        return self._attempts(found, arguments, values, no_log=no_log)

    def _module(self) -> FoundModule:
        if self.planned.module is not None:
            return self.planned.module
        name = self.planned.task.module
        meant = near(name)
        hint = f"did you mean '{meant}'?" if meant else None
        raise SmolVMError(
            f"there is no module '{name}' here",
            hint=self.services.extensions.modules.why_refused(name) or hint,
            location=self.planned.task.location,
        )

    # --- attempts ----------------------------------------------------------------------------------

    def _attempts(self, found: FoundModule, arguments: Arguments, values: KeywordValues, *, no_log: bool) -> Execution:
        task = self.planned.task
        retries = values.value(task, "retries")
        most = 1 + (max(0, retries) if retries is not None else DEFAULT_RETRIES if task.until else 0)
        delay = values.value(task, "delay")
        delay = DEFAULT_DELAY if delay is None else delay if delay >= 0 else 1.0
        for attempt in range(1, most + 1):
            execution = self._attempt(found, arguments, values, attempt, no_log=no_log)
            execution.attempts = attempt
            if most == 1:
                execution.result.pop("attempts", None)
                return execution
            execution.result["attempts"] = attempt
            if execution.is_final or self._is_enough(execution):
                return execution
            if attempt < most:
                self._announce_retry(execution, attempt, most, delay, no_log=no_log)
                self.services.stop.sleep(delay)
        return self._exhausted(execution, most)

    def _is_enough(self, execution: Execution) -> bool:
        until = self.planned.task.until
        if not until:
            return not execution.result.get("failed")
        return self._judge.all_hold("until", until, self._with_result(execution)).holds

    def _exhausted(self, execution: Execution, most: int) -> Execution:
        execution.result["attempts"] = most - 1  # the number of retries, as in Ansible
        if execution.result.get("failed_when_result") is False:
            return execution  # `failed_when` has the last word
        execution.result["failed"] = True
        if execution.failure is None or self.planned.task.until:
            message = f"still not as 'until' wants it after {most} attempts"
            if not self.planned.task.until:
                message = f"failed in all of {most} attempts"
            execution.failure = self._explain(message, self.planned.task.until, self._with_result(execution))
        return execution

    def _announce_retry(self, execution: Execution, attempt: int, most: int, delay: float, *, no_log: bool) -> None:
        self.services.bus.emit(
            RetryScheduled(
                time=time.time(),
                task=self.reference,
                host=self.host,
                attempt=attempt,
                attempts=most,
                delay=delay,
                result=shown_result(execution.result, self.services.redactor, no_log=no_log),
            )
        )

    def _attempt(
        self, found: FoundModule, arguments: Arguments, values: KeywordValues, attempt: int, *, no_log: bool
    ) -> Execution:
        began = time.monotonic()
        try:
            execution = self.executor.execute(self, found, arguments, values, attempt=attempt, no_log=no_log)
        except TemplateError as error:  # of an expression that the module evaluates itself
            return self._failed(error, self._mentioned(error))
        except SmolVMError as error:
            execution = self._failed(error, {})
        results.complete(execution.result, time.monotonic() - began)
        if self.planned.task.until or self.planned.task.retries is not None:
            execution.result["attempts"] = attempt  # conditions may look at it
        if execution.judged and not execution.result.get("skipped"):
            self._judge_result(execution)
            results.complete(execution.result, time.monotonic() - began)
        self._refuse_cut_output(execution)
        return execution

    def _failed(self, error: SmolVMError, variables: dict[str, Any]) -> Execution:
        explained = failure_of_error(error, self.planned.task.location, variables)
        cancelled = isinstance(error, OperationCancelledError) or (
            self.services.stop.is_set and isinstance(error, NotRunError)  # its connection was being made
        )
        judged = not isinstance(error, TemplateError) and self.executor.judges(error)
        return Execution(results.from_error(error), explained, judged=judged, cancelled=cancelled)

    # --- what counts as changed and failed ---------------------------------------------------------

    def _judge_result(self, execution: Execution) -> None:
        task, result = self.planned.task, execution.result
        try:
            if task.changed_when is not None:
                seen = self._with_result(execution)
                result["changed"] = self._judge.all_hold("changed_when", task.changed_when, seen).holds
            if task.failed_when is not None:
                seen = self._with_result(execution)
                fails = self._judge.all_hold("failed_when", task.failed_when, seen).holds
                result["failed"] = result["failed_when_result"] = fails
                execution.failure = self._explain_failed_when(execution, seen) if fails else None
        except ConditionError as error:
            result |= {"failed": True, "msg": error.message}
            seen = self._with_result(execution)
            execution.failure = failure_of_error(error, task.location, self._values((error.condition,), seen))

    def _explain_failed_when(self, execution: Execution, seen: Mapping[str, Any]) -> Failure:
        message = "'failed_when' holds"
        return self._explain(message, self.planned.task.failed_when or (), seen)

    def _refuse_cut_output(self, execution: Execution) -> None:
        result = execution.result
        if not result.get("truncated") or self.planned.task.register_as is None or result.get("failed"):
            return
        message = (
            f"the output passed the limit and was cut, so that nothing can be concluded from "
            f"'{self.planned.task.register_as}'"
        )
        result |= {"failed": True, "ok": False, "msg": message}
        hint = "raise the limit with --output-limit BYTES, let the command write to a file, or do not register it"
        execution.failure = failure_of(message, self.planned.task.location, hint=hint)

    def _with_result(self, execution: Execution) -> LayeredVariables:
        """The variables with the result under the name it will be registered as."""
        name = self.planned.task.register_as
        return self.variables if name is None else self.variables.over({name: execution.result})

    # --- explaining --------------------------------------------------------------------------------

    @property
    def _judge(self) -> ConditionJudge:
        return ConditionJudge(self.services.templar, self.services.options.strict_conditions, self.services.warn_of)

    def _explain(self, message: str, conditions: tuple[Condition, ...], variables: Mapping[str, Any]) -> Failure:
        place = next((found for found in map(location_of, conditions) if found is not None), None)
        return failure_of(
            message, self.planned.task.location, location=place, variables=self._values(conditions, variables)
        )

    def _values(self, expressions: tuple[Any, ...], variables: Mapping[str, Any]) -> dict[str, Any]:
        names = involved.names_in(expressions, expressions=True)
        return involved.values_of(names, self.services.templar, variables, self.hidden(variables))

    def hidden(self, variables: Mapping[str, Any]) -> HiddenValues:
        """The variables whose values no message tells."""
        return HiddenValues(self.services.memory.of(self.host).hidden, variables)

    def _mentioned(self, error: SmolVMError) -> dict[str, Any]:
        """The values of what is mentioned where the error comes from."""
        if isinstance(error, ConditionError):
            return self._values((error.condition,), self.variables)
        return involved.of_error(
            error, self.planned, self.services.templar, self.variables, self.hidden(self.variables)
        )

    def _with_values(self, failure: Failure) -> Failure:
        """What a module tells, and what the variables were that its arguments mention."""
        if failure.variables:
            return failure
        module = self.planned.module
        model = module.module.arguments if module is not None else None
        hidden = self.hidden(self.variables)
        values = involved.of_arguments(self.planned, model, self.services.templar, self.variables, hidden)
        return replace(failure, variables=values)
