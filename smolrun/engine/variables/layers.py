"""Many mappings seen as one: the first that has a name decides."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Layer = Mapping[str, Any]


class LayeredVariables(Mapping[str, Any]):
    """The variables of one host at one task. Nothing is copied, so making one costs nothing.

    Attributes:
        layers: those with the highest precedence first.
    """

    __slots__ = ("layers",)

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self.layers = layers

    def __getitem__(self, name: str) -> Any:
        for layer in self.layers:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        for layer in self.layers:  # noqa: SIM110 - asked dozens of times a task; any() of a generator takes thrice as long
            if name in layer:
                return True
        return False

    def get(self, name: str, default: Any = None) -> Any:
        for layer in self.layers:
            if name in layer:
                return layer[name]
        return default

    def _names(self) -> dict[str, None]:
        names: dict[str, None] = {}
        for layer in reversed(self.layers):
            names.update(dict.fromkeys(layer))
        return names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def over(self, *layers: Layer) -> "LayeredVariables":
        """These variables with `layers` on top, the first of them highest."""
        return LayeredVariables((*layers, *self.layers))


class ComputedVariables(Mapping[str, Any]):
    """Variables whose values are worked out each time they are read."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Callable[[], Any]]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> Any:
        return self._values[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
