"""What a person needs to understand a failure: its place, the lines around it, and what to do."""

from collections.abc import Mapping
from typing import Any

from smolrun.engine import hints
from smolrun.engine.events import Failure
from smolrun.engine.plan_builder import place_of
from smolrun.errors import OperationCancelledError, OperationTimeoutError, SmolVMError
from smolrun.location import Location

LINES_AROUND = 2


def failure_of(
    message: str,
    task_location: Location | None,
    *,
    hint: str | None = None,
    location: Location | None = None,
    variables: Mapping[str, Any] | None = None,
    killed: bool | None = None,
) -> Failure:
    """A failure whose lines are those around its cause, or around the task where the cause has no place of its own."""
    return Failure(
        message=message,
        hint=hint,
        place=place_of(location) if location is not None and location != task_location else None,
        source_lines=lines_around(location or task_location),
        variables=dict(variables or {}),
        killed=killed,
    )


def failure_of_error(
    error: SmolVMError, task_location: Location | None, variables: Mapping[str, Any] | None = None
) -> Failure:
    """The failure that an error stands for."""
    cancelled = isinstance(error, OperationCancelledError)
    return failure_of(
        "interrupted" if cancelled else error.message,
        task_location,
        hint=error.hint or hints.of_error(error),
        location=error.location,
        variables=variables,
        killed=_killed(error),
    )


def _killed(error: SmolVMError) -> bool | None:
    """Whether its processes are gone; None where it had none yet."""
    if isinstance(error, OperationTimeoutError) and (error.killed or error.unverified):
        return error.killed
    return None


def lines_around(location: Location | None) -> tuple[tuple[int, str], ...]:
    """The numbered lines of the file around a place."""
    if location is None or not location.file.text or location.file.vaulted:
        return ()
    first = max(1, location.line - LINES_AROUND)
    last = min(len(location.file.lines), location.line + LINES_AROUND)
    return tuple((number, location.file.line(number)) for number in range(first, last + 1))
