"""``include_role``: a role, brought in when the play comes to it."""

from typing import Any

from pydantic import AliasChoices, Field

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.source.coercions import Boolean


class IncludeRoleArguments(Arguments):
    """Run a role here. Its name may depend on the host, and on the item of a loop.

    Example:
        ```yaml
        - include_role:
            name: postgresql
            tasks_from: backup
        ```

    Returns: ``include_args``, what was asked for.

    The guest needs: nothing; no connection is made.
    """

    name: str = Field(validation_alias=AliasChoices("name", "role"), description="The role")
    tasks_from: str | None = Field(None, description="A file of its tasks, instead of main")
    vars_from: str | None = Field(None, description="A file of its vars, instead of main")
    defaults_from: str | None = Field(None, description="A file of its defaults, instead of main")
    handlers_from: str | None = Field(None, description="A file of its handlers, instead of main")
    public: Boolean | None = Field(None, description="The whole play sees its vars and defaults; unsaid, it does not")
    apply: dict[str, Any] | None = Field(None, description="Keywords for every task that is brought in")
    allow_duplicates: Boolean = Field(True, description="Run it again if it ran already")
    rolespec_validate: Boolean = Field(True, description="Check its arguments, if it says what they are")


def run(arguments: IncludeRoleArguments, task: TaskContext) -> ModuleResult:
    asked = arguments.model_dump(exclude={"apply"})
    said = {name: value for name, value in asked.items() if name in arguments.model_fields_set and value is not None}
    return ModuleResult(values={"include_args": said}, include=asked)


MODULE = Module(
    IncludeRoleArguments,
    run,
    raw_arguments=frozenset({"apply"}),
    check_mode="always",
    uses_guest=False,
    background="never",
)
