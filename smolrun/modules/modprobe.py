"""``modprobe``: modules of the guest's kernel."""

import re
from typing import Literal

from pydantic import Field

from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext
from smolrun.modules.files.editing import read
from smolrun.modules.system.asking import ask, perform
from smolrun.modules.system.saving import remove, save, text_of
from smolrun.source.coercions import Text

READ = """
file loaded /proc/modules
fact release "$(uname -r)"
file builtin "/lib/modules/$(uname -r)/modules.builtin"
if [ -d "/sys/module/$kernel_name" ] && [ ! -e "/sys/module/$kernel_name/initstate" ]; then fact inside yes; fi
"""


class ModprobeArguments(Arguments):
    """Load a module of the kernel, or unload it, now and when the guest starts.

    Example:
        ```yaml
        - modprobe:
            name: br_netfilter
            persistent: present
        ```

    Returns: ``name``, ``params``, ``state``.

    The guest needs: `modprobe`.
    """

    name: Text = Field(description="The module")
    params: Text = Field("", description="Its parameters, when it is loaded")
    state: Literal["absent", "present"] = Field("present", description="Whether it is loaded")
    persistent: Literal["absent", "disabled", "present"] = Field(
        "disabled", description="Whether it is loaded when the guest starts; `disabled` leaves that alone"
    )


def run(arguments: ModprobeArguments, task: TaskContext) -> ModuleResult:
    kernel_name = arguments.name.replace("-", "_")
    raw = ask(task, setup=READ, arguments={"kernel_name": kernel_name})
    names = {line.split()[0] for line in raw.text("loaded").splitlines() if line.split()}
    builtin = {path.rpartition("/")[2].partition(".ko")[0].replace("-", "_") for path in raw.text("builtin").split()}
    loaded = kernel_name in names or kernel_name in builtin or bool(raw.text("inside"))
    command: list[str] = []
    if arguments.state == "present" and not loaded:
        command = ["modprobe", arguments.name, *arguments.params.split()]
    elif arguments.state == "absent" and loaded:
        command = ["modprobe", "-r", arguments.name]
    if command and not task.check_mode:
        perform(task, [command], about=f"`{' '.join(command)}`")
    diffs = [Diff(*_shown(arguments.state == "absent"), arguments.name, arguments.name)] if command else []
    kept, kept_diffs = _keep(arguments, task) if arguments.persistent != "disabled" else (False, [])
    values = {"name": arguments.name, "params": arguments.params, "state": arguments.state}
    shown = (*diffs, *kept_diffs) if task.diff_mode else ()
    return ModuleResult(changed=bool(command) or kept, values=values, diffs=shown)


def _shown(absent: bool) -> tuple[str, str]:
    return ("loaded\n", "") if absent else ("", "loaded\n")


def _keep(arguments: ModprobeArguments, task: TaskContext) -> tuple[bool, list[Diff]]:
    """The files that systemd and modprobe read when the guest starts (modules-load.d(5), modprobe.d(5))."""
    present = arguments.persistent == "present"
    load = f"{arguments.name}\n" if present else ""
    options = f"options {arguments.name} {arguments.params}\n" if present and arguments.params else ""
    files = {f"/etc/modules-load.d/{arguments.name}.conf": load, f"/etc/modprobe.d/{arguments.name}.conf": options}
    changed, diffs = False, list[Diff]()
    for path, text in files.items():
        original = read(path, task)
        now = text_of(original)
        if re.sub(r"(?m)^\s*#.*\n?", "", now).strip() == text.strip():
            continue
        outcome = save(task, original, text, mode="0644") if text else remove(task, original)
        changed, diffs = changed or outcome.changed, [*diffs, *outcome.diffs]
    return changed, diffs


MODULE = Module(ModprobeArguments, run, collection="community.general")
