"""``debug``: show a message or a value."""

from typing import Any

from pydantic import Field, model_validator

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.source.coercions import Integer
from smolrun.source.text import SourceText

HELLO = "Hello world!"


class DebugArguments(Arguments):
    """Show a message, or the value of a variable or expression.

    Example:
        ```yaml
        - debug:
            msg: "{{ inventory_hostname }} runs {{ ansible_facts.distribution }}"
        - debug:
            var: install.stdout_lines
            verbosity: 1
        ```

    Returns: ``msg``, or the value under the name that `var` gives, where ``<< error 1 - 'name' is undefined >>``
    stands for what is undefined. Never ``changed``.

    The guest needs: nothing; no connection is made.
    """

    msg: Any = Field(None, description="What to show, text or any value; `Hello world!` where nothing is said")
    var: Any = Field(None, description="A variable or an expression, without `{{ }}`, whose value to show")
    verbosity: Integer = Field(0, description="Show it only from so many `-v` on")

    @model_validator(mode="after")
    def _one(self) -> "DebugArguments":
        if {"msg", "var"} <= self.model_fields_set:
            raise mistake("`msg` and `var` exclude each other")
        return self


def run(arguments: DebugArguments, task: TaskContext) -> ModuleResult:
    if arguments.verbosity > _verbosity(task):
        return ModuleResult(skipped=True, msg="", values={"skipped_reason": "Verbosity threshold not met."})
    if "var" in arguments.model_fields_set:
        name = str(arguments.var)
        return ModuleResult(values={name: _value(arguments.var, task)})
    message = arguments.msg if "msg" in arguments.model_fields_set else HELLO
    return ModuleResult(values={"msg": message})


def _verbosity(task: TaskContext) -> int:
    """How many ``-v`` the user gave, which every host knows as ``ansible_verbosity``."""
    given = task.variables.get("ansible_verbosity", 0)
    return given if isinstance(given, int) else 0


def _value(var: Any, task: TaskContext) -> Any:
    expression = isinstance(var, SourceText) and not var.is_template
    return task.templar.presented(var, task.variables, expression=expression)


MODULE = Module(
    DebugArguments, run, raw_arguments=frozenset({"var"}), check_mode="always", uses_guest=False, background="never"
)
