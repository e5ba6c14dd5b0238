"""``set_fact``: give variables to a host for the rest of the run."""

from keyword import iskeyword
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.source.coercions import Boolean

_JINJA_WORDS = frozenset({"true", "false", "none"})


class SetFactArguments(Arguments):
    """Set variables on the host. They are computed now, and are data from then on.

    Example:
        ```yaml
        - set_fact:
            release: "{{ tag | regex_replace('^v', '') }}"
            features: [logs, metrics]
        ```

    Returns: ``ansible_facts`` with what was set. Never ``changed``.

    The guest needs: nothing; no connection is made.
    """

    model_config = ConfigDict(extra="allow")

    cacheable: Boolean = Field(False, description="Keep them as facts too, beside the host's gathered ones")

    @model_validator(mode="after")
    def _names(self) -> "SetFactArguments":
        values = self.model_extra or {}
        if not values:
            raise mistake("there is no variable to set; write `NAME: VALUE` below `set_fact`")
        for name in values:
            if not name.isidentifier() or not name.isascii() or iskeyword(name) or name in _JINJA_WORDS:
                raise mistake(
                    f"Invalid variable name '{name}': letters, digits and underscores, not beginning with a digit, "
                    "and no word of the language"
                )
        return self


def run(arguments: SetFactArguments, task: TaskContext) -> ModuleResult:
    values: dict[str, Any] = dict(arguments.model_extra or {})
    return ModuleResult(
        facts=values,
        ansible_facts=values if arguments.cacheable else {},
        values={"ansible_facts": values, "_ansible_facts_cacheable": True}
        if arguments.cacheable
        else {"ansible_facts": values},
    )


MODULE = Module(
    SetFactArguments, run, takes_any_argument=True, check_mode="always", uses_guest=False, background="never"
)
