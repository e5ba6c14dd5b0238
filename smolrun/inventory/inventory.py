"""All hosts and groups: who they are, which variables they have, and which of them a pattern chooses."""

import os
from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from smolrun.connection.settings import LOCALHOST_NAMES
from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError
from smolrun.inventory.check import check_draft
from smolrun.inventory.draft import ALL, UNGROUPED, Draft
from smolrun.inventory.group_tree import Group, build_groups
from smolrun.inventory.host import Host
from smolrun.inventory.layer_reader import LayerReader, read_group
from smolrun.inventory.layers import VariableLayer
from smolrun.inventory.limits import expand_limit
from smolrun.inventory.patterns import Names, PatternError, match
from smolrun.inventory.sources import read_sources
from smolrun.inventory.variable_folders import VariableFolders
from smolrun.source.containers import LocatedDict
from smolrun.source.text import location_of
from smolrun.source.vault import VaultSecrets

MADE_BY_CALLER = "made for this run"
MADE_BY_RUN = "add_host"
"""Origins of variables that stand in no file."""


class Selection:
    """Attributes:
    hosts: those that were chosen, in order.
    warnings: what matched nothing.
    """

    def __init__(self, hosts: tuple[Host, ...], warnings: tuple[Diagnostic, ...]) -> None:
        self.hosts = hosts
        self.warnings = warnings


class Inventory:
    """Hosts, groups and their variables, as they were when everything was read.

    Attributes:
        hosts: by name, in the order of the inventory; without the implicit localhost.
        groups: by name; ``all`` and ``ungrouped`` are always there.
        sources: the inventories it was read from, as they were given.
        warnings: what is worth telling about them.
    """

    def __init__(
        self,
        draft: Draft,
        *,
        sources: Sequence[str] = (),
        folders: Sequence[VariableFolders] = (),
        playbook_folder: Path | None = None,
        vault: VaultSecrets | None = None,
    ) -> None:
        self.sources = tuple(sources)
        self._draft = draft
        self._folders = tuple(folders)
        self._vault = vault
        self._playbook = None if playbook_folder is None else self._beside(playbook_folder)
        self.groups: dict[str, Group] = {}
        self.hosts: dict[str, Host] = {}
        self._implicit: dict[str, Host] = {}
        self._build()
        self.warnings = tuple(found for found in draft.diagnostics if not found.is_error)

    def _beside(self, playbook: Path) -> VariableFolders:
        """What lies beside a playbook. The same files as beside an inventory are read, and told of, once."""
        real = os.path.realpath(playbook)
        known = next((known for known in self._folders if os.path.realpath(known.base) == real), None)
        return known or VariableFolders(playbook, self._vault)

    def _build(self) -> None:
        draft = self._draft
        self.groups = build_groups(draft)
        groups_of = self._groups_of = self._groups_of_hosts()
        order = self.groups[ALL].hosts
        self.hosts = {
            name: Host(
                name,
                groups_of[name],
                self._layers_of,
                location=draft.hosts[name].location,
                source=draft.hosts[name].source,
            )
            for name in order
        }
        self._implicit = {}
        self.__dict__.pop("_names", None)  # worked out from hosts and groups

    def for_playbook(self, folder: Path) -> "Inventory":
        """The same inventory with the ``group_vars`` and ``host_vars`` beside a playbook in `folder`."""
        return Inventory(
            self._draft, sources=self.sources, folders=self._folders, playbook_folder=folder, vault=self._vault
        )

    # --- what a run adds ---

    def add_host(self, name: str, groups: Iterable[str], variables: Mapping[str, Any]) -> bool:
        """Add a host, or groups and variables to one that is there (``add_host``); whether anything is new.

        Its variables count as written beside it in an inventory, the last one.
        """
        known, wanted = self._draft.hosts.get(name), tuple(groups)
        entry = self._draft.host(name, UNGROUPED)
        is_new = known is None
        for group in wanted:
            is_new |= group not in self._draft.groups or name not in self._draft.groups[group].hosts
            self._draft.host(name, group)
        before = dict(entry.variables.get(MADE_BY_RUN, {}))
        entry.variables[MADE_BY_RUN] = LocatedDict({**before, **variables})
        is_new |= dict(entry.variables[MADE_BY_RUN]) != before
        self._build()
        return is_new

    def join_group(self, host: str, group: str, parents: Iterable[str] = ()) -> bool:
        """Put a host into a group, made where it is new, below `parents` (``group_by``); whether that is new.

        It stands there as in the inventory, whichever host of several came first: ``groups.x[0]`` is the same each run.
        """
        draft = self._draft
        is_new = group not in draft.groups or host not in draft.groups[group].hosts
        entry = draft.group(group)
        for parent in parents:
            above = draft.group(parent)
            if parent != ALL and group not in above.children:
                above.children[group] = None
                is_new = True
        if host not in entry.hosts:
            rank = {name: number for number, name in enumerate(draft.hosts)}
            members = list(entry.hosts)
            insort(members, host, key=lambda name: rank.get(name, len(rank)))
            entry.hosts = dict.fromkeys(members)
        self._build()
        return is_new

    def reread(self) -> None:
        """Read the sources again (``meta: refresh_inventory``); what a run added to them is forgotten, as in Ansible.

        Raises:
            LoadError: with all the mistakes of all of them; the inventory stays as it was.
        """
        if not self.sources:
            return
        read = read_sources(self.sources, self._vault)
        check_draft(read.draft)
        if any(found.is_error for found in read.draft.diagnostics):
            raise LoadError(read.draft.diagnostics)
        made = {name: entry for name, entry in self._draft.hosts.items() if MADE_BY_CALLER in entry.variables}
        for name, entry in made.items():
            read.draft.host(name, UNGROUPED).set_variables(MADE_BY_CALLER, entry.variables[MADE_BY_CALLER])
        # In place, since inventories beside other playbooks share it.
        self._draft.hosts, self._draft.groups = read.draft.hosts, read.draft.groups
        self._build()

    # --- choosing ---

    def host(self, name: str) -> Host | None:
        """The host of that name, the implicit localhost included."""
        found = self.hosts.get(name)
        return self._implicit_host(name) if found is None and name in LOCALHOST_NAMES else found

    def select(self, pattern: str | Iterable[str], limit: str | Iterable[str] | None = None) -> tuple[Host, ...]:
        """The hosts that a pattern chooses; see `match`."""
        return self.match(pattern, limit).hosts

    def match(self, pattern: str | Iterable[str], limit: str | Iterable[str] | None = None) -> Selection:
        """The hosts that a pattern chooses, in the order in which its parts name them.

        Args:
            pattern: ``hosts`` of a play, already rendered.
            limit: ``--limit``: only hosts that this pattern chooses too; ``@file`` reads patterns from a file.

        Raises:
            LoadError: a pattern makes no sense, or the file of a limit cannot be read.
        """
        names, warnings = self._match(pattern)
        if limit is not None:
            allowed, more = self._match(expand_limit(limit))
            warnings += more
            names = tuple(name for name in names if name in set(allowed))
        hosts = tuple(host for name in names if (host := self.host(name)) is not None)
        return Selection(hosts, warnings)

    def _match(self, pattern: str | Iterable[str]) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
        place = location_of(pattern)
        try:
            matched = match(pattern, self._names)
        except PatternError as error:
            raise LoadError([Diagnostic(Severity.ERROR, "host-pattern", str(error), place)]) from None
        return matched.hosts, tuple(
            Diagnostic(Severity.WARNING, "no-such-host", f"no host or group matches {part!r}", place, self._near(part))
            for part in matched.unmatched
        )

    def _near(self, name: str) -> str | None:
        if name == "all":
            return "the inventory has no hosts"
        near = get_close_matches(name, (*self.groups, *self.hosts), n=1, cutoff=0.7)
        near = near or [known for known in (*self.groups, *self.hosts) if sorted(known) == sorted(name)]
        return f"did you mean '{near[0]}'?" if near else None

    @cached_property
    def _names(self) -> Names:
        return Names(
            hosts=tuple(self.hosts),
            groups=tuple(self.groups),
            members=lambda group: self.groups[group].hosts,
            fallback=lambda name: name if name in LOCALHOST_NAMES else None,
        )

    # --- variables ---

    def group_hosts(self) -> dict[str, list[str]]:
        """The variable ``groups``: the names of the hosts of every group."""
        return {name: list(group.hosts) for name, group in self.groups.items()}

    def group_layers(self, name: str) -> tuple[VariableLayer, ...]:
        """What is said of a group itself, the weakest first.

        Raises:
            LoadError: with all the mistakes of the group's files.
        """
        return read_group(self.groups[name], self._folders, self._playbook)

    def names_in_folders(self) -> frozenset[str]:
        """The names of all variables in ``group_vars`` and ``host_vars``, of whatever group or host; what cannot be
        read is passed over."""
        folders = (*self._folders, *((self._playbook,) if self._playbook is not None else ()))
        return frozenset().union(*(folder.names() for folder in folders))

    def load_variables(self, hosts: Iterable[Host]) -> None:
        """Read the variables of `hosts` now, so that every mistake in them is told at once.

        Raises:
            LoadError: with all of them.
        """
        mistakes: dict[Diagnostic, None] = {}
        for host in hosts:
            try:
                _ = host.layers
            except LoadError as error:
                mistakes.update(dict.fromkeys(error.diagnostics))
        if mistakes:
            raise LoadError(tuple(mistakes))

    def _groups_of_hosts(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {name: [] for name in self._draft.hosts}
        for group in sorted(self.groups.values(), key=lambda group: group.merge_order):
            for host in group.hosts:
                found.setdefault(host, []).append(group.name)  # the implicit localhost may have been put into one
        return {name: tuple(groups) for name, groups in found.items()}

    def _implicit_host(self, name: str) -> Host:
        found = self._implicit.get(name)
        if found is None:
            # It is in no group but those a run puts it in, and has the variables of `all` all the same, as in Ansible.
            groups = self._groups_of.get(name, ())
            found = self._implicit.setdefault(name, Host(name, groups, self._layers_of, implicit=True))
        return found

    def _layers_of(self, host: Host) -> tuple[VariableLayer, ...]:
        return LayerReader(host, self.groups, self._draft.hosts.get(host.name), self._folders, self._playbook).read()


def load_inventory(
    sources: Sequence[str | Path],
    *,
    hosts: Mapping[str, Mapping[str, Any]] | None = None,
    playbook_folder: Path | None = None,
    vault: VaultSecrets | None = None,
) -> Inventory:
    """One inventory from all `sources`; a later one adds to what an earlier one said, and wins.

    Args:
        sources: paths, and texts with a comma, which are lists of hosts (``web1,web2,``).
        hosts: further hosts that were made by the caller, and their variables, by name; they win over the sources.
        playbook_folder: where the playbook is, for the ``group_vars`` and ``host_vars`` beside it.
        vault: the passwords for what is vaulted.

    Raises:
        LoadError: with all the mistakes of all of them.
    """
    read = read_sources(sources, vault)
    for name, variables in (hosts or {}).items():
        read.draft.host(name, UNGROUPED).set_variables(MADE_BY_CALLER, variables)
    check_draft(read.draft)
    inventory = Inventory(
        read.draft,
        sources=[str(source) for source in sources],
        folders=[VariableFolders(folder, vault) for folder in read.folders],
        playbook_folder=playbook_folder,
        vault=vault,
    )
    if any(found.is_error for found in read.draft.diagnostics):
        raise LoadError(read.draft.diagnostics)
    return inventory
