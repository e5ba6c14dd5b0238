"""``async`` and ``poll`` where they say nothing, or cannot be done."""

from smolrun.playbook.certainty import is_certain
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Play, Task
from smolrun.playbook.walk import tasks_of
from smolrun.playbook.written import is_open
from smolrun.source.text import location_of


def check_background(play: Play, mistakes: Mistakes) -> None:
    """Notes tasks that cannot go on in the background, and such a word that changes nothing."""
    for visit, task in tasks_of(play):
        if task.async_limit is None:
            if task.poll is not None:
                mistakes.warning("useless-keyword", "'poll' says nothing without 'async'", task.location)
            continue
        message = _impossible(task)
        if message is not None:
            note = mistakes.error if is_certain(visit) else mistakes.warning
            note("async", message, location_of(task.async_limit) or task.module_location)


def _impossible(task: Task) -> str | None:
    if is_open(task.async_limit) or not isinstance(task.async_limit, int) or task.async_limit <= 0:
        return None
    found = task.found
    if found is not None and found.module.background == "never":
        return f"'{found.name}' cannot go on in the background (async)"
    if task.mode == "raw" and found is not None and found.module.takes_mode:
        return "'async' cannot go with 'mode: raw', which sends the line as it stands"
    return None
