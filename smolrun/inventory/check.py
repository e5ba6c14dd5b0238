"""What can be said about an inventory as a whole before anything uses it; always warnings.

A host that cannot be reached as it is described need not be one that a play runs on.
"""

import difflib
import re
from collections.abc import Iterator

from smolrun.connection.become_settings import BecomeKeywords, read_become
from smolrun.connection.settings import ConnectionDefaults, read_endpoint
from smolrun.connection.variables import CONNECTION_VARIABLES, VariableReader
from smolrun.diagnostic import Diagnostic, Severity
from smolrun.inventory.draft import Draft, Entry
from smolrun.inventory.group_tree import PRIORITY
from smolrun.location import Location
from smolrun.source.containers import LocatedDict
from smolrun.source.text import is_template

_GROUP_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_KNOWN_PREFIXES = (
    "ansible_ssh_",
    "ansible_become",
    "ansible_host",
    "ansible_po",
    "ansible_us",
    "ansible_pass",
    "ansible_conn",
)
_OWN = frozenset({*CONNECTION_VARIABLES, PRIORITY})


def check_draft(draft: Draft) -> None:
    """Add warnings to the diagnostics of `draft`."""
    for name in draft.groups:
        if not _GROUP_NAME.match(name):
            draft.warn(
                "group-name",
                f"the group name {name!r} is no name for a variable",
                draft.groups[name].location,
                "use letters, digits and underscores: groups.name and when: name in groups read better so",
            )
        if name in draft.hosts:
            draft.warn(
                "same-name",
                f"{name!r} is a group and a host",
                draft.hosts[name].location or draft.groups[name].location,
                "a pattern with this name means the group",
            )
    seen: set[tuple[str, Location | None]] = set()
    for entry in [*draft.groups.values(), *draft.hosts.values()]:
        for values in entry.variables.values():
            for found in _connection_mistakes(entry, values):
                key = (found.message, found.location)
                if key not in seen:  # one line with a range of hosts is one mistake
                    seen.add(key)
                    draft.diagnostics.append(found)


def _connection_mistakes(entry: Entry, values: LocatedDict) -> Iterator[Diagnostic]:
    literal = LocatedDict(
        {name: value for name, value in values.items() if name in _OWN and _is_literal(value)},
        value_locations=values.value_locations,
    )
    if literal:
        reader = VariableReader(literal)
        read_endpoint(reader, entry.name, ConnectionDefaults())
        read_become(reader, BecomeKeywords(become=True))
        for mistake in reader.mistakes:
            yield Diagnostic(
                Severity.WARNING, mistake.code, mistake.message, mistake.location or entry.location, mistake.hint
            )
    for name in values:
        if name in _OWN or not isinstance(name, str) or not name.startswith(_KNOWN_PREFIXES):
            continue
        near = difflib.get_close_matches(name, CONNECTION_VARIABLES, 1, 0.9)
        if near:
            yield Diagnostic(
                Severity.WARNING,
                "unknown-connection-variable",
                f"{name} has no meaning",
                values.key_locations.get(name) or values.value_locations.get(name) or entry.location,
                f"did you mean {near[0]}?",
            )


def _is_literal(value: object) -> bool:
    return isinstance(value, str | int | float | bool) and not is_template(value)
