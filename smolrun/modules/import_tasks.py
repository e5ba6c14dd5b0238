"""``import_tasks``: the tasks of a file, brought in when the playbook is loaded."""

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext


class ImportTasksArguments(Arguments):
    """The tasks of a file, as if they were written here; keywords go to each of them.

    Example:
        ```yaml
        - import_tasks: users.yml
          tags: users
        ```

    Returns: nothing; it is gone when the playbook is loaded.

    The guest needs: nothing; no connection is made.
    """

    file: str = Field(description="A file of tasks, looked for in the role, beside this file, beside the playbook")


def run(arguments: ImportTasksArguments, task: TaskContext) -> ModuleResult:
    raise ModuleError("'import_tasks' is done when a playbook is loaded, and this came later", hint="use include_tasks")


MODULE = Module(
    ImportTasksArguments,
    run,
    free_form="file",
    free_form_options=frozenset({"file"}),
    check_mode="always",
    uses_guest=False,
    background="never",
)
