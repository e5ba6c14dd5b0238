"""The line (or few) that says what came of one task, or one loop item, on one host."""

from collections.abc import Mapping
from typing import Any

from smolrun.engine.events import ItemFinished, TaskFinished, TaskStatus
from smolrun.report.colour import Style
from smolrun.report.lines import Line, Lines, block
from smolrun.report.plain_values import json_text
from smolrun.shortening import beginning

Outcome = TaskFinished | ItemFinished

_STYLES: Mapping[TaskStatus, Style] = {
    "ok": Style.OK,
    "changed": Style.CHANGED,
    "skipped": Style.SKIPPED,
    "failed": Style.FAILED,
    "timed_out": Style.FAILED,
    "unreachable": Style.UNREACHABLE,
    "lost": Style.UNREACHABLE,
}
_WORDS: Mapping[TaskStatus, str] = {"ok": "ok", "changed": "changed", "skipped": "skipping"}
_SHOUTS: Mapping[TaskStatus, str] = {
    "failed": "FAILED!",
    "timed_out": "TIMED OUT!",
    "unreachable": "UNREACHABLE!",
    "lost": "LOST!",
}
ALWAYS_TOLD = frozenset({"debug"})
"""Modules whose result is what the user asked to see."""
_BYTES = frozenset({"stdout_bytes", "stderr_bytes"})
LONGEST_REASON = 120
"""Characters of a line of a guest's that stand in one of ours."""
STREAMED = frozenset({"stdout", "stdout_lines", "stderr", "stderr_lines", "output"}) | _BYTES
"""Fields of a result that hold what a command wrote."""
_NOT_WORTH_TELLING = frozenset({"ansible_facts"}) | _BYTES


def style_of(status: TaskStatus) -> Style:
    return _STYLES[status]


def is_failure(event: Outcome) -> bool:
    return event.status in _SHOUTS


def result_lines(event: Outcome, verbosity: int, *, streamed: bool) -> Lines:
    """What came of a success or a skip.

    Args:
        streamed: its output has been shown already and need not be told again.
    """
    head = f"{_WORDS[event.status]}: [{_host(event)}]{_item(event)}"
    style = style_of(event.status)
    if event.task.module in ALWAYS_TOLD and event.status != "skipped":
        yield from block(f"{head} => {json_text(_told(event.result), indent=4)}", style)
    elif verbosity >= 1:
        hidden = _NOT_WORTH_TELLING | (STREAMED if streamed else frozenset())
        shown = {key: value for key, value in event.result.items() if key not in hidden}
        yield from block(f"{head} => {json_text(shown, indent=4 if verbosity >= 3 else None)}", style)
    else:
        yield Line(((head, style),))


def failure_head(event: Outcome) -> Line:
    """The first line of a failure: ``fatal: [web1]: FAILED! => …``, or ``failed:`` for one loop item."""
    word = "failed" if isinstance(event, ItemFinished) else "fatal"
    message = event.failure.message if event.failure else str(event.result.get("msg", ""))
    first = message.split("\n", 1)[0]
    text = f"{word}: [{_host(event)}]{_item(event, colon=True)} {_SHOUTS[event.status]}"
    return Line(((f"{text} => {first}" if first else text, style_of(event.status)),))


def reason(result: Mapping[str, Any]) -> str:
    """The shortest account of why something failed: its exit code and last line of standard error, or its message."""
    code, said = result.get("rc", result.get("exit_code")), str(result.get("stderr") or "").strip()
    parts = [f"exit code {code}"] if code else []
    last = said.rsplit("\n", 1)[-1] if said else "" if code else str(result.get("msg") or "").split("\n", 1)[0]
    return ": ".join([*parts, *([_cut(last)] if last else [])])


def _cut(text: str) -> str:
    return beginning(text, LONGEST_REASON)


def _host(event: Outcome) -> str:
    if isinstance(event, TaskFinished) and event.delegated_to:
        return f"{event.host} -> {event.delegated_to}"
    return event.host


def _item(event: Outcome, *, colon: bool = False) -> str:
    if isinstance(event, ItemFinished):
        return f" => (item={event.item})" if not colon else f" (item={event.item}):"
    return ":" if colon else ""


def _told(result: Mapping[str, Any]) -> dict[str, Any]:
    """What `debug` was to show: its message, or its variable (of whatever name) without what every result has."""
    if "msg" in result:
        return {"msg": result["msg"]}
    named = {key: value for key, value in result.items() if key not in _OF_EVERY_RESULT}
    return {key: value for key, value in named.items() if key not in _OF_LOOPS} or named


_OF_EVERY_RESULT = frozenset({"changed", "failed", "skipped", "ok", "timed_out", "duration", "attempts", "warnings"})
_OF_LOOPS = frozenset({"item", "ansible_loop_var"})
