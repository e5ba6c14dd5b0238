"""Inventories in the YAML form: ``all: {hosts: …, children: …, vars: …}``.

The language: docs.ansible.com, inventory plugin ``yaml``.
"""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from smolrun.inventory.draft import Draft
from smolrun.inventory.host_names import HostNameError, read_host
from smolrun.location import Location, SourceFile
from smolrun.source.containers import LocatedDict
from smolrun.source.text import SourceText
from smolrun.source.vault import VaultSecrets
from smolrun.source.yaml_loader import load_yaml

GROUP_KEYS = ("hosts", "children", "vars")
CONSTRUCTED = ("constructed", "ansible.builtin.constructed")


def read_yaml(file: SourceFile, draft: Draft, vault: VaultSecrets | None = None, folders: Sequence[Path] = ()) -> None:
    """Add what `file` says to `draft`; mistakes in its meaning become diagnostics of it.

    Args:
        folders: of the sources so far, for their ``group_vars`` and ``host_vars``.

    Raises:
        LoadError: it is not YAML.
    """
    content = load_yaml(file, vault=vault)
    start = getattr(content, "location", None) or Location(file, 1, 1)
    if not isinstance(content, LocatedDict) or not content:
        draft.error("inventory", "an inventory in YAML begins with a group", start, "begin with `all:`")
        return
    if content.get("plugin") in CONSTRUCTED:
        from smolrun.inventory.constructed import read_constructed

        read_constructed(content, file.name, draft, folders, vault)
        return
    if "plugin" in content:
        draft.error(
            "inventory-plugin",
            f"the inventory plugin {content['plugin']} is not supported",
            content.key_locations.get("plugin"),
            "there is `constructed`; else give a file, a folder, or a program that answers --list",
        )
        return
    reader = _Reader(file, draft)
    for name in content:
        reader.group(name, content[name], content.key_locations.get(name))


class _Reader:
    def __init__(self, file: SourceFile, draft: Draft) -> None:
        self._file = file
        self._draft = draft

    def group(self, name: Any, content: Any, place: Location | None) -> None:
        """A group and all that stands in it."""
        if not isinstance(name, str):
            self._draft.error("group-name", f"{name!r} is not the name of a group", place, "quote it")
            return
        group = self._draft.group(str(name), place)
        if content is None:
            return
        if not isinstance(content, LocatedDict):
            self._draft.error("inventory", f"the group {name!r} must have keys such as hosts and vars", place)
            return
        for key in content:
            self._section(group.name, key, content[key], content.key_locations.get(key))

    def _section(self, group: str, key: Any, content: Any, place: Location | None) -> None:
        if key not in GROUP_KEYS:
            near = difflib.get_close_matches(str(key), GROUP_KEYS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"a group has the keys {', '.join(GROUP_KEYS)}"
            self._draft.warn("unknown-key", f"{key!r} has no meaning in a group", place, hint)
            return
        if content is None:
            return
        if isinstance(content, SourceText) and key != "vars":
            content = LocatedDict({str(content): None}, place, {str(content): place} if place else {})
        if not isinstance(content, LocatedDict):
            hints = {
                "hosts": "write `web1:` for each host, with a colon",
                "children": "write `web:` for each group, with a colon",
            }
            self._draft.error("inventory", f"{key!r} must be a mapping", place, hints.get(key))
            return
        if key == "vars":
            self._variables(content, place)
            self._draft.group(group).set_variables(self._file.name, content)
        for name in content:
            where = content.key_locations.get(name)
            if key == "hosts":
                self._host(group, name, content[name], where)
            elif key == "children":
                self._draft.group(group).children.setdefault(str(name), where)
                self.group(name, content[name], where)

    def _host(self, group: str, name: Any, content: Any, place: Location | None) -> None:
        try:
            written = read_host(str(name))
        except HostNameError as error:
            self._draft.error("host-name", str(error), place)
            return
        if not isinstance(content, LocatedDict | None):
            self._draft.error("inventory", f"the host {name} must have variables as `name: value` lines", place)
            return
        port = {} if written.port is None else {"ansible_port": written.port}
        if content is not None:
            self._variables(content, place)
        for host in written.names:
            entry = self._draft.host(host, group, place)
            entry.set_variables(self._file.name, port)
            entry.set_variables(self._file.name, content or {})

    def _variables(self, content: LocatedDict, place: Location | None) -> None:
        for key in content:
            if not isinstance(key, str):
                self._draft.error(
                    "variable-name",
                    f"{key!r} is not the name of a variable",
                    content.key_locations.get(key) or place,
                    "quote it",
                )
