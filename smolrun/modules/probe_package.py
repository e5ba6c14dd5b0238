"""``probe_package``: whether a package is installed, and in which version."""

from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.package_facts import READERS
from smolrun.modules.probes.watching import ProbeArguments, Seen, watch
from smolrun.modules.system.asking import ask
from smolrun.source.coercions import Text


class ProbePackageArguments(ProbeArguments):
    """See that a package is installed, or not, and in which version.

    Example:
        ```yaml
        - probe_package: {name: nginx-light, version: "1.22.*"}
        - probe_package: {name: telnetd, state: absent}
        ```

    Returns: ``version`` (empty where it is not installed), ``problems``, ``looks``, ``elapsed``. Never ``changed``.

    The guest needs: `dpkg-query`, `rpm` or `apk`.
    """

    name: Text = Field(description="The package")
    version: Text | None = Field(None, description="The version it has to have; * and ? stand for anything")
    state: Literal["present", "absent"] = Field("present", description="What it has to be")


def run(arguments: ProbePackageArguments, task: TaskContext) -> ModuleResult:
    def look() -> Seen:
        raw = ask(task, "package_list", arguments={"managers": "apt rpm apk", "every": ""})
        found = raw.texts("found")
        if not found:
            raise ModuleError(f"{task.host} has no manager of packages that is known: apt, rpm, apk")
        versions = [
            package["version"]
            for manager in found
            for package in READERS[manager](raw.text(manager))
            if package["name"] == arguments.name
        ]
        return Seen(tuple(_problems(arguments, versions)), {"version": versions[0] if versions else ""})

    return watch(arguments, task, f"package {arguments.name}", look)


def _problems(arguments: ProbePackageArguments, versions: list[str]) -> list[str]:
    if arguments.state == "absent":
        return [f"version {versions[0]} is installed"] if versions else []
    if not versions:
        return ["it is not installed"]
    wanted = arguments.version
    if wanted is None or any(fnmatchcase(version, wanted) for version in versions):
        return []
    return [f"version {versions[0]} is installed, not {wanted}"]


MODULE = Module(ProbePackageArguments, run, collection="smolrun", check_mode="always", own_limit=True)
