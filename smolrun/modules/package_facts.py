"""``package_facts``: the packages of a guest."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from pydantic import Field, field_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.system.asking import ask
from smolrun.source.coercions import TextList

KNOWN = {"apt": "apt", "rpm": "rpm", "dnf": "rpm", "dnf5": "rpm", "yum": "rpm", "zypper": "rpm", "apk": "apk"}


class PackageFactsArguments(Arguments):
    """Tell the packages of a guest as the fact ``packages``.

    Example:
        ```yaml
        - package_facts:
        - debug:
            msg: "{{ ansible_facts.packages.bash[0].version }}"
          when: "'bash' in ansible_facts.packages"
        ```

    Returns: ``ansible_facts.packages``: by name, a list of all that are installed under it, each with ``name``,
    ``version``, ``arch``, ``source`` and what else the manager tells. Never ``changed``.

    The guest needs: `dpkg-query`, `rpm` or `apk`.
    """

    manager: TextList = Field(
        default_factory=lambda: ["auto"], description="Whose packages: auto, apt, rpm (dnf, yum, zypper) or apk"
    )
    strategy: Literal["all", "first"] = Field("first", description="All managers, or the first that is there")

    @field_validator("manager")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        for name in value:
            if name.lower() not in KNOWN and name != "auto":
                raise mistake(f"packages of '{name}' cannot be told; there are: auto, {', '.join(sorted(KNOWN))}")
        return value


def run(arguments: PackageFactsArguments, task: TaskContext) -> ModuleResult:
    names = [KNOWN[name.lower()] for name in arguments.manager if name != "auto"] or ["apt", "rpm", "apk"]
    variables = {"managers": " ".join(dict.fromkeys(names)), "every": "yes" if arguments.strategy == "all" else ""}
    raw = ask(task, "package_list", arguments=variables)
    found = raw.texts("found")
    if not found:
        raise ModuleError(f"Could not detect a supported package manager on {task.host}: {', '.join(names)}")
    packages: dict[str, list[dict[str, Any]]] = {}
    for manager in found:
        for package in READERS[manager](raw.text(manager)):
            packages.setdefault(package["name"], []).append(package)
    return ModuleResult(ansible_facts={"packages": packages}, values={"ansible_facts": {"packages": packages}})


def _apt(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        status, name, version, arch, section = (line.split("\t") + [""] * 5)[:5]
        if status == "installed":
            yield {"name": name, "version": version, "arch": arch, "category": section, "origin": "", "source": "apt"}


def _rpm(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        name, version, release, epoch, arch = (line.split("\t") + [""] * 5)[:5]
        yield {
            "name": name,
            "version": version,
            "release": release,
            "epoch": int(epoch) if epoch.isdigit() else None,
            "arch": None if arch == "(none)" else arch,
            "source": "rpm",
        }


def _apk(text: str) -> Iterator[dict[str, Any]]:
    """The database of apk: one letter, a colon and the text a line; an empty line between packages."""
    for block in text.split("\n\n"):
        fields = dict(line.split(":", 1) for line in block.splitlines() if ":" in line)
        if "P" in fields:
            version, _, release = fields.get("V", "").rpartition("-r")
            yield {
                "name": fields["P"],
                "version": version or fields.get("V", ""),
                "release": f"r{release}" if version else "",
                "arch": fields.get("A", ""),
                "source": "apk",
            }


READERS: dict[str, Callable[[str], Iterator[dict[str, Any]]]] = {"apt": _apt, "rpm": _rpm, "apk": _apk}

MODULE = Module(PackageFactsArguments, run, check_mode="always")
