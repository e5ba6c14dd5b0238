"""All facts of a guest, from one round trip."""

from typing import Any

from smolrun.errors import ModuleError
from smolrun.modules.base import TaskContext
from smolrun.modules.commands.quoting import expanding
from smolrun.modules.facts.distribution import distribution_facts, lsb_facts
from smolrun.modules.facts.hardware import maker_facts, mount_facts, processor_facts, virtual_facts
from smolrun.modules.facts.local import local_facts
from smolrun.modules.facts.network import network_facts
from smolrun.modules.facts.python import python_facts
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.facts.system import (
    date_facts,
    memory_facts,
    platform_facts,
    service_facts,
    user_facts,
)
from smolrun.modules.guest import script_text


def gather(task: TaskContext, sections: frozenset[str], *, fact_path: str, patience: int) -> dict[str, Any]:
    """The facts of those sections, their names without ``ansible_``.

    Args:
        fact_path: the guest's folder of its own facts.
        patience: seconds that each command which may hang gets.

    Raises:
        ModuleError: the guest's shell did not get to the end.
    """
    text = f"fact_path={expanding(fact_path)}\n{script_text('facts')}"
    result = task.guest.script(text, {"sections": " ".join(sorted(sections)), "patience": str(patience)})
    raw = RawFacts.parse(result.stdout_bytes)
    if not raw.text("finished"):
        raise ModuleError(f"the facts of {task.host} could not be read: {result.stderr.strip() or 'the shell stopped'}")
    return facts_of(raw, sections)


def facts_of(raw: RawFacts, sections: frozenset[str]) -> dict[str, Any]:
    """What the texts mean."""
    facts: dict[str, Any] = {}
    if "min" in sections:
        facts |= distribution_facts(raw)
        facts |= platform_facts(raw)
        facts |= user_facts(raw)
        facts |= service_facts(raw, facts["os_family"])
        facts |= date_facts(raw)
        facts |= lsb_facts(raw)
    if "python" in sections:
        facts |= python_facts(raw)
    if "hardware" in sections:
        facts |= processor_facts(raw) | memory_facts(raw) | maker_facts(raw)
    if "mounts" in sections:
        facts |= mount_facts(raw)
    if "network" in sections:
        facts |= network_facts(raw)
    if "virtual" in sections:
        facts |= virtual_facts(raw)
    if "local" in sections:
        facts |= local_facts(raw)
    return facts
