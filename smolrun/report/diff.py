"""What a change did or would do, as a unified diff."""

import difflib
from collections.abc import Iterator, Mapping

from smolrun.report.colour import Style
from smolrun.report.lines import Line, Lines, line

_STYLES = {"+": Style.ADDED, "-": Style.REMOVED, "@": Style.HUNK}


def diff_lines(diff: Mapping[str, str]) -> Lines:
    """The lines of one diff of a `TaskFinished` event (``before``, ``after`` and their headers)."""
    before, after = diff.get("before", ""), diff.get("after", "")
    unified = difflib.unified_diff(
        _split(before),
        _split(after),
        fromfile="before" + _named(diff.get("before_header")),
        tofile="after" + _named(diff.get("after_header")),
        lineterm="",
    )
    for text in unified:
        style = _STYLES.get(text[:1], Style.PLAIN)
        for part in text.split("\n"):
            yield line(part, style)


def _named(header: str | None) -> str:
    return f": {header}" if header else ""


def _split(text: str) -> list[str]:
    """The lines, the last one marked where it has no end, as diff(1) tells it."""
    lines = text.split("\n")
    if lines[-1]:
        lines[-1] += "\n\\ No newline at end of file"
    else:
        lines.pop()
    return lines


def all_diffs(diffs: tuple[dict[str, str], ...]) -> Iterator[Line]:
    """Every diff of a task, with an empty line after each that shows something."""
    for diff in diffs:
        lines = list(diff_lines(diff))
        yield from lines
        if lines:
            yield Line()
