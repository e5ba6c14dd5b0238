"""``group``: groups of users."""

from typing import Literal

from pydantic import Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.accounts.state import Accounts, read_accounts
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import quoted
from smolrun.modules.system.asking import missing, perform
from smolrun.source.coercions import Boolean, Integer, Text


class GroupArguments(Arguments):
    """Make a group, give it another number, or remove it.

    Example:
        ```yaml
        - group:
            name: deploy
            gid: 1500
        ```

    Returns: ``name``, ``gid``, ``state``, ``system``.

    The guest needs: `groupadd`, `groupmod` and `groupdel`, or BusyBox's `addgroup` and `delgroup`.
    """

    name: Text = Field(description="The group")
    gid: Integer | None = Field(None, description="Its number", ge=0)
    state: Literal["absent", "present"] = Field("present", description="Whether it is to be there")
    system: Boolean = Field(False, description="A new group gets a number below those of users")
    force: Boolean = Field(False, description="Remove it even where it is a user's primary group")
    local: Boolean = Field(False, description="Only /etc/group counts, not a directory service")
    non_unique: Boolean = Field(False, description="Its number may be another group's too")
    gid_min: Integer | None = Field(None, description="Smallest number that a new group may get")
    gid_max: Integer | None = Field(None, description="Largest number that a new group may get")

    @model_validator(mode="after")
    def _belong_together(self) -> "GroupArguments":
        if self.non_unique and self.gid is None:
            raise mistake("`non_unique` needs `gid`")
        if self.local and self.force:
            raise mistake("`force` and `local` cannot be given together")
        return self


def run(arguments: GroupArguments, task: TaskContext) -> ModuleResult:
    accounts = read_accounts(task, local=arguments.local)
    group = accounts.groups.get(arguments.name)
    command: list[str] = []
    if arguments.state == "absent":
        if group is not None:
            command = _remove(arguments, accounts)
    elif group is None:
        command = _add(arguments, accounts)
    elif arguments.gid is not None and arguments.gid != group.gid:
        command = ["groupmod", "-g", str(arguments.gid), *(["-o"] if arguments.non_unique else []), arguments.name]
    values: dict[str, object] = {"name": arguments.name, "state": arguments.state, "system": arguments.system}
    gid = arguments.gid if arguments.gid is not None else group.gid if group else None
    if command and not task.check_mode:
        _refuse_missing(task, accounts, command[0])
        text = f'fact entry "$(account_in /etc/group {quoted(arguments.name)})"\n'
        done = perform(task, [command], text=text, about=f"group {arguments.name}", writes="/etc")
        entry = done.stdout.partition("entry=")[2].split("\0")[0].split(":")
        gid = int(entry[2]) if len(entry) > 2 and entry[2].isdigit() else gid
    if arguments.state == "present" and gid is not None:
        values["gid"] = gid
    before = f"gid: {group.gid}\n" if group else ""
    after = "" if arguments.state == "absent" else f"gid: {gid if gid is not None else '(the next free one)'}\n"
    headers = {"before_header": arguments.name, "after_header": arguments.name}
    diffs = (Diff(before, after, **headers),) if task.diff_mode and command else ()
    return ModuleResult(changed=bool(command), values=values, diffs=diffs)


def _add(arguments: GroupArguments, accounts: Accounts) -> list[str]:
    taken = accounts.group(str(arguments.gid)) if arguments.gid is not None else None
    if taken is not None and not arguments.non_unique:
        raise ModuleError(f"the group number {arguments.gid} is that of {taken.name} already")
    gid = ["-g", str(arguments.gid)] if arguments.gid is not None else []
    if "groupadd" not in accounts.tools and "addgroup" in accounts.tools:
        return ["addgroup", *gid, *(["-S"] if arguments.system else []), arguments.name]
    limits = {"GID_MIN": arguments.gid_min, "GID_MAX": arguments.gid_max}
    keys = [word for key, value in limits.items() if value is not None for word in ("-K", f"{key}={value}")]
    flags = [*(["-o"] if arguments.non_unique else []), *(["-r"] if arguments.system else [])]
    return ["groupadd", *gid, *flags, *keys, arguments.name]


def _remove(arguments: GroupArguments, accounts: Accounts) -> list[str]:
    if "groupadd" not in accounts.tools and "delgroup" in accounts.tools:
        return ["delgroup", arguments.name]
    return ["groupdel", *(["-f"] if arguments.force else []), arguments.name]


def _refuse_missing(task: TaskContext, accounts: Accounts, tool: str) -> None:
    if tool == "groupadd" and "groupadd" not in accounts.tools:
        raise missing(task, tool)


MODULE = Module(GroupArguments, run)
