"""A diagnostic as text: what is wrong, where, the source lines with a mark under the exact place, what to do."""

import unicodedata

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.location import Location

TAB_WIDTH = 4
CONTEXT_LINES = 1
MAX_WIDTH = 160
"""Longer source lines are cut around the mark: a minified file must not fill the screen."""

_RESET = "\x1b[0m"
_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "place": "\x1b[34m", "bold": "\x1b[1m", "hint": "\x1b[36m"}
_WIDE = ("W", "F")


def render_diagnostic(diagnostic: Diagnostic, color: bool = False) -> str:
    """The diagnostic as lines of text, without a final line end.

    Parameters:
        color: with ANSI colours. Whatever else is in names, lines and messages is escaped, so that text from
            elsewhere cannot steer the terminal.
    """
    paint = _Paint(color)
    severity = diagnostic.severity
    style = "error" if severity is Severity.ERROR else "warning"
    heading = paint(f"{severity.value}[{diagnostic.code}]", style) + paint(f": {printable(diagnostic.message)}", "bold")
    lines = [heading]
    gutter = 1
    if diagnostic.location is not None:
        gutter = len(str(diagnostic.location.line + CONTEXT_LINES))
        lines += _place(diagnostic.location, gutter, style, paint)
    if diagnostic.hint:
        first, *more = printable(diagnostic.hint, keep="\n").splitlines()
        lines.append(f"{' ' * gutter} {paint('=', 'place')} {paint('hint', 'hint')}: {first}")
        lines += [f"{' ' * gutter}         {line}" for line in more]
    return "\n".join(lines)


class _Paint:
    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, text: str, style: str) -> str:
        return f"{_STYLES[style]}{text}{_RESET}" if self._color else text


def _place(location: Location, gutter: int, style: str, paint: _Paint) -> list[str]:
    margin = " " * gutter
    where = f"{printable(location.file.name)}:{location.line}:{location.column}"
    lines = [f"{margin}{paint('-->', 'place')} {where}"]
    if not location.file.quoted(location.line):
        return lines
    bar = paint("|", "place")
    lines.append(f"{margin} {bar}")
    for number in range(max(1, location.line - CONTEXT_LINES), location.line + 1):
        source = location.file.line(number)
        if number != location.line and not source.strip():
            continue
        offset = _cut(location) if number == location.line else 0
        shown = _shown(source[offset : offset + MAX_WIDTH])
        lines.append(f"{paint(str(number).rjust(gutter), 'place')} {bar} {shown}".rstrip())
    lines.append(f"{margin} {bar} {_mark(location, style, paint)}")
    return lines


def _cut(location: Location) -> int:
    """How much of the beginning of an overlong line is left out, so that its mark is seen."""
    return 0 if location.column <= MAX_WIDTH // 2 else location.column - MAX_WIDTH // 2


def _mark(location: Location, style: str, paint: _Paint) -> str:
    line, offset = location.file.line(location.line), _cut(location)
    start = min(location.column - 1, len(line))
    end = location.end_column - 1 if location.end_column else start + 1
    end = max(start + 1, min(end, len(line), offset + MAX_WIDTH))
    before = _width(_shown(line[offset:start]))
    return " " * before + paint("^" * max(1, _width(_shown(line[start:end]))), style)


def _shown(text: str) -> str:
    return printable(text.replace("\t", " " * TAB_WIDTH))


def _width(text: str) -> int:
    """Columns that a text takes on a terminal (Unicode Standard Annex 11; combining characters take none)."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in _WIDE else 0 if unicodedata.combining(c) else 1 for c in text)


def printable(text: str, keep: str = "") -> str:
    """The text with every character that a terminal would act upon, or not show, written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in keep or _is_harmless(c) else _escaped(c) for c in text)


def _is_harmless(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
