"""Inventories in the INI form: sections of hosts, of child groups and of variables.

The language: docs.ansible.com, "How to build your inventory" and the inventory plugin ``ini``.
"""

import difflib
import re

from smolrun.inventory.draft import UNGROUPED, Draft
from smolrun.inventory.host_names import HostNameError, read_host
from smolrun.inventory.ini_values import read_value
from smolrun.inventory.ini_words import QuotingError, Word, words
from smolrun.location import Location, SourceFile
from smolrun.source.containers import LocatedDict

_SECTION = re.compile(r"\[(?P<name>[^:\]\s]+)(?::(?P<kind>\w*))?\]\s*(?:[#;].*)?\Z")
_KINDS = ("hosts", "children", "vars")


def read_ini(file: SourceFile, draft: Draft) -> None:
    """Add what `file` says to `draft`; mistakes become diagnostics of it."""
    _Reader(file, draft).read()


class _Reader:
    def __init__(self, file: SourceFile, draft: Draft) -> None:
        self._file = file
        self._draft = draft
        self._group = UNGROUPED
        self._kind: str | None = "hosts"
        self._line = 0
        self._named: set[str] = set(draft.groups)
        self._asked_for: dict[str, tuple[str, Location]] = {}

    def read(self) -> None:
        for number, line in enumerate(self._file.lines, 1):
            self._line = number
            text = line.strip()
            if not text or text[0] in "#;":
                continue
            if text[0] == "[" and self._section(text, line):
                continue
            if self._kind == "hosts":
                self._host_line(line)
            elif self._kind == "children":
                self._child_line(line)
            elif self._kind == "vars":
                self._variable_line(line)
        self._check_groups()

    # --- sections ---

    def _section(self, text: str, line: str) -> bool:
        """Whether the line is a section's head; ``[1:3].lab`` among hosts is not."""
        place = self._place(line.index("[") + 1, len(line.rstrip()) + 1)
        match = _SECTION.match(text)
        if match is None or (match["kind"] is not None and match["kind"].isdigit()):
            if self._kind == "hosts" and "]" in text and (match is not None or not text.endswith("]")):
                return False  # a host name that begins with a range
            self._draft.error(
                "inventory-section",
                f"{text!r} is not the head of a section",
                place,
                "write [group], [group:children] or [group:vars]",
            )
            self._kind = None
            return True
        name, kind = match["name"], match["kind"] or "hosts"
        if kind not in _KINDS:
            near = difflib.get_close_matches(kind, _KINDS, 1)
            hint = f"did you mean '{near[0]}'?" if near else "write [group:children] or [group:vars]"
            self._draft.error("inventory-section", f"a section cannot be of the kind {kind!r}", place, hint)
            self._kind = None
            return True
        self._group, self._kind = name, kind
        if kind == "vars":
            self._asked_for.setdefault(name, (f"[{name}:vars]", place))
        else:
            self._named.add(name)
            self._draft.group(name, place)
        return True

    def _check_groups(self) -> None:
        """A group that is only used, never defined, is a typing error more often than not."""
        for name, (where, place) in self._asked_for.items():
            if name in self._named:
                continue
            near = difflib.get_close_matches(name, self._named, 1)
            self._draft.error(
                "undefined-group",
                f"{where} names the group {name!r}, which is defined nowhere",
                place,
                f"did you mean {near[0]!r}?" if near else f"add a section [{name}]",
            )

    # --- lines ---

    def _host_line(self, line: str) -> None:
        found = self._words(line)
        if not found:
            return
        name, *assignments = found
        place = self._place(name.column, name.end)
        try:
            written = read_host(name.text)
        except HostNameError as error:
            self._draft.error("host-name", str(error), place)
            return
        variables = LocatedDict({} if written.port is None else {"ansible_port": written.port})
        for word in assignments:
            self._assignment(word, variables)
        for host in written.names:
            self._draft.host(host, self._group, place).set_variables(self._file.name, variables)

    def _assignment(self, word: Word, variables: LocatedDict) -> None:
        key, sign, value = word.text.partition("=")
        place = self._place(word.column, word.end)
        if not sign or not key:
            self._draft.error(
                "host-variable",
                f"expected name=value behind a host, found {word.text!r}",
                place,
                "put each host on a line of its own; quote values that have spaces",
            )
            return
        variables[key] = read_value(value, place)
        variables.value_locations[key] = place

    def _child_line(self, line: str) -> None:
        found = self._words(line)
        if not found:
            return
        place = self._place(found[0].column, found[0].end)
        if len(found) > 1:
            self._draft.error(
                "child-group",
                f"expected one group, found {line.strip()!r}",
                place,
                "put each group on a line of its own",
            )
            return
        name = found[0].text
        if ":" in name:
            self._draft.error("child-group", f"{name!r} is not the name of a group", place)
            return
        self._asked_for.setdefault(name, (f"[{self._group}:children]", place))
        self._draft.group(self._group).children.setdefault(name, place)
        self._draft.group(name, place)

    def _variable_line(self, line: str) -> None:
        key, sign, value = line.partition("=")
        name, text = key.strip(), value.strip()
        begin = line.index(name) + 1 if name else 1
        if not sign or not name:
            self._draft.error(
                "group-variable",
                f"expected name=value, found {line.strip()!r}",
                self._place(begin, len(line.rstrip()) + 1),
            )
            return
        start = len(key) + 1 + (len(value) - len(value.lstrip())) + 1
        place = self._place(start, start + len(text))
        variables = LocatedDict({name: read_value(text, place)}, value_locations={name: place})
        self._draft.group(self._group).set_variables(self._file.name, variables)

    # --- words ---

    def _words(self, line: str) -> list[Word]:
        try:
            found = words(line)
        except QuotingError as error:
            self._draft.error("quoting", str(error), self._place(error.column, None))
            return []
        if found and found[-1].cut is not None:
            self._draft.warn(
                "comment",
                "everything from this # on is a comment",
                self._place(found[-1].cut, None),
                "quote the value if the # is part of it",
            )
        return found

    def _place(self, column: int, end: int | None) -> Location:
        return Location(self._file, self._line, column, end)
