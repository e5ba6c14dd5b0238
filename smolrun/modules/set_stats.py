"""``set_stats``: figures of the run, for whoever reads its results."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.source.coercions import to_boolean


def _flag(value: Any) -> bool:
    """As in ansible-core, what is no word for true is false."""
    try:
        return bool(to_boolean(value))
    except ValueError:
        return False


Flag = Annotated[bool, BeforeValidator(_flag)]


class SetStatsArguments(Arguments):
    """Tell figures of the run. They are in the result, and so in ``--output json``; the recap does not show them.

    Example:
        ```yaml
        - set_stats:
            data: {packages_upgraded: "{{ upgraded | length }}"}
        ```

    Returns: ``ansible_stats`` with ``data``, ``per_host`` and ``aggregate``. Never ``changed``.

    The guest needs: nothing; no connection is made.
    """

    data: Any = Field(default_factory=dict, description="The figures, by names that could be those of variables")
    per_host: Flag = Field(False, description="They are those of the host, not of the run")
    aggregate: Flag = Field(True, description="Whoever collects them adds them to what was told before")


def run(arguments: SetStatsArguments, task: TaskContext) -> ModuleResult:
    data = arguments.data
    if not isinstance(data, Mapping):
        return ModuleResult(failed=True, msg="The 'data' option needs to be a dictionary/hash")
    for name in data:
        if not isinstance(name, str) or not name.isidentifier():
            return ModuleResult(failed=True, msg=f"Invalid variable name '{name}' in 'data'")
    told = {"data": dict(data), "per_host": arguments.per_host, "aggregate": arguments.aggregate}
    return ModuleResult(values={"ansible_stats": told})


MODULE = Module(SetStatsArguments, run, check_mode="always", uses_guest=False, background="never")
