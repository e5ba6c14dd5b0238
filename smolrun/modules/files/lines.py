"""The lines of a system's text files, which end where Unix says they do."""

import re

_WITH_END = re.compile(r"[^\n]*\n|[^\n]+")


def lines_of(text: str) -> list[str]:
    """The lines without what ends them: a newline, or a carriage return and one.

    Python's own ``splitlines`` also breaks lines at form feeds and half a dozen of other letters, which are data here:
    what was put together again would be another file.
    """
    return [line.removesuffix("\n").removesuffix("\r") for line in _WITH_END.findall(text)]


def lines_with_ends(text: str) -> list[str]:
    """The lines as they stand there; joined, they are the text."""
    return _WITH_END.findall(text)
