"""Where a host's variables come from, in the order in which they win over each other."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import IntEnum
from typing import Any

from smolrun.lazy_dataclass import dataclass


class VariableLevel(IntEnum):
    """Ansible's levels of precedence as far as inventories have a part in them; a greater number wins.

    The numbers are those of docs.ansible.com, "Using variables", "Understanding variable precedence"; there the
    numbers below belong to the command line and to role defaults, those above to facts, plays and everything later.
    """

    INVENTORY_ALL = 3
    INVENTORY_GROUP = 4
    INVENTORY_GROUP_VARS_ALL = 5
    PLAYBOOK_GROUP_VARS_ALL = 6
    INVENTORY_GROUP_VARS = 7
    PLAYBOOK_GROUP_VARS = 8
    INVENTORY_HOST = 9
    INVENTORY_HOST_VARS = 10
    PLAYBOOK_HOST_VARS = 11


@dataclass(frozen=True)
class VariableLayer:
    """Variables that come from one place.

    Attributes:
        level: which other layers they win over; within a level the later layer wins.
        origin: for people: ``group_vars/web.yml``, ``hosts.ini, group web``.
        values: as written: text is `SourceText`, vaulted values are `VaultText`.
    """

    level: VariableLevel
    origin: str
    values: Mapping[str, Any] = field(repr=False)


def merge(layers: Iterable[VariableLayer]) -> dict[str, Any]:
    """The variables of all layers, the last one winning; mappings are replaced, not merged."""
    merged: dict[str, Any] = {}
    for layer in layers:
        merged.update(layer.values)
    return merged
