"""Values that no message tells unasked: those that tasks with ``no_log`` have given, and secrets by their names."""

import re
from collections.abc import Container, Mapping
from typing import Any

from smolrun.engine.involved import names_in

_SECRET = re.compile("pass|secret|token|credential|private|api_?key", re.IGNORECASE)
"""What the names of secrets have in them: not every one is vaulted."""


class HiddenValues(Container[str]):
    """The variables of a host that hold such a value, or whose templates speak of one that does.

    Args:
        names: those that tasks with ``no_log`` have set.
        variables: of the host.
    """

    def __init__(self, names: Container[str], variables: Mapping[str, Any]) -> None:
        self._names = names
        self._variables = variables

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (bool(_SECRET.search(name)) or self._reaches(name.split(".")[0], set()))

    def _reaches(self, name: str, seen: set[str]) -> bool:
        if name in self._names or _SECRET.search(name):
            return True
        if name in seen or name not in self._variables:
            return False
        seen.add(name)
        mentioned = names_in([self._variables[name]], expressions=False)
        return any(self._reaches(other.split(".")[0], seen) for other in mentioned)
