"""``--step``: ask before each task."""

from smolrun.engine.events import TaskReference
from smolrun.engine.options import Prompt


class Stepping:
    """Asks whether to perform a task.

    Args:
        prompt: asks the user; None to perform everything.
    """

    def __init__(self, prompt: Prompt | None) -> None:
        self._prompt = prompt

    def wants(self, task: TaskReference) -> bool:
        """Whether the user wants this task; ``c`` wants it and all that follow."""
        if self._prompt is None:
            return True
        answer = (self._prompt(f"Perform task: {task.name} (N)o/(y)es/(c)ontinue: ", True) or "").strip().lower()
        if answer in ("c", "continue"):
            self._prompt = None
            return True
        return answer in ("y", "yes")
