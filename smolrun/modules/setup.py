"""``setup``: the facts of a guest."""

from fnmatch import fnmatchcase
from typing import Any

from pydantic import Field, field_validator

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.facts.gather import gather
from smolrun.modules.facts.subsets import SECTIONS, sections_for
from smolrun.source.coercions import Integer, Text, TextList


class SetupArguments(Arguments):
    """Gather facts of the guest with ``sh`` in one round trip; plays do it by themselves at their start.

    Example:
        ```yaml
        - setup:
            gather_subset: ["!all", network]
            filter: ["ansible_default_ipv4", "ansible_all_*"]
        ```

    Returns: ``ansible_facts``; each is a variable of the host from then on, as ``ansible_facts.os_family`` and as
    ``ansible_os_family``. Never ``changed``.

    The guest needs: ``/bin/sh``; what a missing tool or file would tell is left out. ``python`` tells, without one,
    of the Python that the distribution would install.
    """

    gather_subset: TextList = Field(
        default_factory=lambda: ["all"],
        description="all, min, hardware, network, virtual or a single subset; `!` before one leaves it out",
    )
    filter: TextList = Field(
        default_factory=list, description="Only facts whose names match one of these patterns (`ansible_*_mb`)"
    )
    gather_timeout: Integer = Field(10, description="Seconds that each command which may hang gets (`df`)", ge=1)
    fact_path: Text = Field(
        "/etc/ansible/facts.d", description="The guest's folder of its own facts, `*.fact`: JSON, INI or programs"
    )

    @field_validator("gather_subset")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        for word in value:
            if word.strip().removeprefix("!") not in SECTIONS:
                raise mistake(f"there is no subset '{word}' of facts; there are: {', '.join(sorted(SECTIONS))}")
        return value


def run(arguments: SetupArguments, task: TaskContext) -> ModuleResult:
    facts = gather(
        task,
        sections_for(arguments.gather_subset),
        fact_path=arguments.fact_path,
        patience=arguments.gather_timeout,
    )
    facts = {name: value for name, value in facts.items() if _matches(name, arguments.filter)}
    facts |= {"gather_subset": arguments.gather_subset, "module_setup": True}
    return ModuleResult(ansible_facts=facts, values={"ansible_facts": _prefixed(facts)})


def _matches(name: str, patterns: list[str]) -> bool:
    wanted = [pattern for pattern in patterns if pattern not in ("", "*")]
    if not wanted or len(wanted) < len(patterns):
        return True
    return any(fnmatchcase(f"ansible_{name}", pattern) or fnmatchcase(name, pattern) for pattern in wanted)


def _prefixed(facts: dict[str, Any]) -> dict[str, Any]:
    """As they are registered."""
    return {
        name if name in ("gather_subset", "module_setup") else f"ansible_{name}": value for name, value in facts.items()
    }


MODULE = Module(SetupArguments, run, check_mode="always")
