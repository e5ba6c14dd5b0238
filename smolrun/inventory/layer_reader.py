"""Every layer of one host's variables, the weakest first, and every mistake in the files they are read from."""

from collections.abc import Mapping, Sequence

from smolrun.diagnostic import Diagnostic
from smolrun.errors import LoadError
from smolrun.inventory.draft import ALL, HostEntry
from smolrun.inventory.group_tree import Group
from smolrun.inventory.host import Host
from smolrun.inventory.layers import VariableLayer, VariableLevel
from smolrun.inventory.variable_folders import Kind, VariableFolders


def read_group(
    group: Group, folders: Sequence[VariableFolders], playbook: VariableFolders | None
) -> tuple[VariableLayer, ...]:
    """The layers of a group by itself, the weakest first.

    Args:
        folders: beside the inventories.
        playbook: beside the playbook.

    Raises:
        LoadError: one of its files does not load.
    """
    level = VariableLevel
    everyone = group.name == ALL
    layers = _written(level.INVENTORY_ALL if everyone else level.INVENTORY_GROUP, group)
    places = [
        *((level.INVENTORY_GROUP_VARS_ALL if everyone else level.INVENTORY_GROUP_VARS, place) for place in folders),
        *((level.PLAYBOOK_GROUP_VARS_ALL if everyone else level.PLAYBOOK_GROUP_VARS, place) for place in (playbook,)),
    ]
    for of, place in places:
        if place is not None:
            layers += [VariableLayer(of, file.origin, file.values) for file in place.of("group_vars", group.name)]
    return tuple(layers)


def _written(level: VariableLevel, group: Group) -> list[VariableLayer]:
    return [
        VariableLayer(level, f"{source}, group {group.name}", values)
        for source, values in group.entry.variables.items()
    ]


class LayerReader:
    """Collects the layers of one host.

    Args:
        groups: all groups, by name.
        entry: what the sources say of the host; None for the implicit localhost.
        folders: beside the inventories.
        playbook: beside the playbook.
    """

    def __init__(
        self,
        host: Host,
        groups: Mapping[str, Group],
        entry: HostEntry | None,
        folders: Sequence[VariableFolders],
        playbook: VariableFolders | None,
    ) -> None:
        self._host = host
        self._groups = groups
        self._entry = entry
        self._beside_inventory = tuple(folders)
        self._beside_playbook = () if playbook is None else (playbook,)
        self._layers: list[VariableLayer] = []
        self._mistakes: dict[Diagnostic, None] = {}

    def read(self) -> tuple[VariableLayer, ...]:
        """The layers.

        Raises:
            LoadError: with all the mistakes of the host's files.
        """
        level = VariableLevel
        others = [name for name in self._host.groups if name != ALL]
        self._written(level.INVENTORY_ALL, ALL)
        for name in others:
            self._written(level.INVENTORY_GROUP, name)
        self._files(level.INVENTORY_GROUP_VARS_ALL, self._beside_inventory, "group_vars", [ALL])
        self._files(level.PLAYBOOK_GROUP_VARS_ALL, self._beside_playbook, "group_vars", [ALL])
        self._files(level.INVENTORY_GROUP_VARS, self._beside_inventory, "group_vars", others)
        self._files(level.PLAYBOOK_GROUP_VARS, self._beside_playbook, "group_vars", others)
        self._own()
        self._files(level.INVENTORY_HOST_VARS, self._beside_inventory, "host_vars", [self._host.name])
        self._files(level.PLAYBOOK_HOST_VARS, self._beside_playbook, "host_vars", [self._host.name])
        if self._mistakes:
            raise LoadError(tuple(self._mistakes))
        return tuple(self._layers)

    def _written(self, level: VariableLevel, group: str) -> None:
        self._layers.extend(_written(level, self._groups[group]))

    def _own(self) -> None:
        if self._host.implicit:
            values = {"ansible_connection": "local"}
            self._layers.append(VariableLayer(VariableLevel.INVENTORY_HOST, "the implicit localhost", values))
        for source, written in (self._entry.variables if self._entry is not None else {}).items():
            self._layers.append(
                VariableLayer(VariableLevel.INVENTORY_HOST, f"{source}, host {self._host.name}", written)
            )

    def _files(self, level: VariableLevel, places: Sequence[VariableFolders], kind: Kind, names: Sequence[str]) -> None:
        for name in names:
            for folders in places:
                try:
                    found = folders.of(kind, name)
                except LoadError as error:
                    self._mistakes.update(dict.fromkeys(error.diagnostics))
                    continue
                self._layers.extend(VariableLayer(level, file.origin, file.values) for file in found)
