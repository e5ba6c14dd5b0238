"""What a check before the run could not know, so that nobody takes its silence for more than it is."""

from collections.abc import Iterator
from typing import Literal

from smolrun.location import Location

Kind = Literal["tasks", "templates", "variables", "variable"]


class Unknowns:
    """Collects it: each subject once, with all its places."""

    def __init__(self) -> None:
        self._found: dict[Kind, dict[str, dict[Location | None, None]]] = {}

    def add(self, kind: Kind, subject: str, place: Location | None) -> None:
        """Args:
        kind: ``tasks`` of an include, ``templates`` that tasks render, sources of ``variables``, or a ``variable``
            that only such a source could set.
        subject: the name as it is written.
        place: where.
        """
        self._found.setdefault(kind, {}).setdefault(subject, {})[place] = None

    def of(self, kind: Kind) -> Iterator[tuple[str, tuple[Location, ...]]]:
        """Each subject of a kind with its places."""
        for subject, places in self._found.get(kind, {}).items():
            yield subject, tuple(place for place in places if place is not None)
