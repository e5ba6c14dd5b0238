"""Refreshing the package index after its sources have changed."""

from collections.abc import Callable

from smolrun.errors import ModuleError
from smolrun.modules.base import TaskContext
from smolrun.modules.packages.lock import patiently
from smolrun.modules.system.asking import ask

LOCK_PATIENCE = 60  # seconds, as the module `apt` waits by default


def refresh(task: TaskContext, *, retries: int, undo: Callable[[], None]) -> None:
    """``apt-get update``.

    Args:
        retries: how often it is tried again.
        undo: takes the change back where it fails for good.

    Raises:
        ModuleError: it failed.
    """
    said = ""

    def attempt() -> tuple[bool, str]:
        nonlocal said
        raw = ask(task, "apt_state", arguments={"update": "yes"})
        said = raw.text("update_said")
        good = raw.text("update_code") == "0"
        return good, "" if good else said

    for left in range(retries, -1, -1):
        if patiently(task, LOCK_PATIENCE, attempt):
            return
        if left:
            task.sleep(1)
    undo()
    raise ModuleError(f"the package index of {task.host} cannot be refreshed, and the sources are as before: {said}")
