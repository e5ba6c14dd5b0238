"""A failure, told once and so that nobody has to run it again to understand it."""

from collections.abc import Iterator
from typing import Any

from smolrun.engine.events import Failure, Place, TaskFinished
from smolrun.report.colour import Style
from smolrun.report.lines import Line, Lines
from smolrun.report.plain_values import json_text
from smolrun.report.recap import seconds
from smolrun.report.results import Outcome, failure_head
from smolrun.shortening import beginning

LAST_LINES = 10
"""How many of each stream; the whole is in the result, which ``-v`` shows."""
LONGEST_LINE = 2_000
"""Characters of one line of a stream that are shown: a command may write megabytes without a newline."""
_NO_EXIT_CODE = 256
"""From here on a module's ``rc`` is a number of its own (``lineinfile`` has 257, as in Ansible)."""
_LONG = 1.0
"""Seconds of trying to connect that are worth telling."""
_LABEL_WIDTH = 11
_VALUE_LIMIT = 300


def failure_lines(event: Outcome, verbosity: int) -> Lines:
    """Everything worth knowing of a failed task or loop item."""
    yield failure_head(event)
    failure = event.failure or Failure(message="")
    for rest in failure.message.split("\n")[1:]:
        yield Line((("  " + rest, Style.FAILED),))
    yield from _source(failure, failure.place or event.task.place)
    yield from _values(failure)
    yield from _command(event)
    yield from _stream("stdout", event.result.get("stdout"), verbosity)
    yield from _stream("stderr", event.result.get("stderr"), verbosity)
    if event.status == "unreachable" and event.duration >= _LONG:
        yield from _labelled("tried for", seconds(event.duration))
    if failure.killed is not None:
        done = "every process it had started is gone" if failure.killed else "NOT verified: processes may be left"
        yield from _labelled("killed", done)
    if failure.hint:
        yield from _labelled("hint", failure.hint)
    if verbosity >= 1:
        yield from _labelled("result", json_text(event.result, indent=4 if verbosity >= 3 else None))


def short_failure_lines(event: Outcome, alike: str | None = None) -> Lines:
    """One line for a failure that the playbook ignores, or that was told before.

    Args:
        alike: the host on which the same was told.
    """
    head = failure_head(event)
    code = event.result.get("exit_code")
    notes = [] if code is None else [f"exit code {code}"]
    if alike is not None:
        notes.append("as before" if alike == event.host else f"as on {alike}")
    yield Line((*head.spans, (f" ({', '.join(notes)})", Style.PLAIN))) if notes else head


def _source(failure: Failure, place: Place | None) -> Lines:
    if place is None:
        return
    yield Line(((f"  {place.path}:{place.line}:{place.column}", Style.HEADER),))
    width = len(str(max((number for number, _ in failure.source_lines), default=0)))
    for number, text in failure.source_lines:
        here = number == place.line
        yield Line(
            (
                (f"  {'>' if here else ' '} {number:>{width}} | ", Style.DIM),
                (text, Style.HEADER if here else Style.PLAIN),
            )
        )


def _values(failure: Failure) -> Lines:
    for name, value in failure.variables.items():
        text = json_text(value)
        yield from _labelled(name, beginning(text, _VALUE_LIMIT), separator=" = ")


def _command(event: Outcome) -> Lines:
    command = event.command_line if isinstance(event, TaskFinished) and event.command_line else event.result.get("cmd")
    if command:
        yield from _labelled("command", command if isinstance(command, str) else " ".join(map(str, command)))
    code = event.result.get("exit_code", event.result.get("rc"))
    if code is not None and not (isinstance(code, int) and code >= _NO_EXIT_CODE):
        yield from _labelled("exit code", f"{code}{_told_by(event.result)} after {seconds(event.duration)}")


def _told_by(result: dict[str, Any]) -> str:
    signal = result.get("signal")
    return f" (killed by signal {signal})" if signal else ""


def _stream(name: str, content: object, verbosity: int) -> Lines:
    if not isinstance(content, str) or not content.strip():
        return
    lines = content.rstrip("\n").split("\n")
    shown = [_cut(text) for text in (lines if verbosity >= 1 else lines[-LAST_LINES:])]
    if len(shown) < len(lines):
        yield from _labelled(name, f"the last {len(shown)} of {len(lines)} lines")
        yield from (_indented(text) for text in shown)
    else:
        yield from _labelled(name, "\n".join(shown))


def _cut(text: str) -> str:
    if len(text) <= LONGEST_LINE:
        return text
    return f"{text[:LONGEST_LINE]}… ({len(text) - LONGEST_LINE:,} characters more)"


def _labelled(label: str, text: str, separator: str = "") -> Iterator[Line]:
    first, *rest = text.split("\n")
    head = f"  {label}{separator}" if separator else f"  {label:<{_LABEL_WIDTH}}"
    yield Line(((head, Style.DIM), (first, Style.PLAIN)))
    yield from (_indented(part) for part in rest)


def _indented(text: str) -> Line:
    return Line(((" " * (_LABEL_WIDTH + 2) + text, Style.PLAIN),))
