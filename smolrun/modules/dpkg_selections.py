"""``dpkg_selections``: what dpkg is to do with a package, as with a hold."""

from typing import Literal

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Text

READ = """
need dpkg
fact selected "$(dpkg --get-selections "$name" 2>/dev/null)"
"""
CHANGE = """
printf '%s %s\\n' "$name" "$selection" | dpkg --set-selections
"""


class DpkgSelectionsArguments(Arguments):
    """Set what dpkg is to do with a package: `hold` keeps it from being upgraded, `install` lets it go again.

    Example:
        ```yaml
        - dpkg_selections:
            name: linux-image-amd64
            selection: hold
        ```

    Returns: ``before`` and ``after``, the selections. ``changed`` where they differ.

    The guest needs: `dpkg`.
    """

    name: Text = Field(description="The package")
    selection: Literal["install", "hold", "deinstall", "purge"] = Field(description="What is to be done with it")


def run(arguments: DpkgSelectionsArguments, task: TaskContext) -> ModuleResult:
    given = {"name": arguments.name, "selection": arguments.selection}
    words = ask(task, arguments=given, setup=READ).text("selected").split()
    if len(words) < 2:
        raise ModuleError(f"Failed to find package '{arguments.name}' to perform selection '{arguments.selection}'.")
    before = words[1]
    changed = before != arguments.selection
    if changed and not task.check_mode:
        perform(task, needs=["dpkg"], arguments=given, text=CHANGE, about=f"the selection of {arguments.name}")
    diffs = (Diff(f"{before}\n", f"{arguments.selection}\n", arguments.name, arguments.name),) if changed else ()
    return ModuleResult(
        changed=changed,
        values={"before": before, "after": arguments.selection},
        diffs=diffs if task.diff_mode else (),
    )


MODULE = Module(DpkgSelectionsArguments, run)
