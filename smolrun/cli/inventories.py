"""The inventory of a run: the sources of ``-i``, and the guest that was brought up for it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smolrun.cli.flags import InventoryFlags
from smolrun.diagnostic import Diagnostic
from smolrun.inventory.inventory import Inventory

if TYPE_CHECKING:
    from smolrun.source.vault import VaultSecrets


def read_inventory(
    flags: InventoryFlags,
    guest: Mapping[str, Mapping[str, Any]],
    playbooks: Sequence[str],
    vault: "VaultSecrets | None",
) -> tuple[Inventory, Sequence[Diagnostic]]:
    """Every host that is named, and the warnings about their sources.

    Raises:
        LoadError: with all mistakes of all sources.
    """
    from smolrun.inventory.inventory import load_inventory

    return load_inventory(flags.inventory, guest, playbooks, vault)
