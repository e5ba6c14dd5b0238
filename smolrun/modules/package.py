"""``package``: packages, whichever package manager the guest has."""

from collections.abc import Mapping
from typing import Any

from pydantic import AliasChoices, ConfigDict, Field, ValidationError, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.registry import find
from smolrun.modules.system.asking import ask
from smolrun.source.coercions import Text, TextList

MANAGERS = ("apt", "dnf5", "dnf", "yum", "apk", "zypper", "pacman")
TOOLS = {"apt-get": "apt", "dnf5": "dnf"}
"""The modules of tools that have another name."""

FIND = """
for tool in apt-get dnf5 dnf yum apk zypper pacman; do
	if has "$tool"; then fact tool "$tool"; fi
done
"""
OPTIONS = frozenset({
    "allow_downgrade", "allow_unauthenticated", "autoremove", "cache_valid_time", "default_release",
    "disable_excludes", "disable_gpg_check", "disable_plugin", "disablerepo", "enable_plugin", "enablerepo", "exclude",
    "force", "install_recommends", "install_weak_deps", "lock_timeout", "nobest", "only_upgrade", "policy_rc_d",
    "purge", "repository", "skip_broken", "update_cache", "update_only", "upgrade", "validate_certs", "world",
})  # fmt: skip
"""Arguments of the package managers' own modules, handed on as they are."""


class PackageArguments(Arguments):
    """Install, upgrade or remove packages with the guest's own package manager.

    Further arguments (``update_cache`` and the like) go to the module of that manager.

    Example:
        ```yaml
        - package:
            name: [git, curl]
            state: present
        ```

    Returns: what the module of the package manager returns.

    The guest needs: `apt-get`, `dnf`, `yum` or `apk`.
    """

    model_config = ConfigDict(extra="allow")

    name: TextList = Field(validation_alias=AliasChoices("name", "pkg"), description="Packages")
    state: Text = Field("present", description="`present`, `absent`, `latest`, or what else the manager's module knows")
    use: Text = Field("auto", description="The package manager; found out by default")

    @model_validator(mode="after")
    def _known_options(self) -> "PackageArguments":
        for name in self.model_extra or {}:
            if name not in OPTIONS:
                raise mistake(f"no package manager's module has the argument `{name}`")
        return self


def run(arguments: PackageArguments, task: TaskContext) -> ModuleResult:
    manager = _manager(arguments, task)
    found = find(manager)
    if found is None or manager not in MANAGERS:
        raise ModuleError(f"the package manager of {task.host} is `{manager}`, for which there is no module yet")
    state = {"installed": "present", "removed": "absent"}.get(arguments.state, arguments.state)
    given = {"name": arguments.name, "state": state, **(arguments.model_extra or {})}
    try:
        own = found.module.arguments.model_validate(given)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise ModuleError(f"`{manager}` does not take this: {place}: {problem['msg']}") from None
    return found.module.run(own, task)


def _manager(arguments: PackageArguments, task: TaskContext) -> str:
    if arguments.use != "auto":
        return TOOLS.get(arguments.use, arguments.use).rpartition(".")[2]
    known = _fact(task.variables)
    if known in MANAGERS:
        return TOOLS.get(known, known)
    kept = task.guest.connection.kept  # a system keeps the manager that it was made with
    if "package manager" not in kept:
        tools = ask(task, setup=FIND, reads=True).texts("tool")
        if not tools:
            raise ModuleError(f"no package manager is installed on {task.host} (apt-get, dnf, yum, apk, …)")
        kept["package manager"] = TOOLS.get(tools[0], tools[0])
    return str(kept["package manager"])


def _fact(variables: Mapping[str, Any]) -> str:
    chosen = variables.get("ansible_package_use")
    if isinstance(chosen, str):
        return chosen
    facts = variables.get("ansible_facts")
    found = facts.get("pkg_mgr") if isinstance(facts, Mapping) else None
    return found if isinstance(found, str) else ""


MODULE = Module(PackageArguments, run, takes_any_argument=True)
