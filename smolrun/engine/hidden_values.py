"""Values that tasks with ``no_log`` have given: variables keep them, and no message tells them unasked."""

from collections.abc import Container, Mapping
from typing import Any

from smolrun.engine.failure import names_in


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
        return isinstance(name, str) and self._reaches(name.split(".")[0], set())

    def _reaches(self, name: str, seen: set[str]) -> bool:
        if name in self._names:
            return True
        if name in seen or name not in self._variables:
            return False
        seen.add(name)
        mentioned = names_in([self._variables[name]], expressions=False)
        return any(self._reaches(other.split(".")[0], seen) for other in mentioned)
