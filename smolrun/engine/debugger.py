"""The task debugger (``debugger``, ``strategy: debug``): asks what to do once a task has ended.

docs.ansible.com, "Debugging tasks". Expressions are those of templates; nothing of Python's is run.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from threading import Lock
from typing import Any

from smolrun.engine.masking import shown_result
from smolrun.engine.options import Prompt
from smolrun.engine.plan import PlannedTask
from smolrun.engine.services import Services
from smolrun.engine.task_outcome import Execution
from smolrun.engine.variables.layers import LayeredVariables
from smolrun.errors import SmolVMError
from smolrun.lazy_dataclass import dataclass
from smolrun.source.text import SourceText, trusted
from smolrun.templating.scope import Scope

HELP = """\
p EXPRESSION                   print it: task, task.args, task_vars['NAME'], host, result
task.args['NAME'] = VALUE      give the task another argument
task_vars['NAME'] = VALUE      give the task another variable
u(pdate_task)                  take the task's arguments as they were written
r(edo)                         run the task again
c(ontinue)                     go on with this result
q(uit)                         end the run"""

_ASSIGNMENT = re.compile(r"(?P<what>task\.args|task_vars)\s*\[(?P<key>[^]]+)\]\s*=(?!=)\s*(?P<value>.+)")


@dataclass(frozen=True)
class Redo:
    """The task as it is to run again."""

    planned: PlannedTask
    variables: LayeredVariables


@dataclass
class _Stop:
    """One conversation about one task on one host, and what it has changed."""

    planned: PlannedTask
    variables: LayeredVariables
    host: str
    execution: Execution
    arguments: dict[str, Any]
    changed: dict[str, Any] = field(default_factory=dict)


class TaskDebugger:
    """Asks about the tasks of one play.

    Args:
        services: of the run.
        everywhere: stop at each failure and each unreachable host (``strategy: debug``).
    """

    def __init__(self, services: Services, *, everywhere: bool) -> None:
        self._services = services
        self._everywhere = everywhere
        self._lock = Lock()  # hosts work side by side, and there is one terminal

    def stops_at(self, planned: PlannedTask, execution: Execution, is_ignored: Callable[[Execution], bool]) -> bool:
        """Whether to ask. Failures that are ignored are none, as Ansible has it by default."""
        when = planned.keywords.debugger
        if when is None and not self._everywhere:
            return False
        status = execution.status
        failed = status in ("failed", "timed_out") and not is_ignored(execution)
        unreachable = status in ("unreachable", "lost")
        match when:
            case "always":
                return True
            case "on_failed":
                return failed
            case "on_unreachable":
                return unreachable
            case "on_skipped":
                return status == "skipped"
            case "never":
                return False
        return failed or unreachable

    def ask(self, planned: PlannedTask, variables: LayeredVariables, host: str, execution: Execution) -> Redo | None:
        """What is to run again; None to go on, or where there is nobody to ask."""
        prompt = self._services.options.prompt
        if prompt is None:
            message = "the debugger does not stop, since there is no terminal"
            self._services.warn(message, planned.task.location)
            return None
        with self._lock:
            if self._services.stop.is_set:
                return None
            return self._talk(prompt, _Stop(planned, variables, host, execution, dict(planned.task.arguments)))

    def _talk(self, prompt: Prompt, stop: _Stop) -> Redo | None:
        name = stop.planned.reference.name
        said = f"{stop.execution.status}: {self._shown(stop).get('msg', '')}".rstrip(": ")
        while True:
            line = prompt(self._services.redactor.text(f"{said}\n[{stop.host}] TASK: {name} (debug)> "), True)
            word, _, rest = (line or "").strip().partition(" ")
            said = ""
            match word:
                case "c" | "continue":
                    return None
                case "r" | "redo":
                    return self._again(stop)
                case "u" | "update_task":
                    stop.arguments = dict(stop.planned.task.arguments)
                case "p" | "pprint" | "print":
                    said = self._told(rest, stop)
                case "q" | "quit":
                    break
                case "" if line is None:
                    break  # the end of the input
                case "":
                    continue
                case _:
                    said = HELP if word in ("h", "help", "?") else self._assign((line or "").strip(), stop)
        self._services.stop.set()
        self._services.connections.cancel_all()
        return None

    def _again(self, stop: _Stop) -> Redo:
        task = stop.planned.task.model_copy(update={"arguments": stop.arguments})
        return Redo(replace(stop.planned, task=task), stop.variables.over(stop.changed))

    # --- expressions -------------------------------------------------------------------------------

    def _told(self, expression: str, stop: _Stop) -> str:
        import pprint

        try:
            # Before it is laid out: a long text is told in pieces.
            return pprint.pformat(self._services.redactor.data(_plain(self._evaluate(expression, stop))))
        except SmolVMError as error:
            return f"*** {error.message}"

    def _evaluate(self, expression: str, stop: _Stop) -> Any:
        result = self._shown(stop)
        seen = {
            "task": {"name": stop.planned.reference.name, "args": _plain(stop.arguments)},
            "task_vars": Scope(stop.variables.over(stop.changed)),
            "host": stop.host,
            "result": {**result, "_result": result},
        }
        return self._services.templar.evaluate(SourceText(expression), seen)

    def _shown(self, stop: _Stop) -> dict[str, Any]:
        return shown_result(stop.execution.result, self._services.redactor, no_log=stop.execution.no_log)

    def _assign(self, line: str, stop: _Stop) -> str:
        found = _ASSIGNMENT.fullmatch(line)
        if found is None:
            return f"*** unknown command\n{HELP}"
        try:
            key = str(self._evaluate(found["key"], stop))
            # Whoever is at the terminal may write templates.
            value = trusted(self._evaluate(found["value"], stop))
        except SmolVMError as error:
            return f"*** {error.message}"
        (stop.arguments if found["what"] == "task.args" else stop.changed)[key] = value
        return ""


def _plain(value: Any) -> Any:
    """The same with no text that would be rendered."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
