"""Mappings and lists read from YAML that remember where they, their keys and their items stand."""

from collections.abc import Iterable, Mapping
from typing import Any

from smolrun.location import Location


class LocatedDict(dict[Any, Any]):
    """A mapping as it was written.

    Attributes:
        location: where it begins, if known.
        key_locations: where each key stands.
        value_locations: where each value begins.
    """

    __slots__ = ("key_locations", "location", "value_locations")

    def __init__(
        self,
        items: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = (),
        location: Location | None = None,
        key_locations: Mapping[Any, Location] | None = None,
        value_locations: Mapping[Any, Location] | None = None,
    ) -> None:
        super().__init__(items)
        self.location = location
        self.key_locations = dict(key_locations or {})
        self.value_locations = dict(value_locations or {})


class LocatedList(list[Any]):
    """A list as it was written.

    Attributes:
        location: where it begins, if known.
        item_locations: where each item begins.
    """

    __slots__ = ("item_locations", "location")

    def __init__(
        self,
        items: Iterable[Any] = (),
        location: Location | None = None,
        item_locations: Iterable[Location] = (),
    ) -> None:
        super().__init__(items)
        self.location = location
        self.item_locations = tuple(item_locations)


def location_at(root: object, path: Iterable[str | int]) -> Location | None:
    """The most exact known place of what stands at `path` (keys and indexes) below `root`."""
    found = getattr(root, "location", None)
    node = root
    for step in path:
        if isinstance(node, LocatedDict) and step in node:
            found = node.value_locations.get(step) or node.key_locations.get(step) or found
            node = node[step]
        elif isinstance(node, LocatedList) and isinstance(step, int) and 0 <= step < len(node):
            found = node.item_locations[step] if step < len(node.item_locations) else found
            node = node[step]
        else:
            break
    return found if isinstance(found, Location) else None
