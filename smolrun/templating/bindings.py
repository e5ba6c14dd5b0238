"""What the names in one template mean."""

from collections.abc import Iterator, Mapping
from typing import Any

from smolrun.templating.lazy import LazyMapping
from smolrun.templating.omit import OMIT
from smolrun.templating.ports import Values
from smolrun.templating.undefined import Missing


class Names(Mapping[str, Any]):
    """What the names in one template mean: its own, then the variables, then the functions of the environment."""

    __slots__ = ("_environment", "_local", "rendering")

    def __init__(self, rendering: Values | None, local: Mapping[str, Any], environment: Any = None) -> None:
        self.rendering = rendering
        self._local = local
        self._environment: Any = environment if rendering is None else rendering.templar.environment

    @classmethod
    def of_locals(cls, environment: Any, local: Mapping[str, Any]) -> "Names":
        """Names of a file that is imported without its importer's context: only functions."""
        return cls(None, local, environment)

    def with_locals(self, local: Mapping[str, Any]) -> "Names":
        return Names(self.rendering, {**self._local, **local}, self._environment)

    def find(self, name: str) -> Any:
        """What `name` means; a `Missing` when it means nothing."""
        if name in self._local:
            return self._local[name]
        if self.rendering is not None:
            if name in self.rendering.variables:
                return self.rendering.variable(name)
            if name == "vars":
                return LazyMapping(self.rendering.variables, self.rendering.value)
        if name == "omit":
            return OMIT
        if name in self._environment.globals:
            return self._environment.globals[name]
        return Missing(name=name, candidates=self)

    def __getitem__(self, name: str) -> Any:
        value = self.find(name)
        if isinstance(value, Missing) and value._missing_cause is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        yield from self._local
        if self.rendering is not None:
            yield from self.rendering.variables
        yield from self._environment.globals

    def __len__(self) -> int:
        return sum(1 for _ in self)
