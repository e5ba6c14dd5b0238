"""One task on one host, from its loop to its registered result and its events."""

import time
from dataclasses import replace
from typing import Any

from smolrun.engine import results
from smolrun.engine.conditions import ConditionJudge
from smolrun.engine.debugger import TaskDebugger
from smolrun.engine.events import ItemFinished, TaskFinished, TaskReference
from smolrun.engine.execution import Executor
from smolrun.engine.failure import failure_of, failure_of_error
from smolrun.engine.item_runner import ItemRunner
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.loop import LoopControls, describe_item, items_of
from smolrun.engine.masking import CENSORED_ITEM, shown_diff, shown_failure, shown_result, shown_text
from smolrun.engine.plan import PlannedTask
from smolrun.engine.services import Services
from smolrun.engine.task_outcome import Execution, TaskOutcome
from smolrun.engine.variables.layers import LayeredVariables
from smolrun.errors import OperationCancelledError, SmolVMError
from smolrun.lazy_dataclass import dataclass


@dataclass(frozen=True)
class TaskRunner:
    """Runs tasks on hosts. Safe to use from several threads, one for each host.

    Attributes:
        services: of the run.
        executor: executes modules for this play.
        debugger: asks what to do after tasks that say so.
    """

    services: Services
    executor: Executor
    debugger: TaskDebugger

    def run(self, planned: PlannedTask, reference: TaskReference, host: str) -> TaskOutcome:
        """Run a task on a host: register its result, tell of it, and say how it ended."""
        around = {"environment": list(planned.keywords.environment)}
        variables = self.executor.scope.of(host, planned.scope).over(around)
        return _HostTask(self.services, self.executor, planned, reference, host, variables, self.debugger).run()


@dataclass
class _HostTask:
    services: Services
    executor: Executor
    planned: PlannedTask
    reference: TaskReference
    host: str
    variables: LayeredVariables
    debugger: TaskDebugger

    def run(self) -> TaskOutcome:
        began = time.monotonic()
        execution = self._debugged(self._whole())
        execution.duration = time.monotonic() - began
        results.complete(execution.result, execution.duration)
        self._register(execution)
        ignored = self._is_ignored(execution)
        notifications = self._notifications(execution)
        self._tell(execution, ignored=ignored)
        return TaskOutcome(
            host=self.host,
            status=execution.status,
            result=execution.result,
            ignored=ignored,
            notifications=notifications,
            cancelled=execution.cancelled,
            includes=execution.includes,
            no_log=execution.no_log,
        )

    def _debugged(self, execution: Execution) -> Execution:
        """What it comes to once nobody wants it to run again; what was before is not told as its result."""
        while not execution.cancelled:
            if not self.debugger.stops_at(self.planned, execution, self._is_ignored):
                break
            redo = self.debugger.ask(self.planned, self.variables, self.host, execution)
            if redo is None:
                break
            self.planned, self.variables = redo.planned, redo.variables
            execution = self._whole()
        return execution

    def _whole(self) -> Execution:
        loop = self.planned.task.loop
        if loop is None:
            return self._item_runner(self.variables).run()
        values = KeywordValues(self.services.templar, self.variables)
        try:
            items = items_of(loop, self.planned.task.module, self.services.templar, self.variables)
            controls = LoopControls.of(loop, values)
        except SmolVMError as error:
            # It counts only if the task is to run at all: `when` decides, which is looked at in the runner.
            return self._item_runner(self.variables).run(loop_error=error)
        if not items:
            return Execution(results.no_items())
        return self._loop(controls, items)

    def _item_runner(self, variables: LayeredVariables, label: str | None = None) -> ItemRunner:
        return ItemRunner(self.services, self.planned, self.reference, self.host, variables, self.executor, label)

    # --- loops -------------------------------------------------------------------------------------

    def _loop(self, controls: LoopControls, items: list[Any]) -> Execution:
        self._warn_of_collision(controls)
        done: list[Execution] = []
        collected: list[results.Result] = []
        for index in range(len(items)):
            if index and controls.pause:
                try:
                    self.services.stop.sleep(controls.pause)
                except OperationCancelledError:
                    done[-1].cancelled = True
                    break
            own = controls.variables(items, index)
            variables = self.variables.over(own)
            label = self._label(controls, items[index], variables)
            execution = self._item_runner(variables, label).run()
            execution.result = describe_item(execution.result, own)
            execution.includes = tuple(replace(include, variables=own) for include in execution.includes)
            done.append(execution)
            collected.append(execution.result)
            if label == CENSORED_ITEM:  # perhaps it speaks of the result itself
                label = self._label(controls, items[index], self._with_result(execution, variables))
            self._tell_item(execution, label)
            if execution.cancelled or (execution.result.get("unreachable") and not self._ignores_unreachable()):
                break
            if self._breaks(controls, execution, variables):
                break
        return self._combined(done, collected)

    def _label(self, controls: LoopControls, item: Any, variables: LayeredVariables) -> str:
        """What is shown of an item."""
        try:
            if self.services.hides(self.planned.keywords, KeywordValues(self.services.templar, variables)):
                return CENSORED_ITEM
            label = controls.label(item, self.services.templar, variables)
        except SmolVMError:
            # Whatever is wrong with it, the item's own execution says so where it matters.
            return CENSORED_ITEM
        return self.services.redactor.text(label)

    def _with_result(self, execution: Execution, variables: LayeredVariables) -> LayeredVariables:
        """The variables with an item's result under the name that the task registers."""
        name = self.planned.task.register_as
        return variables if name is None else variables.over({name: execution.result})

    def _breaks(self, controls: LoopControls, execution: Execution, variables: LayeredVariables) -> bool:
        seen = self._with_result(execution, variables)
        judge = ConditionJudge(self.services.templar, self.services.options.strict_conditions, self.services.warn_of)
        try:
            return controls.ends_after(judge, seen)
        except SmolVMError as error:
            execution.result |= {"failed": True, "msg": error.message}
            execution.failure = failure_of_error(error, self.planned.task.location)
            return True

    def _combined(self, done: list[Execution], collected: list[results.Result]) -> Execution:
        combined = Execution(
            results.of_items(collected),
            command_line=None,
            diff=tuple(entry for execution in done for entry in execution.diff),
            no_log=any(execution.no_log for execution in done),
            attempts=max(execution.attempts for execution in done),
            cancelled=any(execution.cancelled for execution in done),
            includes=tuple(include for execution in done for include in execution.includes),
            delegated_to=next((execution.delegated_to for execution in done if execution.delegated_to), None),
        )
        failures = [execution.failure for execution in done if execution.failure is not None]
        if len(failures) == 1:
            combined.failure = failures[0]
        elif failures:
            message = f"{len(failures)} of {len(done)} items failed"
            combined.failure = failure_of(message, self.planned.task.location)
        return combined

    def _warn_of_collision(self, controls: LoopControls) -> None:
        if controls.variable in self.variables:
            self.services.warn(
                f"the loop variable '{controls.variable}' is already in use",
                self.planned.task.location,
                "give the loop another one with 'loop_control: {loop_var: NAME}'",
            )

    # --- the end -----------------------------------------------------------------------------------

    def _register(self, execution: Execution) -> None:
        name = self.planned.task.register_as
        if name is not None:
            self.services.memory.of(self.host).assign({name: execution.result}, hidden=execution.no_log)

    def _is_ignored(self, execution: Execution) -> bool:
        status = execution.status
        if status in ("unreachable", "lost"):
            return self._ignores_unreachable()
        if status not in ("failed", "timed_out") or execution.cancelled:
            return False
        return self._flag("ignore_errors")

    def _ignores_unreachable(self) -> bool:
        return self._flag("ignore_unreachable")

    def _flag(self, keyword: str) -> bool:
        values = KeywordValues(self.services.templar, self.variables)
        try:
            return values.flag(self.planned.keywords, keyword)
        except SmolVMError as error:
            self.services.warn_of_error(error)
            return False

    def _notifications(self, execution: Execution) -> tuple[str, ...]:
        if execution.status != "changed" or not self.planned.keywords.notify:
            return ()
        values = KeywordValues(self.services.templar, self.variables)
        try:
            return values.texts(self.planned.keywords, "notify")
        except SmolVMError as error:
            execution.result |= {"failed": True, "ok": False, "msg": error.message}
            execution.failure = failure_of_error(error, self.planned.task.location)
            return ()

    # --- events ------------------------------------------------------------------------------------

    def _tell_item(self, execution: Execution, label: str) -> None:
        redactor, no_log = self.services.redactor, execution.no_log
        ignored = execution.status in ("failed", "timed_out") and self._flag("ignore_errors")
        self.services.bus.emit(
            ItemFinished(
                time=time.time(),
                task=self.reference,
                host=self.host,
                item=CENSORED_ITEM if no_log else label,
                status=execution.status,
                ignored=ignored,
                result=shown_result(execution.result, redactor, no_log=no_log),
                failure=shown_failure(execution.failure, redactor, no_log=no_log),
                duration=execution.duration,
            )
        )

    def _tell(self, execution: Execution, *, ignored: bool) -> None:
        redactor, no_log = self.services.redactor, execution.no_log
        self.services.bus.emit(
            TaskFinished(
                time=time.time(),
                task=self.reference,
                host=self.host,
                status=execution.status,
                ignored=ignored,
                delegated_to=execution.delegated_to,
                result=shown_result(execution.result, redactor, no_log=no_log),
                command_line=shown_text(execution.command_line, redactor, no_log=no_log),
                diff=shown_diff(execution.diff, redactor, no_log=no_log),
                failure=shown_failure(execution.failure, redactor, no_log=no_log),
                duration=execution.duration,
                attempts=execution.attempts,
            )
        )
