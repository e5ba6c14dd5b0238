"""``pip``: packages of Python."""

import re
import shlex
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import assignments, command_line, expanding
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.guest import script_text
from smolrun.modules.packages.python_names import canonical, parse_freeze, parse_requirement
from smolrun.modules.system.asking import ask, said
from smolrun.source.coercions import Boolean, Text, TextList

_INSTALLED = re.compile(r"^\s*(?:Successfully installed|Would install) (.*)$", re.M)
_REMOVED = re.compile(r"^\s*Successfully uninstalled (.*)$", re.M)


class PipArguments(Arguments):
    """Install Python packages, or remove them, in the system or in a virtual environment, which is made if need be.

    Example:
        ```yaml
        - pip:
            name: [flask, "gunicorn>=21"]
            virtualenv: /srv/tool/venv
            virtualenv_command: python3 -m venv
        - pip:
            requirements: /srv/tool/requirements.txt
            virtualenv: /srv/tool/venv
        ```

    Returns: ``cmd``, ``name``, ``version``, ``requirements``, ``virtualenv``, and ``stdout`` of pip where it was run.

    The guest needs: `pip3`, `pip` or ``python3 -m pip``; `virtualenv` or Python's venv for a virtual environment.
    """

    name: TextList = Field(
        default_factory=list, description="Packages, with or without versions (`flask>=2,<3`), or URLs"
    )
    version: Text | None = Field(None, description="The version of the only package")
    requirements: Text | None = Field(None, description="A file of the guest that lists them")
    state: Literal["absent", "forcereinstall", "latest", "present"] = Field(
        "present", description="What they are to be"
    )
    virtualenv: Text | None = Field(None, description="The folder of a virtual environment")
    virtualenv_command: Text | None = Field(None, description="What makes it (`python3 -m venv`)")
    virtualenv_python: Text | None = Field(None, description="The Python in it")
    virtualenv_site_packages: Boolean = Field(False, description="It sees the packages of the system")
    executable: Text | None = Field(None, description="The pip to use (`pip3.11`)")
    extra_args: Text | None = Field(None, description="Further options of pip")
    editable: Boolean = Field(False, description="Install from a folder that stays the source")
    chdir: Text | None = Field(None, description="The folder that pip runs in")
    umask: Text | None = Field(None, description="For the permissions of what is made, in octal")
    break_system_packages: Boolean = Field(False, description="Install though the system manages its packages itself")

    @field_validator("name")
    @classmethod
    def _joined_again(cls, value: list[str]) -> list[str]:
        """``a>=1,<2`` is one requirement: a comma before a sign does not separate packages."""
        names: list[str] = []
        for word in value:
            if names and word[:1] in "<>=!~":
                names[-1] += f",{word}"
            else:
                names.append(word)
        return names

    @field_validator("extra_args")
    @classmethod
    def _words(cls, value: str | None) -> str | None:
        try:
            shlex.split(value or "")
        except ValueError as error:
            raise mistake(f"`extra_args` cannot be split into words: {str(error).lower()}") from None
        return value

    @model_validator(mode="after")
    def _belong_together(self) -> "PipArguments":
        if not self.name and self.requirements is None and self.virtualenv is None:
            raise mistake("one of `name`, `requirements`, `virtualenv` is needed")
        if self.executable is not None and self.virtualenv is not None:
            raise mistake("`executable` and `virtualenv` cannot be given together")
        if self.version is not None and (len(self.name) != 1 or self.state in ("latest", "absent")):
            raise mistake("`version` goes with one package and `state: present`")
        if self.state == "latest" and self.requirements is not None and not self.name:
            raise mistake("`state: latest` does not go with `requirements`")
        return self

    @property
    def packages(self) -> list[str]:
        return [f"{self.name[0]}=={self.version}"] if self.version is not None else self.name


def run(arguments: PipArguments, task: TaskContext) -> ModuleResult:
    raw = _read(arguments, task)
    made = bool(raw.text("made"))
    values: dict[str, Any] = {
        "name": arguments.name or None, "version": arguments.version, "state": arguments.state,
        "requirements": arguments.requirements, "virtualenv": arguments.virtualenv,
    }  # fmt: skip
    if made and task.check_mode:
        return ModuleResult(changed=True, values=values)
    due = _due(arguments, raw)
    if not due and arguments.requirements is None:
        return ModuleResult(changed=made, values=values)
    words = _command(arguments, raw, due, simulate=task.check_mode)
    if task.check_mode and not _can_simulate(arguments, raw):
        return ModuleResult(changed=True, values=values | {"cmd": words})
    shown = command_line(words)
    place = f"cd {expanding(arguments.chdir)} || exit\n" if arguments.chdir else ""
    mask = f"umask {shlex.quote(arguments.umask)}\n" if arguments.umask is not None else ""
    result = task.guest.script(f"{script_text('system')}\n{place}{mask}{shown} </dev/null")
    values["cmd"] = words
    if not result.ok:
        msg = f"pip failed on {task.host}: {said(result)}"
        return ModuleResult(failed=True, msg=msg, command=result, command_line=shown, values=values)
    pairs = [_REMOVED.findall(result.stdout), _INSTALLED.findall(result.stdout)]
    changed = made or any(pairs)
    before, after = ("".join(f"{line}\n" for line in lines) for lines in pairs)
    diffs = (Diff(before, after),) if before + after and task.diff_mode else ()
    return ModuleResult(changed=changed, command=result, command_line=shown, values=values, diffs=diffs)


def _read(arguments: PipArguments, task: TaskContext) -> RawFacts:
    variables = {
        "pip": arguments.executable or "",
        "check": "yes" if task.check_mode else "",
        "site_packages": "yes" if arguments.virtualenv_site_packages else "",
        "maker": arguments.virtualenv_command or "",
        "python": arguments.virtualenv_python or "",
        "mask": arguments.umask or "",
    }
    setup = assignments({"virtualenv": arguments.virtualenv})
    return ask(task, "pip", arguments=variables, setup=setup)


def _due(arguments: PipArguments, raw: RawFacts) -> list[str]:
    """The packages that pip has to look at."""
    installed = parse_freeze(raw.text("freeze"))
    if arguments.state == "absent":
        return [name for name in arguments.packages if canonical(re.split(r"[<>=!~\[ ]", name)[0]) in installed]
    if arguments.state in ("latest", "forcereinstall") or arguments.editable:
        return arguments.packages
    due = []
    for name in arguments.packages:
        wanted = parse_requirement(name)
        version = installed.get(wanted.name) if wanted is not None else None
        if wanted is None or version is None or not wanted.allows(version):
            due.append(name)
    return due


def _command(arguments: PipArguments, raw: RawFacts, due: list[str], *, simulate: bool) -> list[str]:
    words = [raw.text("pip"), *(["-m", "pip"] if raw.text("module") else [])]
    if arguments.state == "absent":
        words += ["uninstall", "-y"]
    else:
        words += ["install"]
        words += ["--upgrade"] if arguments.state == "latest" else []
        words += ["--force-reinstall"] if arguments.state == "forcereinstall" else []
        words += ["--dry-run"] if simulate else []
    words += ["--break-system-packages"] if arguments.break_system_packages else []
    words += shlex.split(arguments.extra_args or "")
    for name in due:
        words += ["-e", name] if arguments.editable and arguments.state != "absent" else [name]
    if arguments.requirements is not None:
        words += ["-r", arguments.requirements]
    return words


def _can_simulate(arguments: PipArguments, raw: RawFacts) -> bool:
    """``--dry-run`` came with pip 22.2; it does not know `uninstall`."""
    found = re.match(r"pip (\d+)\.(\d+)", raw.text("version"))
    new = found is not None and (int(found[1]), int(found[2])) >= (22, 2)
    return new and arguments.state in ("present", "latest")


MODULE = Module(PipArguments, run)
