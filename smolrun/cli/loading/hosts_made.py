"""Plays that may bring hosts into being, which the plays after them are for."""

from smolrun.playbook.keywords import INCLUDES
from smolrun.playbook.models import Play
from smolrun.playbook.walk import tasks_of

_MAKES_HOSTS = frozenset({"add_host", "group_by"})


def makes_hosts(play: Play) -> bool:
    """Whether one of its tasks adds a host or a group."""
    return any(task.module.rpartition(".")[2] in _MAKES_HOSTS for _, task in tasks_of(play))


def brings_in_more(play: Play) -> bool:
    """Whether it includes tasks that are not known before it runs, and which may do anything."""
    return any(task.module in INCLUDES and task.included is None for _, task in tasks_of(play))
