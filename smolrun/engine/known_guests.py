"""The guests that have been worked out in this run, each with all that it was worked out from."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolrun.connection.variables import CONNECTION_VARIABLES
from smolrun.playbook.inheritance import Effective
from smolrun.playbook.written import has_open

if TYPE_CHECKING:
    from smolrun.engine.guest import Guest

_NAMES = frozenset(CONNECTION_VARIABLES)
_KEYWORDS = ("connection", "remote_user", "port", "become", "become_user", "become_method", "become_flags")
_MOST = 1000
"""Entries; sources that change from task to task must not fill the memory."""


class Sources:
    """What a guest is worked out from, as it stands.

    Two are the same where every part is the very same object: equal ones may differ in trust, or in type.

    Attributes:
        key: the same for the same sources, as long as these live.
    """

    __slots__ = ("_parts", "key")

    def __init__(self, host: str, folder: Path, keywords: Effective, variables: Mapping[str, Any]) -> None:
        said = [getattr(keywords, name) for name in _KEYWORDS]
        names = sorted(connection_names(variables))
        self._parts = (*said, *(variables[name] for name in names))
        self.key = (host, folder, *names, *map(id, self._parts))

    @property
    def are_final(self) -> bool:
        """Whether nothing has to be rendered: a template may give something else each time."""
        return not any(map(has_open, self._parts))


def connection_names(variables: Mapping[str, Any]) -> set[str]:
    """The variables among these that mean something to a connection."""
    found: set[str] = set()
    for layer in getattr(variables, "layers", (variables,)):
        names = layer.keys() if isinstance(layer, dict) else set(layer)
        if not names.isdisjoint(_NAMES):
            found |= names & _NAMES
    return found


class KnownGuests:
    """Gives a guest again while nothing that it depends on has changed. Safe to use from several threads.

    Working one out reads fifty variables and makes and compares an endpoint: 0.4 ms, a third of what the engine did
    for a trivial task.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], tuple[Sources, Guest]] = {}

    def get(self, sources: Sources) -> "Guest | None":
        found = self._known.get(sources.key)
        return None if found is None else found[1]

    def keep(self, sources: Sources, guest: "Guest") -> None:
        if not sources.are_final:
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[sources.key] = (sources, guest)  # it keeps the parts alive, so that no other has their numbers
