"""Many mappings seen as one: the first that has a name decides."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
        for layer in self.layers:  # noqa: SIM110 - asked dozens of times a task; any() takes half as long again
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
        return type(self)((*layers, *self.layers))


class MergingVariables(LayeredVariables):
    """The same with ``hash_behaviour: merge``: a mapping adds to those of the same name in weaker layers."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Any:
        values = [layer[name] for layer in self.layers if name in layer]
        if not values:
            raise KeyError(name)
        return merged(values)

    def get(self, name: str, default: Any = None) -> Any:
        values = [layer[name] for layer in self.layers if name in layer]
        return merged(values) if values else default


def merged(values: Sequence[Any]) -> Any:
    """The first of some values; where it is a mapping, together with the mappings that follow it.

    Args:
        values: the strongest first.
    """
    first, *weaker = values
    if not weaker or not isinstance(first, Mapping):
        return first
    mappings = [first]
    for value in weaker:
        if not isinstance(value, Mapping):
            break
        mappings.append(value)
    names = dict.fromkeys(name for mapping in reversed(mappings) for name in mapping)
    return {name: merged([mapping[name] for mapping in mappings if name in mapping]) for name in names}


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
