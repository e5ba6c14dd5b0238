"""``hostvars`` and what every host knows of itself, whatever play it is in."""

from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any

from smolrun.engine.variables.layers import Layer, LayeredVariables, MergingVariables
from smolrun.engine.variables.store import Memory
from smolrun.inventory.host import Host
from smolrun.inventory.inventory import Inventory
from smolrun.modules.base import NewGroup, NewHost
from smolrun.templating.scope import Scope


class HostLayers:
    """The layers of each host that do not depend on the play; those that cannot change are worked out once.

    Args:
        common: what all hosts have alike: magic variables that hold for the whole run.
        extra: the variables of ``-e``.
        merge: mappings of one name are put together, as ``hash_behaviour`` may ask for.
        connection: how hosts are reached of which nobody says it.

    Attributes:
        layered: makes one view of several layers.
        revision: counts the changes of the inventory.
    """

    def __init__(
        self,
        inventory: Inventory,
        memory: Memory,
        common: Mapping[str, Any],
        extra: Mapping[str, Any],
        *,
        merge: bool = False,
        connection: str = "ssh",
    ) -> None:
        self._inventory = inventory
        self._memory = memory
        self.extra = extra
        self.connection = connection
        self._common = {**common, "hostvars": HostVariables(self, inventory)}
        self.layered = MergingVariables if merge else LayeredVariables
        self.revision = 0
        self._lock = Lock()
        self._magic: dict[str, Layer] = {}
        self._written: dict[str, Layer] = {}

    def extend(self, host: str, addition: NewHost | NewGroup) -> bool:
        """Add to the inventory what a task of `host` gave; whether any of it is new."""
        with self._lock:
            if isinstance(addition, NewHost):
                is_new = self._inventory.add_host(addition.name, addition.groups, addition.variables)
            else:
                is_new = self._inventory.join_group(host, addition.name, addition.parents)
            if is_new:
                self._forget()
            return is_new

    def reread(self) -> None:
        """Read the inventory again. Raises `LoadError` with all the mistakes in it."""
        with self._lock:
            self._inventory.reread()
            self._forget()

    def _forget(self) -> None:
        """The inventory has changed: what is known of it is to be worked out again."""
        self.revision += 1
        self._magic.clear()
        self._written.clear()
        self._common["groups"] = {name: list(hosts) for name, hosts in self._inventory.group_hosts().items()}

    def find(self, name: str) -> Host | None:
        """The host of that name, the implicit localhost included."""
        return self._inventory.host(name)

    def magic(self, name: str) -> Layer:
        """The magic variables of a host; they beat everything, ``-e`` included."""
        found = self._magic.get(name)
        if found is None:
            host = self.find(name)
            found = self._magic[name] = {
                **self._common,
                "inventory_hostname": name,
                "inventory_hostname_short": name.split(".")[0],
                **_source(host),
                "group_names": host.group_names if host is not None else [],
            }
        return found

    def above(self, name: str) -> tuple[Layer, ...]:
        """The layers above those of a task, highest first: magic, ``-e``, ``set_fact`` and ``register``."""
        memory = self._memory.of(name)
        return self.magic(name), self.extra, memory.assigned, memory.included

    def below(self, name: str) -> tuple[Layer, ...]:
        """The layers below those of a play, highest first: facts, what the inventory says, what nobody says."""
        written = self.written(name)
        default = {} if "ansible_ssh_host" in written else {"ansible_host": self._address(name)}
        return self._memory.of(name).facts, written, default

    def _address(self, name: str) -> str:
        """``ansible_host`` of a host that nobody gave one (Ansible has it for every host)."""
        host = self.find(name)
        return "127.0.0.1" if host is not None and host.implicit else name

    def written(self, name: str) -> Layer:
        """All that the inventory says of a host, merged by precedence."""
        found = self._written.get(name)
        if found is None:
            host = self.find(name)
            # A host that nobody listed can still be delegated to, by its address.
            found = self._merged(host) if host is not None else {"ansible_host": name}
            self._written[name] = found
        return found

    def _merged(self, host: Host) -> Layer:
        if self.layered is LayeredVariables:
            return host.variables
        return MergingVariables(tuple(layer.values for layer in reversed(host.layers)))


def _source(host: Host | None) -> Mapping[str, Any]:
    """Where the host comes from; nothing for one that no inventory file names."""
    if host is None or host.source is None:
        return {}
    source = host.source.absolute()
    return {"inventory_file": str(source), "inventory_dir": str(source.parent)}


class HostVariables(Mapping[str, Any]):
    """``hostvars``: what every host knows, outside of any play; rendered as that host would render it."""

    __slots__ = ("_inventory", "_layers", "_revision", "_scopes")

    def __init__(self, layers: HostLayers, inventory: Inventory) -> None:
        self._layers = layers
        self._inventory = inventory
        self._scopes: dict[str, Scope] = {}
        self._revision = 0

    def __getitem__(self, name: str) -> Any:
        if self._revision != self._layers.revision:
            self._revision = self._layers.revision
            self._scopes.clear()
        found = self._scopes.get(name)
        if found is None:
            if self._layers.find(name) is None:
                raise KeyError(name)
            variables = self._layers.layered((*self._layers.above(name), *self._layers.below(name)))
            found = self._scopes[name] = Scope(variables)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._layers.find(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._inventory.hosts)

    def __len__(self) -> int:
        return len(self._inventory.hosts)
