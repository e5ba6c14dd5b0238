"""What a person needs to understand a failure: its place, the lines around it, and what to do."""

from collections.abc import Mapping
from typing import Any

from smolrun.engine.events import Failure
from smolrun.engine.plan_builder import place_of
from smolrun.errors import BecomeError, OperationCancelledError, OperationTimeoutError, SmolVMError
from smolrun.location import Location

LINES_AROUND = 2
_BECOME_HINT = "give its password with -K, --become-password-file or ansible_become_password"


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
        hint=error.hint or _hint(error),
        location=error.location,
        variables=variables,
        killed=_killed(error),
    )


def _killed(error: SmolVMError) -> bool | None:
    """Whether its processes are gone; None where it had none yet."""
    if isinstance(error, OperationTimeoutError) and (error.killed or error.unverified):
        return error.killed
    return None


def _hint(error: SmolVMError) -> str | None:
    """What to do about an error in the words of playbooks and flags, which the floors below do not know."""
    if isinstance(error, BecomeError):
        return _BECOME_HINT if "password" in error.message else None
    if isinstance(error, OperationTimeoutError) and not isinstance(error, OperationCancelledError):
        return _timeout_hint(error)
    return None


def _timeout_hint(error: OperationTimeoutError) -> str:
    hint = "raise it with 'timeout: SECONDS' on the task, its block or its play, or with --task-timeout; 0 is no limit"
    if error.unverified:
        hint += "; processes of the command may still be running on the guest"
    return hint


def lines_around(location: Location | None) -> tuple[tuple[int, str], ...]:
    """The numbered lines of the file around a place."""
    if location is None or not location.file.text or location.file.vaulted:
        return ()
    first = max(1, location.line - LINES_AROUND)
    last = min(len(location.file.lines), location.line + LINES_AROUND)
    return tuple((number, location.file.line(number)) for number in range(first, last + 1))
