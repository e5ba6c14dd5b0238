"""``add_host``: a host for the rest of the run."""

from typing import Any

from pydantic import AliasChoices, ConfigDict, Field

from smolrun.modules.base import Arguments, Module, ModuleResult, NewHost, TaskContext
from smolrun.source.coercions import Text, TextList


class AddHostArguments(Arguments):
    """Add a host to the inventory of this run, for the plays that follow. Once for all hosts of a batch.

    Example:
        ```yaml
        - add_host:
            name: "{{ machine.address }}"
            groups: [fresh]
            ansible_user: root
        ```

    Returns: ``add_host`` with ``host_name``, ``groups`` and ``host_vars``. ``changed`` if anything of it is new.

    The guest needs: nothing; no connection is made.
    """

    model_config = ConfigDict(extra="allow")

    name: Text = Field(
        description="The host; every other argument is a variable of it",
        validation_alias=AliasChoices("name", "hostname", "host"),
        min_length=1,
    )
    groups: TextList = Field(
        default_factory=list,
        description="The groups to put it in",
        validation_alias=AliasChoices("groups", "groupname", "group"),
    )


def run(arguments: AddHostArguments, task: TaskContext) -> ModuleResult:
    name, port = split_port(arguments.name)
    variables: dict[str, Any] = dict(arguments.model_extra or {})
    if port is not None:
        variables.setdefault("ansible_ssh_port", port)
    groups = tuple(dict.fromkeys(group.strip() for group in arguments.groups if group.strip()))
    told = {"host_name": name, "groups": sorted(groups), "host_vars": variables}
    return ModuleResult(values={"add_host": told}, addition=NewHost(name, groups, variables))


def split_port(text: str) -> tuple[str, int | None]:
    """A host and the port behind it, if there is one; ``[::1]:22`` names an IPv6 address."""
    text = text.strip()
    name, colon, port = text.rpartition(":")
    if colon and port.isdecimal() and name and (":" not in name or name.endswith("]")):
        return name.removeprefix("[").removesuffix("]"), int(port)
    return text, None


MODULE = Module(
    AddHostArguments,
    run,
    takes_any_argument=True,
    check_mode="always",
    uses_guest=False,
    once_per_batch=True,
    background="never",
)
