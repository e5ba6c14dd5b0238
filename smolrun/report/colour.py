"""Which colour means what, and whether there is any."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import TextIO


class Style(Enum):
    """The roles a text can have."""

    PLAIN = auto()
    OK = auto()
    CHANGED = auto()
    SKIPPED = auto()
    FAILED = auto()
    UNREACHABLE = auto()
    WARNING = auto()
    VERBOSE = auto()
    HEADER = auto()
    DIM = auto()
    ADDED = auto()
    REMOVED = auto()
    HUNK = auto()


_CODES = {
    Style.OK: "32",
    Style.CHANGED: "33",
    Style.SKIPPED: "36",
    Style.FAILED: "31",
    Style.UNREACHABLE: "1;31",
    Style.WARNING: "35",
    Style.VERBOSE: "34",
    Style.HEADER: "1",
    Style.DIM: "2",
    Style.ADDED: "32",
    Style.REMOVED: "31",
    Style.HUNK: "36",
}
"""Select Graphic Rendition parameters (ECMA-48, 8.3.117)."""


def paint(text: str, style: Style) -> str:
    """`text` between the codes that give it a style."""
    code = _CODES.get(style)
    return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


def wants_colour(choice: bool | None, stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to colour what goes to `stream`.

    Args:
        choice: what ``--color`` or ``--no-color`` said, which decides; None where neither was given.
        stream: only a terminal is coloured unasked.
        environment: ``NO_COLOR`` (https://no-color.org: set and not empty) and ``TERM=dumb`` switch it off;
            ``FORCE_COLOR`` and Ansible's ``ANSIBLE_FORCE_COLOR`` switch it on where it is not a terminal.
    """
    if choice is not None:
        return choice
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR") or environment.get("ANSIBLE_FORCE_COLOR", "").lower() in {"1", "true", "yes"}:
        return True
    return is_terminal(stream, environment)


def is_terminal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether control codes make sense there."""
    return stream.isatty() and environment.get("TERM", "") not in {"", "dumb"}
