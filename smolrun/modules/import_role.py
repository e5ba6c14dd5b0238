"""``import_role``: a role, brought in when the playbook is loaded."""

from pydantic import AliasChoices, Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.source.coercions import Boolean


class ImportRoleArguments(Arguments):
    """The tasks of a role, as if they were written here; keywords go to each of them.

    Example:
        ```yaml
        - import_role:
            name: postgresql
          tags: database
        ```

    Returns: nothing; it is gone when the playbook is loaded.

    The guest needs: nothing; no connection is made.
    """

    name: str = Field(validation_alias=AliasChoices("name", "role"), description="The role")
    tasks_from: str | None = Field(None, description="A file of its tasks, instead of main")
    vars_from: str | None = Field(None, description="A file of its vars, instead of main")
    defaults_from: str | None = Field(None, description="A file of its defaults, instead of main")
    handlers_from: str | None = Field(None, description="A file of its handlers, instead of main")
    public: Boolean | None = Field(None, description="The whole play sees its vars and defaults; unsaid, it does")
    allow_duplicates: Boolean = Field(True, description="Run it again if it ran already")
    rolespec_validate: Boolean = Field(True, description="Check its arguments, if it says what they are")


def run(arguments: ImportRoleArguments, task: TaskContext) -> ModuleResult:
    raise ModuleError("'import_role' is done when a playbook is loaded, and this came later", hint="use include_role")


MODULE = Module(ImportRoleArguments, run, check_mode="always", uses_guest=False, background="never")
