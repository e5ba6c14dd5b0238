"""``group_by``: groups by what hosts turn out to be."""

from pydantic import Field

from smolrun.modules.base import Arguments, Module, ModuleResult, NewGroup, TaskContext
from smolrun.source.coercions import Text, TextList


class GroupByArguments(Arguments):
    """Put each host into a group of that name, for the plays that follow.

    Example:
        ```yaml
        - group_by:
            key: os_{{ ansible_facts.os_family }}
        ```

    Returns: ``add_group`` and ``parent_groups``. ``changed`` if the host was not in it.

    The guest needs: nothing; no connection is made.
    """

    key: Text = Field(description="The name of the group; spaces become dashes", min_length=1)
    parents: TextList = Field(default_factory=lambda: ["all"], description="Groups that this one belongs to")


def run(arguments: GroupByArguments, task: TaskContext) -> ModuleResult:
    name = arguments.key.replace(" ", "-")
    parents = tuple(parent.replace(" ", "-") for parent in arguments.parents)
    values = {"add_group": name, "parent_groups": list(parents)}
    return ModuleResult(values=values, addition=NewGroup(name, parents))


MODULE = Module(GroupByArguments, run, check_mode="always", uses_guest=False, background="never")
