"""Whether a task runs on every path through its play: only then is what must fail in it an error before the run."""

from smolrun.playbook.models import Block, Play, Task
from smolrun.playbook.texts import When
from smolrun.playbook.walk import Visit
from smolrun.playbook.written import is_open


def is_certain(visit: Visit, evaluated: When = "execution") -> bool:
    """Whether what is evaluated at that moment of the node is evaluated in every run, and its failure counts."""
    node = visit.node
    if evaluated in ("lazy", "condition") or not isinstance(node, Task) or not _is_reached(visit):
        return False
    if evaluated == "first":
        return _has_items(node)
    if any(condition is not True for condition in node.when):
        return False
    return evaluated == "loop" or _has_items(node)


def _is_reached(visit: Visit) -> bool:
    if visit.handler or "rescue" in visit.sections:
        return False
    chain = (*visit.parents, visit.node)
    return not any(_may_be_skipped(parent) for parent in visit.parents) and not any(
        keywords.ignore_errors not in (None, False) or "never" in keywords.tags for keywords in chain
    )


def _may_be_skipped(parent: Play | Block) -> bool:
    """Whether a parent keeps its tasks from running, or a failure of theirs from counting."""
    if not isinstance(parent, Block):
        return False
    return bool(parent.rescue) or any(condition is not True for condition in parent.when)


def _has_items(task: Task) -> bool:
    """Whether the task runs at least once, as far as its loop goes."""
    if task.loop is None:
        return True
    # A template among the items of `with_items` may be an empty list, and `omit` may take any of them away.
    return isinstance(task.loop.terms, list) and any(not is_open(item) for item in task.loop.terms)
