"""An inventory while it is being read: what all sources have said so far, and what was wrong with it."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location
from smolrun.source.containers import LocatedDict

ALL = "all"
UNGROUPED = "ungrouped"


@dataclass
class Entry:
    """What hosts and groups have in common.

    Attributes:
        name: as written.
        variables: what each source said of it, by the source's name.
        location: where it was first named.
    """

    name: str
    location: Location | None = None
    variables: dict[str, LocatedDict] = field(default_factory=dict)

    def set_variables(self, origin: str, values: Mapping[str, Any]) -> None:
        if not values:
            return
        known = self.variables.get(origin)
        if known is None:
            known = self.variables[origin] = LocatedDict()
        known.update(values)
        if isinstance(values, LocatedDict):
            known.key_locations.update(values.key_locations)
            known.value_locations.update(values.value_locations)


@dataclass
class HostEntry(Entry):
    """Attributes:
    source: the inventory file that named it first; None for one that was in none.
    """

    source: Path | None = None


@dataclass
class GroupEntry(Entry):
    """Attributes:
    hosts: named in the group itself, in order.
    children: groups named in it, in order, and where.
    """

    hosts: dict[str, None] = field(default_factory=dict)
    children: dict[str, Location | None] = field(default_factory=dict)


@dataclass
class Draft:
    """All hosts and groups in the order in which they were named, and all diagnostics."""

    hosts: dict[str, HostEntry] = field(default_factory=dict)
    groups: dict[str, GroupEntry] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.group(ALL)
        self.group(UNGROUPED)

    def group(self, name: str, location: Location | None = None) -> GroupEntry:
        """The group of that name, made where it is new."""
        found = self.groups.get(name)
        if found is None:
            found = self.groups[name] = GroupEntry(name, location)
        return found

    def host(self, name: str, group: str, location: Location | None = None) -> HostEntry:
        """The host of that name, made where it is new, and a member of `group` from now on."""
        found = self.hosts.get(name)
        if found is None:
            found = self.hosts[name] = HostEntry(name, location)
        self.group(group).hosts[name] = None
        return found

    def error(self, code: str, message: str, location: Location | None, hint: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(Severity.ERROR, code, message, location, hint))

    def warn(self, code: str, message: str, location: Location | None, hint: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(Severity.WARNING, code, message, location, hint))
