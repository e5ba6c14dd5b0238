"""``npm``: packages of node.js."""

import json
import re
from typing import Any, Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import command_line, expanding, quoted
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.system.asking import ask, perform
from smolrun.shortening import beginning
from smolrun.source.coercions import Boolean, Text

_EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?")


class NpmArguments(Arguments):
    """Install a package of node.js, or what a package.json names, in a folder or for the whole system; or remove it.

    Example:
        ```yaml
        - npm:
            name: pm2
            version: 5.3.0
            global: true
        - npm:
            path: /srv/app        # what its package.json names
            production: true
        - npm:
            path: /srv/app
            ci: true
        ```

    Returns: only ``changed``: something was missing, of another version, or (``latest``) not the newest that
    package.json allows. ``ci`` always is, as is a package that is named by a URL or a tag.

    The guest needs: ``npm``.
    """

    name: Text | None = Field(None, description="The package; without it, what the package.json in `path` names")
    path: Text | None = Field(None, description="The folder that has, or gets, its `node_modules`; made if need be")
    version: Text | None = Field(None, description="A version, or a range such as `^5.3`")
    state: Literal["absent", "latest", "present"] = Field("present", description="What it is to be")
    globally: Boolean = Field(
        False, validation_alias=AliasChoices("global"), description="For the whole system, not in `path`"
    )
    executable: Text | None = Field(None, description="The program, with further words or not")
    registry: Text | None = Field(None, description="The URL of the registry to install from")
    ci: Boolean = Field(False, description="Throw away what is installed, and install what package-lock.json names")
    production: Boolean = Field(False, description="Without what is for development only")
    ignore_scripts: Boolean = Field(False, description="No scripts of packages are run")
    unsafe_perm: Boolean = Field(False, description="Scripts run as root where npm does (npm before 7)")
    no_optional: Boolean = Field(False, description="Without optional packages")
    no_bin_links: Boolean = Field(False, description="Without links to programs")
    force: Boolean = Field(False, description="Overrule npm's doubts")

    @model_validator(mode="after")
    def _belong_together(self) -> "NpmArguments":
        if self.state == "absent" and self.name is None:
            raise mistake("`name` is needed with `state: absent`")
        if not self.globally and self.path is None:
            raise mistake("`path` is needed, the folder of the packages, or `global: true`")
        return self

    def words(self, command: str) -> list[str]:
        """One of npm's commands that change something."""
        given = {
            "--global": self.globally,
            "--production": self.production and command in ("install", "update", "ci"),
            "--ignore-scripts": self.ignore_scripts,
            "--unsafe-perm": self.unsafe_perm,
        }
        later = {"--no-optional": self.no_optional, "--no-bin-links": self.no_bin_links, "--force": self.force}
        name = self.package.written(removed=self.state == "absent")
        return [
            command,
            *(option for option, wanted in given.items() if wanted),
            *([name] if name else []),
            *(["--registry", self.registry] if self.registry else []),
            *(option for option, wanted in later.items() if wanted),
        ]

    @property
    def package(self) -> "Package":
        name, version = self.name, self.version
        if name and not version and "@" in name[1:] and ":" not in name:
            name, _, version = name.rpartition("@")
        return Package(name, version)


@dataclass(frozen=True)
class Package:
    """What is asked for; without a name, whatever a package.json names."""

    name: str | None
    version: str | None

    def written(self, *, removed: bool = False) -> str:
        return f"{self.name}@{self.version}" if self.version and not removed else self.name or ""

    @property
    def is_range(self) -> bool:
        return bool(self.name and self.version) and not _EXACT.fullmatch(self.version or "")


@dataclass(frozen=True)
class Installed:
    """What npm told.

    Attributes:
        versions: by name, of packages that are as package.json wants them.
        missing: that are not there, or not so.
        fitting: whether the package that is asked for is there in that range.
        outdated: that have newer versions which package.json allows.
    """

    versions: dict[str, str]
    missing: list[str]
    fitting: bool = False
    outdated: tuple[str, ...] = ()

    def has(self, package: Package) -> bool:
        if package.is_range:
            return self.fitting
        found = self.versions.get(package.name or "")
        return found is not None and (not package.version or found == package.version.removeprefix("v"))


def run(arguments: NpmArguments, task: TaskContext) -> ModuleResult:
    package = arguments.package
    found = _look(arguments, task)
    commands: list[str] = []
    if arguments.ci:
        commands = ["ci"]
    elif arguments.state == "absent":
        commands = ["uninstall"] if found.has(package) else []
    else:
        if found.missing or (package.name and not found.has(package)):
            commands.append("install")
        if found.outdated:
            commands.append("update")
    if commands and not task.check_mode:
        _perform(arguments, task, commands)
    diffs = (_diff(arguments, found),) if commands and task.diff_mode else ()
    return ModuleResult(changed=bool(commands), diffs=diffs)


def _program(arguments: NpmArguments) -> list[str]:
    """The words of the program, each for a shell."""
    return [expanding(word) for word in (arguments.executable or "npm").split()]


def _look(arguments: NpmArguments, task: TaskContext) -> Installed:
    program = _program(arguments)
    options = [*(["--global"] if arguments.globally else [])]
    options += ["--registry", arguments.registry] if arguments.registry else []
    setup = f"path={expanding(arguments.path) if arguments.path else ''}\nprogram={program[0]}\n"
    setup += f'run_npm() {{ {" ".join(program)} "$@" {command_line(options)}; }}\n'
    package = arguments.package
    latest = arguments.state == "latest" and not arguments.ci
    given = {
        "spec": package.written() if package.is_range and not arguments.ci else "",
        "newer": "yes" if latest else "",
        "about": package.written() if latest else "",
    }
    raw = ask(task, "npm", setup=setup, arguments=given)
    if raw.text("problem") == "folder":
        raise ModuleError(f"{raw.text('place')} is not a folder on {task.host}")
    return installed_of(raw, package)


def installed_of(raw: RawFacts, package: Package) -> Installed:
    """What ``npm list --json`` and ``npm outdated --json`` told."""
    versions: dict[str, str] = {}
    missing = []
    for name, about in _json(raw.text("list")).get("dependencies", {}).items():
        if about.get("missing") or about.get("invalid"):
            missing.append(name)
        else:
            versions[name] = str(about.get("version", ""))
    fitting = _json(raw.text("found")).get("dependencies", {}).get(package.name or "", {})
    outdated = [
        name
        for name, about in _json(raw.text("outdated")).items()
        for one in (about if isinstance(about, list) else [about])
        if one.get("current") and one["current"] != one.get("wanted")
    ]
    there = bool(fitting) and not fitting.get("missing") and not fitting.get("invalid")
    return Installed(versions, missing, there, tuple(dict.fromkeys(outdated)))


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError as error:
        raise ModuleError(f"what npm tells cannot be read: {error}: {beginning(text, 200)}") from None
    if isinstance(found, dict) and "error" in found and "dependencies" not in found:
        about = found["error"]
        if isinstance(about, dict) and about.get("code") == "ENOENT":
            return {}  # the folder of global packages, which the first of them makes
        summary = about.get("summary") if isinstance(about, dict) else about
        raise ModuleError(f"npm failed: {str(summary).strip()}")
    return found if isinstance(found, dict) else {}


def _perform(arguments: NpmArguments, task: TaskContext, commands: list[str]) -> None:
    program = " ".join(_program(arguments))
    folder = expanding(arguments.path) if arguments.path else ""
    text = f"mkdir -p -- {folder} && cd -- {folder} || exit\n" if folder else ""
    text += "".join(f"{program} {command_line(arguments.words(command))} </dev/null || exit\n" for command in commands)
    perform(task, text=text, about=f"npm {quoted(commands[0])}")


def _diff(arguments: NpmArguments, found: Installed) -> Diff:
    package = arguments.package
    now = found.versions.get(package.name or "")
    before = [f"{package.name}@{now}"] if now else [f"{name}@{found.versions[name]}" for name in found.outdated]
    if arguments.state == "absent":
        after = []
    elif arguments.ci:
        before, after = [], ["what package-lock.json names"]
    elif package.name:
        after = [package.written() if package.version else f"{package.name}@latest"]
    else:
        after = [*found.missing, *(f"{name}@latest" for name in found.outdated)]
    return Diff("".join(f"{line}\n" for line in before), "".join(f"{line}\n" for line in after))


MODULE = Module(NpmArguments, run, collection="community.general")
