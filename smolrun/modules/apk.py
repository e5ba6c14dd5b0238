"""``apk``: packages of Alpine."""

import re
from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import command_line
from smolrun.modules.guest import script_text
from smolrun.modules.packages.lock import patiently
from smolrun.modules.system.asking import ask, said
from smolrun.source.coercions import Boolean, Text, TextList
from smolrun.ssh.result import CommandResult

READ = """
need apk
file world /etc/apk/world
fact installed "$(apk info 2>/dev/null </dev/null)"
"""
LOCK_PATIENCE = 60  # seconds that another apk may hold the database
_STEP = re.compile(r"^\(\d+/\d+\) (?:Installing|Upgrading|Downgrading|Replacing|Reinstalling|Purging) .*$", re.M)
_NAME = re.compile(r"[^=<>~@\s]+")


class ApkArguments(Arguments):
    """Install, upgrade or remove packages of Alpine Linux.

    Example:
        ```yaml
        - apk:
            name: [nginx, curl]
            update_cache: true
        ```

    Returns: ``packages``, those that changed; ``stdout`` and ``stderr`` of apk where it was run.

    The guest needs: `apk`.
    """

    name: TextList = Field(default_factory=list, description="Packages (`name`, `name=version`, `name@repository`)")
    state: Literal["absent", "installed", "latest", "present", "removed"] = Field(
        "present", description="What they are to be"
    )
    update_cache: Boolean = Field(
        False, validation_alias=AliasChoices("update_cache", "update-cache"), description="Refresh the index first"
    )
    upgrade: Boolean = Field(False, description="Upgrade everything")
    available: Boolean = Field(False, description="Upgrading may reset to the versions that the repositories have")
    repository: TextList = Field(default_factory=list, description="Repositories instead of those of the guest")
    no_cache: Boolean = Field(False, description="Use no cached index")
    world: Text = Field("/etc/apk/world", description="Taken for compatibility; apk has one list of what is wanted")

    @model_validator(mode="after")
    def _belong_together(self) -> "ApkArguments":
        if self.name and self.upgrade:
            raise mistake("`name` and `upgrade` cannot be given together")
        if not (self.name or self.upgrade or self.update_cache):
            raise mistake("one of `name`, `upgrade`, `update_cache` is needed")
        if self.world != "/etc/apk/world":
            raise mistake("`world` cannot be another file than /etc/apk/world")
        return self


def run(arguments: ApkArguments, task: TaskContext) -> ModuleResult:
    raw = ask(task, setup=READ)
    due = _due(arguments, set(raw.text("installed").split()), set(raw.text("world").split()))
    commands = []
    if arguments.update_cache and not task.check_mode:
        commands.append(["apk", "update"])
    if due:
        commands.append(_command(arguments, due, simulate=task.check_mode))
    if not commands:
        return ModuleResult(changed=arguments.update_cache and not arguments.name, values={"packages": []})
    body = "".join(f"{command_line(words)} </dev/null || exit\n" for words in commands)

    def attempt() -> tuple[CommandResult, str]:
        done = task.guest.script(f"{script_text('system')}\n{body}")
        return done, "" if done.ok else f"{done.stderr}\n{done.stdout}"

    result = patiently(task, LOCK_PATIENCE, attempt)
    line = command_line(commands[-1])
    if not result.ok:
        return ModuleResult(failed=True, msg=f"`{line}` failed: {said(result)}", command=result, command_line=line)
    steps = _STEP.findall(result.stdout)
    names = [step.split()[2] for step in steps]
    changed = bool(steps) or bool(due and arguments.name and not arguments.upgrade and arguments.state != "latest")
    changed = changed or (arguments.update_cache and not due and not arguments.name)
    diffs = (Diff("", "".join(f"{step}\n" for step in steps)),) if steps and task.diff_mode else ()
    return ModuleResult(changed=changed, command=result, command_line=line, values={"packages": names}, diffs=diffs)


def _due(arguments: ApkArguments, installed: set[str], world: set[str]) -> list[str]:
    """What apk has to look at: a package that is only there for another one is wanted too, from now on."""
    if arguments.upgrade:
        return ["upgrade"]
    wanted = {found.group(): word for word in world if (found := _NAME.match(word)) is not None}
    due = []
    for word in arguments.name:
        found = _NAME.match(word)
        name = found.group() if found else word
        if arguments.state in ("absent", "removed"):
            if name in installed or name in wanted:
                due.append(name)
        elif arguments.state == "latest" or name not in installed or wanted.get(name, "") != word:
            due.append(word)
    return due


def _command(arguments: ApkArguments, due: list[str], *, simulate: bool) -> list[str]:
    words = ["apk", *(word for each in arguments.repository for word in ("--repository", each))]
    words += ["--no-cache"] if arguments.no_cache else []
    words += ["--simulate"] if simulate else []
    if arguments.upgrade:
        return [*words, "upgrade", *(["--available"] if arguments.available else [])]
    if arguments.state in ("absent", "removed"):
        return [*words, "del", *due]
    return [*words, "add", *(["--upgrade"] if arguments.state == "latest" else []), *due]


MODULE = Module(ApkArguments, run, collection="community.general")
