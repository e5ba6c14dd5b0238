"""Which variables something in a playbook, an inventory or the command line could set."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from smolrun.errors import LoadError
from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.models import Node, Play, Playbook, Role, Task, TasksOfFile, TasksOfRole
from smolrun.playbook.search import find
from smolrun.playbook.set_by_task import set_by_task
from smolrun.playbook.surroundings import surroundings_of
from smolrun.playbook.vars_files import read_variables
from smolrun.playbook.walk import tasks_of, walk
from smolrun.playbook.written import is_open
from smolrun.source.vault import VaultSecrets

MAGIC = frozenset(
    {
        "inventory_hostname", "inventory_hostname_short", "inventory_dir", "inventory_file", "group_names", "groups",
        "hostvars", "playbook_dir", "play_hosts", "role_path", "role_name", "role_names", "omit", "vars",
        "environment", "undef",
    }
)  # fmt: skip
"""What the engine itself provides (docs.ansible.com, "Special Variables"); names with ``ansible_`` besides."""


@dataclass(frozen=True)
class KnownNames:
    """What is known of variables before a run.

    Attributes:
        names: those that the inventory, its ``group_vars`` and ``host_vars``, or ``-e`` set for any host.
        unknown_sources: something that cannot be seen now (a dynamic inventory, no inventory given yet) may set more.
        vault: the passwords for vaulted variables files.
    """

    names: frozenset[str] = frozenset()
    unknown_sources: bool = False
    vault: VaultSecrets | None = field(default=None, repr=False)

    def __or__(self, other: "KnownNames") -> "KnownNames":
        return KnownNames(
            self.names | other.names, self.unknown_sources or other.unknown_sources, self.vault or other.vault
        )

    def __contains__(self, name: str) -> bool:
        return name in self.names or name in MAGIC or name.startswith("ansible_")


def set_by(playbook: Playbook, vault: VaultSecrets | None = None) -> KnownNames:
    """Every variable that a task of the playbook could set for good: registered, included, of an added host."""
    folder = Path(playbook.path).parent
    names: set[str] = set()
    unknown = False
    for play in playbook.plays:
        for visit, task in tasks_of(play):
            names |= {str(task.register_as)} if task.register_as else set()
            more = set_by_task(task, surroundings_of(visit.parents, folder), vault)
            unknown |= more is None
            names |= more or set()
    return KnownNames(frozenset(names), unknown)


def written_in(playbook: Playbook, vault: VaultSecrets | None = None) -> KnownNames:
    """The names of all ``vars``, ``vars_files`` and loop variables, of whatever scope.

    A variable's own template is rendered where it is used, so any of these may be there for it.
    """
    known = KnownNames()
    for play in playbook.plays:
        known |= of_play(play, playbook, vault)
        for visit in walk(play):
            known |= KnownNames(of_node(visit.node))
    return known


def of_play(play: Play, playbook: Playbook, vault: VaultSecrets | None = None) -> KnownNames:
    """The names in a play's ``vars``, ``vars_prompt`` and ``vars_files``."""
    from_files = _vars_files(play, Path(play.folder or Path(playbook.path).parent), vault)
    names = {*map(str, play.vars), *(str(prompt.name) for prompt in play.vars_prompt)}
    for visit in walk(play):  # what a role has is seen by the whole play, unless it says otherwise
        if isinstance(visit.node, TasksOfRole):
            names |= of_role(visit.node.role)
    return KnownNames(frozenset(names) | (from_files or frozenset()), from_files is None)


def of_role(role: Role) -> frozenset[str]:
    """The names in a role's defaults and vars."""
    return frozenset(map(str, (*role.defaults, *role.variables)))


def of_node(node: Node) -> frozenset[str]:
    """The names that are there for one task or block: its ``vars``, and the variables of its loop."""
    names = {str(name) for name in node.vars}
    if isinstance(node, TasksOfFile):
        names |= {str(name) for name in node.params}
    if isinstance(node, TasksOfRole):
        names |= of_role(node.role)
    if isinstance(node, Task) and node.loop is not None:
        control = node.loop.control
        loop_var = control.loop_var if control else None
        index_var = control.index_var if control else None
        names.add(str(loop_var) if isinstance(loop_var, str) else "item")
        if isinstance(index_var, str):
            names.add(str(index_var))
    return frozenset(names)


def _vars_files(play: Play, folder: Path, vault: VaultSecrets | None) -> frozenset[str] | None:
    """The names in the play's variables files; None where one cannot be read before the run."""
    names: set[str] = set()
    for entry in play.vars_files:
        for name in entry if isinstance(entry, list) else [entry]:
            if not isinstance(name, str) or is_open(name):
                return None
            path = find("vars", name, [folder])
            variables = _read(path, vault) if path else {}
            if variables is None:
                return None
            names |= {str(key) for key in variables}
    return frozenset(names)


def _read(path: Path, vault: VaultSecrets | None) -> Mapping[str, Any] | None:
    try:
        return read_variables(path, vault=vault)
    except LoadError:
        return None
