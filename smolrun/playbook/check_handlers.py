"""Notifications that no handler hears."""

from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Block, Play, Task
from smolrun.playbook.suggestion import did_you_mean
from smolrun.playbook.walk import walk
from smolrun.playbook.written import is_open
from smolrun.source.text import location_of


def check_notifications(play: Play, mistakes: Mistakes) -> None:
    """Warns of names that no handler of the play has or listens to.

    A warning, since Ansible fails only when the task changes something. Where a handler's own name is a template,
    nothing can be said.
    """
    heard: set[str] = set()
    for visit in walk(play):
        if visit.handler and isinstance(visit.node, Task):
            names = (*((visit.node.name,) if visit.node.name is not None else ()), *visit.node.listen)
            if any(is_open(name) for name in names):
                return
            heard |= {str(name) for name in names}
    for visit in walk(play):
        for name in visit.node.notify if isinstance(visit.node, Task | Block) else ():
            if not is_open(name) and str(name) not in heard:
                place = location_of(name) or visit.node.location
                hint = did_you_mean(str(name), heard) or "add it to the play's 'handlers'"
                mistakes.warning("unknown-handler", f"no handler is called '{name}'", place, hint)
