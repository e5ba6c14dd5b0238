"""``assert``: end the host's play unless conditions hold."""  # noqa: N999 - it is named as Ansible names it, and only ever imported by name

from collections.abc import Sequence
from typing import Any

from pydantic import AliasChoices, Field

from smolrun.diagnostic import Diagnostic
from smolrun.errors import TemplateError, UndefinedVariableError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.shortening import beginning
from smolrun.source.coercions import Boolean
from smolrun.source.text import SourceText
from smolrun.templating.analysis import analyse

ALL_PASSED = "All assertions passed"
LONGEST_SHOWN = 200
"""Characters of a value in a message; enough to see what it is."""


class AssertArguments(Arguments):
    """Check that conditions hold, and fail where one does not, showing the values that it looked at.

    Example:
        ```yaml
        - assert:
            that:
              - ansible_facts.memtotal_mb >= 512
              - domain is match('.*[.]example[.]org')
            fail_msg: "{{ inventory_hostname }} is too small, or nowhere"
            quiet: true
        ```

    Returns: ``msg``; after a failure also ``assertion``, ``evaluated_to`` and ``involved`` (the variables it names and
    their values). Never ``changed``.

    The guest needs: nothing; no connection is made.
    """

    that: Any = Field(description="The conditions, written as for `when`; all have to hold")
    fail_msg: Any = Field(
        None, validation_alias=AliasChoices("fail_msg", "msg"), description="The message where one does not hold"
    )
    success_msg: Any = Field(None, description="The message where all hold")
    quiet: Boolean = Field(False, description="Say as little as possible")


def run(arguments: AssertArguments, task: TaskContext) -> ModuleResult:
    warnings: list[str] = []
    for expression in _expressions(arguments.that, task):
        outcome = task.templar.condition(expression, task.variables)
        if outcome.warning is not None and task.strict_conditions:
            warning = outcome.warning
            raise TemplateError(warning.message, hint=warning.hint, location=warning.location)
        if outcome.warning is not None:
            warnings.append(_text(outcome.warning))
        if not outcome.value:
            return _failure(expression, outcome.value, arguments, task, tuple(warnings))
    message = arguments.success_msg if arguments.success_msg is not None else ALL_PASSED
    return ModuleResult(msg=_message(message), warnings=tuple(warnings))


def _expressions(that: Any, task: TaskContext) -> Sequence[Any]:
    """The conditions one by one; a template may stand for a list that was written elsewhere."""
    if isinstance(that, SourceText) and that.is_template:
        held = task.variables.get(that.strip().removeprefix("{{").removesuffix("}}").strip())
        if isinstance(held, list | tuple):
            return held
    return that if isinstance(that, list | tuple) else [that]


def _failure(
    expression: Any, value: bool, arguments: AssertArguments, task: TaskContext, warnings: tuple[str, ...]
) -> ModuleResult:
    involved = {} if task.no_log else _involved(expression, task)
    if arguments.fail_msg is not None:
        message = _message(arguments.fail_msg)
    else:
        seen = ", ".join(f"{name} = {_short(held)}" for name, held in involved.items())
        message = f"Assertion failed: {expression}" + (f" ({seen})" if seen and not arguments.quiet else "")
    return ModuleResult(
        failed=True,
        msg=message,
        values={"assertion": _plain(expression), "evaluated_to": value, "involved": involved},
        warnings=warnings,
    )


def _involved(expression: Any, task: TaskContext) -> dict[str, Any]:
    """The variables that the expression names, and what they hold."""
    if not isinstance(expression, SourceText):
        return {}
    names = dict.fromkeys(used.name for used in analyse(expression, expression=True).names)
    values: dict[str, Any] = {}
    for name in names:
        if name in task.hidden:
            values[name] = "(censored due to no_log)"
        elif name.isidentifier() and name in task.variables:
            try:
                values[name] = task.templar.evaluate(SourceText(name, expression.location), task.variables)
            except UndefinedVariableError as error:
                values[name] = f"undefined: {error.message}"
    return values


def _short(value: Any) -> str:
    shown = repr(value)
    return beginning(shown, LONGEST_SHOWN)


def _message(message: Any) -> str:
    return "\n".join(map(str, message)) if isinstance(message, list | tuple) else str(message)


def _plain(expression: Any) -> Any:
    return str(expression) if isinstance(expression, str) else expression


def _text(warning: Diagnostic) -> str:
    return f"{warning.message}: {warning.hint}" if warning.hint else warning.message


MODULE = Module(
    AssertArguments, run, raw_arguments=frozenset({"that"}), check_mode="always", uses_guest=False, background="never"
)
