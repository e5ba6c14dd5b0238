"""The inventory of a run: the sources of ``-i``, and the guest that was brought up for it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smolrun.cli.options.flags import InventoryFlags
from smolrun.inventory.inventory import Inventory, load_inventory

if TYPE_CHECKING:
    from smolrun.source.vault import VaultSecrets


def read_inventory(
    flags: InventoryFlags, guest: Mapping[str, Mapping[str, Any]], vault: "VaultSecrets | None"
) -> Inventory:
    """Every host that is named. Raises `LoadError` with all mistakes of all sources."""
    return load_inventory(flags.inventory, hosts=guest, vault=vault)
