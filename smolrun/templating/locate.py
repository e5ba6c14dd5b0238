"""Where, in the file somebody wrote, a part of a template stands.

Jinja2 knows lines of the template, YAML knows where the scalar begins; between them lie quotes, block
indicators and folding. The place is found by looking for the fragment itself in the file, from where the
scalar begins.
"""

import re
from typing import Final

from smolrun.location import Location, SourceFile
from smolrun.source.text import location_of

_FAR: Final = 200
"""Lines beyond the template's own length in which a fragment is still looked for: a folded scalar has more lines."""


def locate(text: str, fragment: str | None = None, line: int = 1, occurrence: int = 0) -> Location | None:
    """The place of `fragment`, a name or a piece of code, that stands on the given line of the template `text`.

    Args:
        text: the template; a `SourceText` that remembers its place, else nothing can be said.
        fragment: what to mark; None marks the beginning of the line.
        line: Jinja2's line number in the template, from 1.
        occurrence: which one of several on that line is meant, from 0.

    Returns:
        The most exact place that is known; None where the text does not remember one.
    """
    start = location_of(text)
    if start is None:
        return None
    lines = text.split("\n")
    own = lines[line - 1] if 0 < line <= len(lines) else ""
    placed = _find_line(start, own, line, fragment, occurrence)
    if placed is not None:
        return placed
    if fragment:
        return _find_fragment(start, fragment, len(lines)) or start
    return start


def locate_offset(text: str, offset: int, length: int = 0) -> Location | None:
    """The place of what stands `offset` characters from the beginning of the template `text`.

    Args:
        length: how many characters are to be marked, at most to the end of the line; 0 for none.
    """
    start = location_of(text)
    if start is None:
        return None
    before = text[:offset].split("\n")
    own = text.split("\n")[len(before) - 1]
    line = _find_line(start, own, len(before), None, 0)
    if line is None:
        fragment = text[offset : offset + length].strip()
        return (_find_fragment(start, fragment, text.count("\n") + 1) if fragment else None) or start
    column = line.column + len(before[-1]) - (len(own) - len(own.lstrip()))
    return _mark(start.file, line.line, column, min(length, len(own) - len(before[-1])))


def _pattern(fragment: str) -> re.Pattern[str]:
    before = r"(?<![\w.])" if re.match(r"\w", fragment) else ""
    after = r"(?!\w)" if re.search(r"\w$", fragment) else ""
    return re.compile(before + re.escape(fragment) + after)


def _mark(file: SourceFile, line: int, column: int, length: int) -> Location:
    return Location(file, line, column, column + length if length else None)


def _find_line(start: Location, own: str, line: int, fragment: str | None, occurrence: int) -> Location | None:
    """By the template's own line, where the file has that line as it is (plain, quoted and literal scalars)."""
    wanted = own.strip()
    if not wanted:
        return None
    first = start.line + (line - 1)
    for number in (first, first + 1):
        shown = start.file.line(number)
        at = shown.find(wanted, start.column - 1 if number == start.line else 0)
        if at < 0:
            continue
        if not fragment:
            return _mark(start.file, number, at + 1, 0)
        found = list(_pattern(fragment).finditer(wanted)) or list(re.finditer(re.escape(fragment), wanted))
        if found:
            match = found[min(occurrence, len(found) - 1)]
            return _mark(start.file, number, at + match.start() + 1, len(fragment))
        return _mark(start.file, number, at + 1, 0)
    return None


def _find_fragment(start: Location, fragment: str, length: int) -> Location | None:
    """By the fragment alone, where the scalar is folded or has escapes: as far as the scalar may reach."""
    pattern = _pattern(fragment)
    file = start.file
    own_depth = _depth(file.line(start.line))
    for number in range(start.line, min(start.line + length + _FAR, len(file.lines)) + 1):
        shown = file.line(number)
        if number > start.line and shown.strip() and _depth(shown) <= own_depth:
            break  # less indented than what the scalar belongs to: it is over
        match = pattern.search(shown, start.column - 1 if number == start.line else 0)
        if match:
            return _mark(file, number, match.start() + 1, len(fragment))
    return None


def _depth(line: str) -> int:
    """How far a line of YAML is indented, the dashes of lists counted as indentation."""
    return len(line) - len(line.lstrip(" -"))
