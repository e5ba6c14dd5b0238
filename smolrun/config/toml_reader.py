"""Reading ``smolrun.toml`` and ``[tool.smolrun]`` of ``pyproject.toml``, with the places of the keys.

Python's reader keeps no places, so the keys of one table are looked for in the text by themselves: a line of that
table which begins with the key. Where that finds nothing (inline tables), the place is the table's, or the file's.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError
from smolrun.location import Location, SourceFile

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)\Z")
_HEADER = re.compile(r"\s*\[(?P<name>[^\[\]]+)\]\s*(?:#.*)?\Z")
_KEY = re.compile(r"\s*(?P<key>[A-Za-z0-9_-]+|\"[^\"]+\"|'[^']+')\s*=\s*(?P<value>.*?)\s*\Z")


def read_toml(file: SourceFile) -> Mapping[str, Any]:
    """The whole file. Raises `LoadError` with the place of what is wrong."""
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        found = _PLACE.search(str(error))
        line, column = len(file.lines) or 1, 1
        if found and found["line"]:
            line, column = int(found["line"]), int(found["column"])
        message = _PLACE.sub("", str(error))
        place = Location(file, line, column)
        text = f"this is not TOML: {message[:1].lower()}{message[1:]}"
        raise LoadError([Diagnostic(Severity.ERROR, "configuration-syntax", text, place)]) from None


def key_places(file: SourceFile, table: Sequence[str]) -> dict[str, tuple[Location, Location]]:
    """Where the keys of a table and their values stand.

    Args:
        table: the names above the keys; none for the top of the file.
    """
    places: dict[str, tuple[Location, Location]] = {}
    current: tuple[str, ...] = ()
    for number, line in enumerate(file.lines, 1):
        header = _HEADER.match(line)
        if header:
            current = tuple(part.strip().strip("\"'") for part in header["name"].split("."))
            continue
        pair = _KEY.match(line) if current == tuple(table) else None
        if pair:
            key = Location(file, number, pair.start("key") + 1, pair.end("key") + 1)
            value = Location(file, number, pair.start("value") + 1, pair.end("value") + 1)
            places.setdefault(pair["key"].strip("\"'"), (key, value))
    return places
