"""Waiting for a lock that another package manager holds, and saying who it is."""

import re
from collections.abc import Callable
from typing import TypeVar

from smolrun.deadline import Deadline
from smolrun.errors import ModuleError
from smolrun.modules.base import TaskContext

T = TypeVar("T")
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds between two looks

_HELD = re.compile(
    r"Could not get lock (?P<file>\S+?)\.? (?:It is held by process (?P<holder>\d+)(?: \((?P<name>[^)]*)\))?|- open)"
    r"|Unable to acquire the dpkg frontend lock|Unable to lock (?:directory|the administration directory)"
    r"|frontend lock was locked by another process with pid (?P<pid>\d+)"
    r"|Unable to lock database|waiting for process with pid (?P<waiting>\d+)"
)

_WHOLE_NAMES = {"unattended-upgr": "unattended-upgrade"}
"""Linux keeps 15 characters of a program's name (TASK_COMM_LEN of proc_pid_comm(5))."""
_NO_RIGHT = re.compile(r"Permission denied|are you root\?")
"""Said beside the complaint of the lock where waiting does not help."""


def held_by(text: str) -> str | None:
    """Who holds the lock that apt, dpkg or apk complains of; None where the complaint is none of a lock."""
    found = _HELD.search(text)
    if found is None or _NO_RIGHT.search(text):
        return None
    pid = found["holder"] or found["pid"] or found["waiting"]
    name = _WHOLE_NAMES.get(found["name"], found["name"])
    return f"{name} (pid {pid})" if name else f"process {pid}" if pid else "another process"


def patiently(task: TaskContext, seconds: float, attempt: Callable[[], tuple[T, str]]) -> T:
    """What `attempt` gives, once it no longer complains of a lock.

    Args:
        seconds: how long to wait for it at most.
        attempt: gives its result, and what it said where it failed. A package manager that does not get its lock
            has changed nothing, so trying again is safe.

    Raises:
        ModuleError: the lock is still held; naming the holder.
    """
    limit, pause, told = Deadline.after(seconds), FIRST_PAUSE, ""
    while True:
        result, complaint = attempt()
        holder = held_by(complaint)
        if holder is None:
            return result
        if limit.expired:
            raise ModuleError(
                f"the package manager's lock on {task.host} is held by {holder}, for longer than {seconds:g} s",
                hint="`lock_timeout` says how long to wait for it",
            )
        if holder != told:
            task.progress(f"waiting up to {seconds:g} s for the package manager's lock, held by {holder}")
            told = holder
        task.sleep(limit.remaining(pause) or 0)
        pause = min(pause * 2, LONGEST_PAUSE)
