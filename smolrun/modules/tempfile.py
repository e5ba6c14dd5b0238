"""``tempfile``: an empty file or folder of the guest, under a name of its own."""

import secrets
from typing import Literal

from pydantic import Field, field_validator

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import assignments, quoted
from smolrun.modules.files.writing import state_after
from smolrun.modules.guest import script_text
from smolrun.source.coercions import Text


class TempfileArguments(Arguments):
    """Make an empty file or a folder on the guest, under a name that nobody else has, for its owner only.

    Nothing removes it: a task of the playbook has to.

    Example:
        ```yaml
        - tempfile:
            state: directory
            suffix: build
          register: build
        - file:
            path: "{{ build.path }}"
            state: absent
        ```

    Returns: ``path``, ``state``, ``mode`` (0600 for a file, 0700 for a folder), ``owner``, ``group``, ``uid``,
    ``gid``, ``size``. Always ``changed``; skipped in check mode.

    The guest needs: ``/bin/sh``.
    """

    path: Text | None = Field(None, description="The folder that it is made in; by default $TMPDIR or /tmp")
    prefix: Text = Field("ansible.", description="What its name begins with")
    suffix: Text = Field("", description="What its name ends with")
    state: Literal["file", "directory"] = Field("file", description="What to make")

    @field_validator("prefix", "suffix")
    @classmethod
    def _part_of_a_name(cls, value: str) -> str:
        if "/" in value or "\0" in value:
            raise mistake("this is part of a name, and cannot hold a slash; `path` says in which folder")
        return value


def run(arguments: TempfileArguments, task: TaskContext) -> ModuleResult:
    name = f"{arguments.prefix}{secrets.token_hex(6)}{arguments.suffix}"
    directory = "yes" if arguments.state == "directory" else ""
    text = f"name={quoted(name)}\ndirectory={directory}\n{assignments({'folder': arguments.path})}"
    result = task.guest.script(text + script_text("state", "attributes", "tempfile"))
    state = state_after(task, result, f"a temporary {arguments.state}")
    return ModuleResult(changed=True, values={"path": state.path, **state.values()})


MODULE = Module(TempfileArguments, run, check_mode="skip")
