"""An inventory as other programs read it: in the form that ``ansible-inventory`` writes (its man page).

That form is the answer of an inventory program to ``--list`` (docs.ansible.com, "Developing dynamic inventory").
Templates stay as they are written, and vaulted values stay vaulted.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from smolrun.inventory.draft import ALL
from smolrun.inventory.host import Host
from smolrun.inventory.inventory import Inventory
from smolrun.inventory.layers import VariableLevel, merge
from smolrun.source.vault import VaultText

VAULTED = "__ansible_vault"
"""The key that stands for a vaulted value in JSON."""

_OF_HOST = frozenset(
    {VariableLevel.INVENTORY_HOST, VariableLevel.INVENTORY_HOST_VARS, VariableLevel.PLAYBOOK_HOST_VARS}
)


class InventoryListing:
    """Writes down an inventory.

    Args:
        hosts: the names of those that are shown.
        export: variables of groups stay with their groups; otherwise every host has all of its own.
    """

    def __init__(self, inventory: Inventory, hosts: Collection[str], *, export: bool = False) -> None:
        self._inventory = inventory
        self._hosts = frozenset(hosts)
        self._export = export

    def as_program_output(self) -> dict[str, Any]:
        """Groups by name and ``_meta``: what an inventory program answers to ``--list``."""
        variables = {name: self._variables(self._inventory.hosts[name]) for name in sorted(self._hosts)}
        meta = {"hostvars": {name: found for name, found in variables.items() if found}}
        listed: dict[str, Any] = {"_meta": {**meta, "profile": "inventory_legacy"}}
        for name in sorted(self._inventory.groups):
            entry = {
                "hosts": [] if name == ALL else self._own_hosts(name),
                "children": list(self._inventory.groups[name].children),
                "vars": self._group_variables(name),
            }
            if any(entry.values()):
                listed[name] = {key: value for key, value in entry.items() if value}
        return listed

    def as_tree(self) -> dict[str, Any]:
        """Groups in groups, as a YAML inventory has them; a host's variables stand where it first appears."""
        return {ALL: self._branch(ALL, set()) or {}}

    def _branch(self, name: str, seen: set[str]) -> dict[str, Any]:
        children = {child: self._branch(child, seen) for child in sorted(self._inventory.groups[name].children)}
        hosts = {}
        for host in [] if name == ALL else self._own_hosts(name):
            hosts[host] = {} if host in seen else self._variables(self._inventory.hosts[host])
            seen.add(host)
        entry = {
            "children": {child: branch for child, branch in children.items() if branch},
            "hosts": hosts,
            "vars": self._group_variables(name),
        }
        return {key: value for key, value in entry.items() if value}

    def graph(self, top: str, *, variables: bool = False) -> Iterator[str]:
        """The lines of a tree drawn from a group down."""
        yield f"@{top}:"
        yield from self._drawn(top, "  ", variables=variables)

    def _drawn(self, name: str, indent: str, *, variables: bool) -> Iterator[str]:
        for child in self._inventory.groups[name].children:
            yield f"{indent}|--@{child}:"
            yield from self._drawn(child, indent + "|  ", variables=variables)
        for host in [] if name == ALL else self._own_hosts(name):
            yield f"{indent}|--{host}"
            if variables:
                yield from _drawn_variables(self._variables(self._inventory.hosts[host]), indent + "|  ")
        if variables:
            yield from _drawn_variables(self._group_variables(name, always=True), indent)

    def host(self, name: str) -> dict[str, Any]:
        """All variables of one host. Raises `KeyError` where there is none of that name."""
        host = self._inventory.host(name)
        if host is None:
            raise KeyError(name)
        return self._variables(host)

    def _own_hosts(self, group: str) -> list[str]:
        return [name for name in self._inventory.groups[group].entry.hosts if name in self._hosts]

    def _variables(self, host: Host) -> dict[str, Any]:
        layers = [layer for layer in host.layers if not self._export or layer.level in _OF_HOST]
        return _sorted(merge(layers))

    def _group_variables(self, name: str, *, always: bool = False) -> dict[str, Any]:
        return _sorted(merge(self._inventory.group_layers(name))) if self._export or always else {}


def _drawn_variables(variables: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in variables.items():
        yield f"{indent}|--{{{name} = {as_json(value)}}}"


def _sorted(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: variables[name] for name in sorted(variables)}


def as_json(value: Any) -> Any:
    """`value` as far as JSON has it: dates as text, a vaulted value under the key `VAULTED`."""
    if isinstance(value, VaultText):
        return {VAULTED: value.cipher}
    if isinstance(value, str | date | bytes):
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list | tuple) else value
