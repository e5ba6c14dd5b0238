"""What events may show of a result: redacted, and nothing at all of it under ``no_log``."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smolrun.engine.events import Failure
from smolrun.engine.redaction import CENSORED, Redactor

__all__ = ["CENSORED_ITEM", "shown_diff", "shown_failure", "shown_result", "shown_text"]

CENSORED_ITEM = "(censored due to no_log)"

_STATES = ("changed", "failed", "skipped", "unreachable", "timed_out", "attempts", "duration")
"""What of a censored result still tells nothing but how the task ended."""


def shown_result(result: Mapping[str, Any], redactor: Redactor, *, no_log: bool) -> dict[str, Any]:
    """A registered result as events carry it. Differences have a field of their own there."""
    if no_log:
        return {"censored": CENSORED, **{name: result[name] for name in _STATES if name in result}}
    shown = {name: value for name, value in result.items() if name != "diff"}
    return redactor.data(shown)  # type: ignore[no-any-return]


def shown_failure(failure: Failure | None, redactor: Redactor, *, no_log: bool) -> Failure | None:
    """A failure as events carry it; under ``no_log`` only its place is left."""
    if failure is None:
        return None
    if no_log:
        return Failure(message=CENSORED, place=failure.place, killed=failure.killed)
    return replace(
        failure,
        message=redactor.text(failure.message),
        hint=None if failure.hint is None else redactor.text(failure.hint),
        source_lines=tuple((number, redactor.text(line)) for number, line in failure.source_lines),
        variables=redactor.data(failure.variables),
    )


def shown_text(text: str | None, redactor: Redactor, *, no_log: bool) -> str | None:
    return None if text is None or no_log else redactor.text(text)


def shown_diff(diff: tuple[dict[str, str], ...], redactor: Redactor, *, no_log: bool) -> tuple[dict[str, str], ...]:
    return () if no_log else tuple(redactor.data(entry) for entry in diff)
