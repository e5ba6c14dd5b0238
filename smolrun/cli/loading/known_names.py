"""Which variables are known before a run, for the check of playbooks."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smolrun.connection.settings import LOCALHOST_NAMES
from smolrun.inventory.inventory import Inventory
from smolrun.playbook.check_files import folder_of
from smolrun.playbook.known_names import KnownNames
from smolrun.playbook.models import Playbook

if TYPE_CHECKING:
    from smolrun.source.vault import VaultSecrets


def known_names(
    inventory: Inventory,
    playbooks: Sequence[Playbook],
    extra_variables: Mapping[str, Any],
    vault: "VaultSecrets | None",
    *,
    given: bool,
) -> KnownNames:
    """The variables of every host, of the folders beside the playbooks, and of ``-e``.

    Args:
        given: whether there is an inventory at all; where there is none yet, it may set anything later.

    Raises:
        LoadError: with all mistakes in the variables of all hosts.
    """
    names = set(extra_variables)
    for folder in {folder_of(play, playbook).absolute() for playbook in playbooks for play in playbook.plays}:
        beside = inventory.for_playbook(folder)
        hosts = [*beside.hosts.values(), *filter(None, map(beside.host, LOCALHOST_NAMES))]
        beside.load_variables(hosts)
        names |= {str(name) for host in hosts for layer in host.layers for name in layer.values}
        names |= beside.names_in_folders()  # of groups and hosts, too, that only another inventory has
    return KnownNames(frozenset(names), unknown_sources=not given, vault=vault)
