"""``loop``, ``with_*`` and ``loop_control`` of a task, as one `Loop`."""

from collections.abc import Collection
from typing import Any

from smolrun.playbook.keywords import refuse, words_of
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Loop, LoopControl
from smolrun.playbook.validation import build
from smolrun.playbook.written import is_open
from smolrun.source.coercions import describe
from smolrun.source.containers import LocatedDict

LOOKUPS = frozenset(
    {
        "items", "dict", "list", "flattened", "nested", "cartesian", "together", "indexed_items", "sequence",
        "subelements", "random_choice", "first_found", "fileglob", "filetree", "file", "lines", "ini", "env",
        "inventory_hostnames", "password", "pipe", "template", "url", "vars", "varnames",
    }
)  # fmt: skip
"""The lookups that real playbooks put after ``with_``."""

FORGIVING = "first_found"
"""The one that passes over terms with something undefined in them (seen in 2.19: in the loop alone)."""


def loop_keys(task: LocatedDict) -> list[str]:
    """The keys of a task that say what to loop over."""
    return [key for key in task if isinstance(key, str) and (key == "loop" or key.startswith("with_"))]


def read_loop(task: LocatedDict, mistakes: Mistakes, own_lookups: Collection[str] = ()) -> Loop | None:
    """The loop of a task, None where it has none or a wrong one.

    Args:
        own_lookups: those of the user's own.
    """
    keys = loop_keys(task)
    control = _control(task, mistakes)
    if not keys:
        if "loop_control" in task:
            place = task.key_locations.get("loop_control")
            mistakes.warning("useless-keyword", "'loop_control' says nothing without a loop", place)
        return None
    for other in keys[1:]:
        place = task.key_locations.get(other)
        mistakes.error("two-loops", f"a task has one loop, not '{keys[0]}' and '{other}'", place, "remove one of them")
    key = keys[0]
    lookup = None if key == "loop" else key.removeprefix("with_")
    if lookup is not None and lookup.rpartition(".")[2] not in LOOKUPS and lookup not in own_lookups:
        refuse("task", key, task, {f"with_{name}" for name in (*LOOKUPS, *own_lookups)}, mistakes)
        return None
    terms: Any = task[key]
    if lookup is None and not isinstance(terms, list) and not is_open(terms):
        message = f"'loop': expected a list or a template of one, found {describe(terms)}"
        mistakes.error("wrong-type", message, task.value_locations.get(key), _bare_variable(terms))
        return None
    location = task.key_locations.get(key) or task.location
    return build(Loop, {"location": location, "lookup": lookup, "terms": terms, "control": control}, task, mistakes)


def _bare_variable(terms: object) -> str | None:
    if isinstance(terms, str) and terms.replace(".", "_").isidentifier():
        return f'write "{{{{ {terms} }}}}" if the variable is meant'
    if isinstance(terms, str) and "," in terms:
        return "write the items as a list: [" + ", ".join(part.strip() for part in terms.split(",")) + "]"
    return None


def _control(task: LocatedDict, mistakes: Mistakes) -> LoopControl | None:
    written = task.get("loop_control")
    if written is None:
        return None
    if not isinstance(written, LocatedDict):
        message = f"'loop_control': expected a mapping, found {describe(written)}"
        mistakes.error("wrong-type", message, task.value_locations.get("loop_control"))
        return None
    known = words_of(LoopControl)
    for key in written:
        if key not in known:
            refuse("loop_control", key, written, known, mistakes)
    values = {key: value for key, value in written.items() if key in known}
    return build(LoopControl, {"location": written.location, **values}, written, mistakes)
