"""How argument spaces are written: every combination of their parts."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

Space = Iterator[dict[str, Any]]
PLACES = ("present", "unended", "empty", "program", "folder", "link", "dangling", "missing", "no/such/folder")
"""What stands in the folder of each task, and what does not; see `PREPARE`."""


def each(*parts: Sequence[Mapping[str, Any]]) -> Space:
    for chosen in product(*parts):
        yield {name: value for part in chosen for name, value in part.items()}


def ways(name: str, *values: Any) -> list[dict[str, Any]]:
    """An argument that is left out, or has one of these values."""
    return [{}, *({name: value} for value in values)]
