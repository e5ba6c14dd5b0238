"""A host: its name, its groups, and where its variables come from."""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from smolrun.inventory.draft import ALL
from smolrun.inventory.layers import VariableLayer, merge
from smolrun.location import Location


class Host:
    """A host.

    Attributes:
        name: its inventory name.
        groups: the names of the groups it is in, parents included, in the order in which their variables are merged.
        implicit: it is in no inventory: this machine under one of its own names.
        location: where it was first named.
        source: the inventory file that named it first, for ``inventory_file`` and ``inventory_dir``; None for none.
    """

    def __init__(
        self,
        name: str,
        groups: tuple[str, ...],
        read_layers: Callable[["Host"], tuple[VariableLayer, ...]],
        *,
        implicit: bool = False,
        location: Location | None = None,
        source: Path | None = None,
    ) -> None:
        self.name = name
        self.groups = groups
        self.implicit = implicit
        self.location = location
        self.source = source
        self._read_layers = read_layers

    @cached_property
    def layers(self) -> tuple[VariableLayer, ...]:
        """Where its variables come from, the weakest first.

        Raises:
            LoadError: a file in ``group_vars`` or ``host_vars`` does not load; `Inventory.load_variables` tells all.
        """
        return self._read_layers(self)

    @property
    def group_names(self) -> list[str]:
        """The variable ``group_names``: its groups in the order of the alphabet, without ``all``."""
        return sorted(name for name in self.groups if name != ALL)

    @cached_property
    def variables(self) -> Mapping[str, Any]:
        """All layers merged. Raises `LoadError` as `layers` does."""
        return merge(self.layers)

    def __repr__(self) -> str:
        return f"Host({self.name!r})"
