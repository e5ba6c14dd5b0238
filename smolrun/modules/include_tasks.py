"""``include_tasks``: the tasks of a file, brought in when the play comes to it."""

from typing import Any

from pydantic import Field

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext


class IncludeTasksArguments(Arguments):
    """Run the tasks of a file here. The name may depend on the host, and on the item of a loop.

    Example:
        ```yaml
        - include_tasks: "{{ ansible_facts.os_family | lower }}.yml"
        - include_tasks:
            file: users.yml
            apply: {tags: users}
        ```

    Returns: ``include``, the file.

    The guest needs: nothing; no connection is made.
    """

    file: str = Field(description="A file of tasks, looked for in the role, beside this file, beside the playbook")
    apply: dict[str, Any] | None = Field(None, description="Keywords for every task that is brought in")


def run(arguments: IncludeTasksArguments, task: TaskContext) -> ModuleResult:
    return ModuleResult(values={"include": arguments.file}, include={"file": arguments.file})


MODULE = Module(
    IncludeTasksArguments,
    run,
    free_form="file",
    free_form_options=frozenset({"file", "apply"}),
    raw_arguments=frozenset({"apply"}),
    check_mode="always",
    uses_guest=False,
    background="never",
)
