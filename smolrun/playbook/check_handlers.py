"""Notifications that no handler hears."""

from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Block, Play, Task, TasksOfRole
from smolrun.playbook.set_by_task import brings_in_unknown
from smolrun.playbook.suggestion import did_you_mean
from smolrun.playbook.walk import Visit, walk
from smolrun.playbook.written import is_open
from smolrun.source.text import location_of


def check_notifications(play: Play, mistakes: Mistakes) -> None:
    """Warns of names that no handler of the play has or listens to.

    A warning, since Ansible fails only when the task changes something. Where a handler's own name is a template, or
    a role that cannot be known yet may bring some, nothing can be said.
    """
    heard: set[str] = set()
    for visit in walk(play):
        if not isinstance(visit.node, Task):
            continue
        if visit.node.module == "include_role" and brings_in_unknown(visit.node):
            return
        if visit.handler:
            names = _names(visit.node, visit)
            if any(is_open(name) for name in names):
                return
            heard |= {str(name) for name in names}
    for visit in walk(play):
        for name in visit.node.notify if isinstance(visit.node, Task | Block) else ():
            if not is_open(name) and str(name) not in heard:
                place = location_of(name) or visit.node.location
                hint = did_you_mean(str(name), heard) or "add it to the play's 'handlers'"
                mistakes.warning("unknown-handler", f"no handler is called '{name}'", place, hint)


def _names(handler: Task, visit: Visit) -> list[object]:
    """What a handler is notified by: its name, that with its role before it, and its topics."""
    names: list[object] = [*handler.listen]
    if handler.name is not None:
        names.append(handler.name)
        role = next((parent.role for parent in reversed(visit.parents) if isinstance(parent, TasksOfRole)), None)
        if role is not None and not is_open(handler.name):
            names.append(f"{role.name} : {handler.name}")
    return names
