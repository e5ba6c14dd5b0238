"""``pause``: wait for some time, or for somebody."""

import time
from datetime import datetime

from pydantic import Field, model_validator

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.source.coercions import Boolean, Number, Text

PRESS_ENTER = "Press enter to continue, Ctrl+C to interrupt"


class PauseArguments(Arguments):
    """Wait: so many seconds or minutes, or until somebody at the terminal answers. Once for all hosts of a batch.

    Example:
        ```yaml
        - pause:
            seconds: 10
        - pause:
            prompt: Which release
          register: release        # release.user_input
        ```

    Returns: ``user_input``, ``start``, ``stop``, ``delta`` (whole seconds), ``echo``, ``stdout``. Never ``changed``.
    Without a terminal nobody is asked: the play goes on, with a warning.

    The guest needs: nothing; no connection is made.
    """

    seconds: Number | None = Field(None, description="How many seconds to wait", ge=0)
    minutes: Number | None = Field(None, description="How many minutes to wait", ge=0)
    prompt: Text | None = Field(None, description="What to ask, or to show while waiting")
    echo: Boolean = Field(True, description="Show what is typed; `false` for passwords")

    @model_validator(mode="after")
    def _one_span(self) -> "PauseArguments":
        if self.seconds is not None and self.minutes is not None:
            raise mistake("write either `seconds` or `minutes`, not both")
        return self

    @property
    def span(self) -> float | None:
        """Seconds to wait; None for as long as somebody needs to answer."""
        return self.seconds if self.minutes is None else self.minutes * 60


def run(arguments: PauseArguments, task: TaskContext) -> ModuleResult:
    began, clock = datetime.now().astimezone(), time.monotonic()
    answer = ""
    warnings: tuple[str, ...] = ()
    if arguments.span is not None:
        task.progress(arguments.prompt or f"pausing for {arguments.span:g} seconds")
        task.sleep(arguments.span)
    elif task.prompt is None:
        warnings = ("not waiting for an answer to `pause`, since there is no terminal",)
    else:
        answer = task.prompt(f"[{arguments.prompt or PRESS_ENTER}]:\n", arguments.echo) or ""
    seconds = time.monotonic() - clock
    unit, amount = ("minutes", seconds / 60) if arguments.minutes is not None else ("seconds", seconds)
    return ModuleResult(
        values={
            "user_input": answer,
            "start": str(began.replace(tzinfo=None)),
            "stop": str(datetime.now().astimezone().replace(tzinfo=None)),
            "delta": int(seconds),
            "echo": arguments.echo,
            "rc": 0,
            "stdout": f"Paused for {round(amount, 2)} {unit}",
            "stderr": "",
        },
        warnings=warnings,
    )


MODULE = Module(
    PauseArguments, run, check_mode="always", uses_guest=False, own_limit=True, once_per_batch=True, background="never"
)
