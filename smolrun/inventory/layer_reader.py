"""Every layer of one host's variables, the weakest first, and every mistake in the files they are read from."""

from collections.abc import Mapping, Sequence

from smolrun.diagnostic import Diagnostic
from smolrun.errors import LoadError
from smolrun.inventory.draft import ALL, HostEntry
from smolrun.inventory.group_tree import Group
from smolrun.inventory.host import Host
from smolrun.inventory.layers import VariableLayer, VariableLevel
from smolrun.inventory.variable_folders import Kind, VariableFolders


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
        for source, values in self._groups[group].entry.variables.items():
            self._layers.append(VariableLayer(level, f"{source}, group {group}", values))

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
