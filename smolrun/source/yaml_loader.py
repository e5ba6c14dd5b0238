"""YAML 1.1 as Ansible reads it, with the place of every key, value and item, and bounded in every direction.

Values are built straight from parser events: no parser limit, no recursion beyond `Limits.depth`, and an alias
costs what it would expand to, so that a few hundred bytes cannot become gigabytes when somebody walks them.
"""

from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import Any

import yaml

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location, SourceFile
from smolrun.source.containers import LocatedDict, LocatedList
from smolrun.source.scalars import ScalarError, resolve_plain, resolve_tagged
from smolrun.source.text import TEMPLATE_MARKS, SourceText
from smolrun.source.vault import VaultError, VaultSecrets, VaultText, check_form
from smolrun.source.yaml_mistakes import NOT_PRINTABLE, explain, unhashable_key

_VAULT_TAGS = ("!vault", "!vault-encrypted")
_STANDARD = "tag:yaml.org,2002:"
_CHARACTERS_PER_UNIT = 64


@dataclass(frozen=True)
class Limits:
    """How much one file may come to.

    Attributes:
        depth: how deep collections may nest.
        size: values after all aliases are expanded; long strings count once per 64 characters.
        reported: after so many mistakes the rest is not looked for.
    """

    depth: int = 64
    size: int = 250_000
    reported: int = 50


def load_yaml(
    file: SourceFile,
    *,
    vault: VaultSecrets | None = None,
    limits: Limits | None = None,
    tolerated: list[Diagnostic] | None = None,
) -> Any:
    """The one document of a YAML file; None where it is empty.

    Mappings are `LocatedDict`, sequences `LocatedList`, strings `SourceText`; ``!vault`` gives `VaultText`,
    ``!unsafe`` plain strings. Keys are plain strings, but `SourceText` where they are templates.

    Args:
        tolerated: takes the mistakes that leave the rest readable (duplicate keys, unknown tags), so that a caller
            who looks further tells all of them at once; where it is None they are raised too.

    Raises:
        LoadError: with every mistake found: syntax, duplicate keys, unknown tags, limits.
    """
    return _Builder(file, vault, limits or Limits()).document(tolerated)


class _Stop(Exception):  # noqa: N818
    """Nothing sensible can be read after this; the mistake itself is already noted."""


class _Builder:
    def __init__(self, file: SourceFile, vault: VaultSecrets | None, limits: Limits) -> None:
        self._file = file
        self._vault = vault
        self._limits = limits
        self._mistakes: list[Diagnostic] = []
        self._events: Iterator[Any] = iter(())
        self._anchors: dict[str, tuple[Any, int, Location] | None] = {}
        self._size = 0
        self._unsafe = 0

    def document(self, tolerated: list[Diagnostic] | None) -> Any:
        result, whole = None, False
        try:
            self._refuse_control_characters()
            loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            self._events = yaml.parse(self._file.text, Loader=loader)
            result = self._whole_stream()
            whole = True
        except yaml.MarkedYAMLError as error:
            mistake = explain(self._file, error)
            # What the hints suggest quotes the line.
            self._mistakes.append(replace(mistake, hint=None) if self._file.vaulted else mistake)
        except _Stop:
            pass
        mistakes = tuple(dict.fromkeys(self._mistakes))
        if mistakes and (tolerated is None or not whole):
            raise LoadError(mistakes)
        if tolerated is not None:
            tolerated.extend(mistakes)
        return result

    def _refuse_control_characters(self) -> None:
        found = NOT_PRINTABLE.search(self._file.text)
        if found:
            before = self._file.text[: found.start()]
            location = Location(self._file, before.count("\n") + 1, len(before) - before.rfind("\n"))
            message = f"the control character U+{ord(found[0]):04X} is not allowed in YAML"
            self._stop("control-character", message, location, 'write it as an escape in double quotes, e.g. "\\u001b"')

    def _whole_stream(self) -> Any:
        result, documents = None, 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop("several-documents", "a second document begins here, only one is read", self._at(event))
                result = self._value(next(self._events), 0)[0]
        return result

    # --- values ------------------------------------------------------------------------------------

    def _value(self, event: Any, depth: int) -> tuple[Any, Location]:
        if isinstance(event, yaml.ScalarEvent):
            value, location = self._scalar(event)
            self._grow(1 + len(event.value) // _CHARACTERS_PER_UNIT, location)
            if event.anchor:
                self._anchors[event.anchor] = (value, 1 + len(event.value) // _CHARACTERS_PER_UNIT, location)
            return value, location
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        return self._collection(event, depth)

    def _collection(self, event: Any, depth: int) -> tuple[Any, Location]:
        location = self._at(event, whole=False)
        if depth >= self._limits.depth:
            self._stop("too-deep", f"this nests deeper than {self._limits.depth} levels", location)
        unsafe = event.tag == "!unsafe"
        self._check_collection_tag(event, location)
        size_before = self._size
        self._grow(1, location)
        self._unsafe += unsafe
        if event.anchor:
            self._anchors[event.anchor] = None
        read = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._sequence
        value = read(location, depth)
        self._unsafe -= unsafe
        if event.anchor:
            self._anchors[event.anchor] = (value, self._size - size_before, location)
        return value, value.location or location

    def _sequence(self, location: Location, depth: int) -> LocatedList:
        items: list[Any] = []
        places: list[Location] = []
        event = next(self._events)
        while not isinstance(event, yaml.SequenceEndEvent):
            value, place = self._value(event, depth + 1)
            items.append(value)
            places.append(place)
            event = next(self._events)
        return LocatedList(items, self._closed(location, event), places)

    def _mapping(self, location: Location, depth: int) -> LocatedDict:
        result = LocatedDict(location=location)
        merged: list[tuple[Any, Location]] = []
        event = next(self._events)
        while not isinstance(event, yaml.MappingEndEvent):
            is_merge = _is_merge_key(event)
            key, key_place = self._value(event, depth + 1)
            value, value_place = self._value(next(self._events), depth + 1)
            if is_merge:
                merged.append((value, value_place))
            else:
                self._insert(result, key, key_place, value, value_place)
            event = next(self._events)
        for value, place in reversed(merged):  # of several, the last written wins, as with PyYAML
            self._merge(result, value, place)
        result.location = self._closed(location, event)
        return result

    def _insert(self, into: LocatedDict, key: Any, key_place: Location, value: Any, value_place: Location) -> None:
        if not isinstance(key, Hashable):
            self._mistakes.append(unhashable_key(key_place))
            self._stop_when_many()
            return
        if isinstance(key, SourceText) and not any(mark in key for mark in TEMPLATE_MARKS):
            key = str(key)
        if key in into:
            first = into.key_locations[key]
            message = f"the key '{key}' is written twice; the first is on line {first.line}"
            self._note("duplicate-key", message, key_place, "remove one of them: only the last would count")
        into[key] = value
        into.key_locations[key] = key_place
        into.value_locations[key] = value_place

    def _merge(self, into: LocatedDict, source: Any, place: Location) -> None:
        for mapping in source if isinstance(source, LocatedList) else (source,):
            if not isinstance(mapping, LocatedDict):
                self._note("merge-key", "'<<' takes a mapping or a list of mappings", place)
                return
            self._grow(len(mapping), place)
            for key, value in mapping.items():
                if key not in into:
                    into[key] = value
                    into.key_locations[key] = mapping.key_locations[key]
                    into.value_locations[key] = mapping.value_locations[key]

    def _alias(self, event: Any) -> tuple[Any, Location]:
        location = self._at(event)
        if event.anchor not in self._anchors:
            hint = "put the text in quotes if no YAML alias is meant"
            self._stop("unknown-alias", f"there is no anchor '&{event.anchor}' before this alias", location, hint)
        target = self._anchors[event.anchor]
        if target is None:
            self._stop("recursive-alias", f"the alias '*{event.anchor}' stands inside of its own anchor", location)
            raise AssertionError("not reached")
        self._grow(target[1], location)
        return target[0], location

    def _scalar(self, event: Any) -> tuple[Any, Location]:
        text, tag = event.value, event.tag
        location = self._at(event)
        try:
            if tag in (None, "!"):
                value = resolve_plain(text) if event.implicit[0] else text
            elif tag == "!unsafe":
                return text, location
            elif tag in _VAULT_TAGS:
                check_form(text)
                return VaultText(text, self._vault, location), location
            elif tag.startswith(_STANDARD):
                value = resolve_tagged(tag.removeprefix(_STANDARD), text)
            else:
                self._unknown_tag(tag, location)
                return None, location
        except VaultError as error:
            self._note("damaged-vault", error.message, location, "encrypt it anew with smolrun vault encrypt_string")
            return None, location
        except ScalarError as error:
            self._note("bad-value", str(error), location, "put it in quotes if it is text")
            return None, location
        if isinstance(value, str) and not self._unsafe:
            value = SourceText(value, location)
        return value, location

    def _check_collection_tag(self, event: Any, location: Location) -> None:
        expected = "map" if isinstance(event, yaml.MappingStartEvent) else "seq"
        if event.tag in (None, "!", "!unsafe", _STANDARD + expected):
            return
        self._unknown_tag(event.tag, location)

    def _unknown_tag(self, tag: str, location: Location) -> None:
        shown = tag.replace(_STANDARD, "!!")
        hint = "put the text in quotes if it only begins with '!'"
        self._note("unknown-tag", f"the tag '{shown}' is not known here", location, hint)

    # --- places and mistakes -----------------------------------------------------------------------

    def _at(self, event: Any, *, whole: bool = True) -> Location:
        start, end = event.start_mark, event.end_mark
        one_line = whole and end.line == start.line and end.column > start.column
        return Location(self._file, start.line + 1, start.column + 1, end.column + 1 if one_line else None)

    def _closed(self, start: Location, end_event: Any) -> Location:
        """The place of a flow collection that was closed on its own line; any other stays as it is."""
        end = end_event.end_mark
        if end.line + 1 != start.line or end_event.start_mark.index == end.index:
            return start
        return Location(self._file, start.line, start.column, end.column + 1)

    def _grow(self, units: int, location: Location) -> None:
        self._size += units
        if self._size > self._limits.size:
            message = f"the file comes to more than {self._limits.size:,} values once its aliases are expanded"
            self._stop("too-large", message, location)

    def _note(self, code: str, message: str, location: Location, hint: str | None = None) -> None:
        self._mistakes.append(Diagnostic(Severity.ERROR, code, message, location, hint))
        self._stop_when_many()

    def _stop_when_many(self) -> None:
        if len(self._mistakes) >= self._limits.reported:
            raise _Stop

    def _stop(self, code: str, message: str, location: Location, hint: str | None = None) -> None:
        self._mistakes.append(Diagnostic(Severity.ERROR, code, message, location, hint))
        raise _Stop


def _is_merge_key(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]
