"""Text that YAML 1.1 read as something else: ``no`` as false, ``0755`` as 493, ``12:30:45`` as 45045."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from smolrun.location import Location
from smolrun.playbook.mistakes import Mistakes
from smolrun.source.containers import LocatedDict, LocatedList

TEXT_KEYWORDS = frozenset(
    {
        "name", "become_user", "become_method", "become_flags", "remote_user", "connection", "tags", "notify",
        "listen", "delegate_to", "hosts", "vars_files",
    }
)  # fmt: skip


def note_lost_texts(written: LocatedDict, mistakes: Mistakes) -> None:
    """Warns where a keyword of a play, block or task means text, and YAML made something else of it."""
    for key in TEXT_KEYWORDS & written.keys():
        _note(str(key), written[key], written.value_locations.get(key), mistakes)
    environment = written.get("environment")
    for mapping in environment if isinstance(environment, LocatedList) else [environment]:
        if isinstance(mapping, LocatedDict):
            for name, value in mapping.items():
                _note(str(name), value, mapping.value_locations.get(name), mistakes)


def note_lost_argument(name: str, value: Any, validated: Any, place: Location | None, mistakes: Mistakes) -> None:
    """Warns where an argument became text that is not what stands in the file."""
    if isinstance(validated, str):
        if validated != _as_written(place):  # a module may know what was meant: `logging: on` of ufw
            _note(name, value, place, mistakes)
    elif isinstance(value, LocatedList) and isinstance(validated, list | tuple) and len(value) == len(validated):
        for item, result, at in zip(value, validated, value.item_locations, strict=True):
            note_lost_argument(name, item, result, at, mistakes)
    elif isinstance(value, LocatedDict) and isinstance(validated, Mapping):
        for key, item in value.items():
            note_lost_argument(str(key), item, validated.get(key), value.value_locations.get(key), mistakes)


def note_decimal_mode(name: str, value: Any, validated: Any, place: Location | None, mistakes: Mistakes) -> None:
    """Warns about ``mode: 644``: without the leading zero it is a decimal number, and another mode."""
    shown = _as_written(place)
    if isinstance(value, int) and shown and shown.isdecimal() and not shown.startswith("0"):
        message = f"'{name}': {shown} is a decimal number here, the file mode {validated}"
        mistakes.warning("decimal-mode", message, place, f'write "0{shown}", in quotes, if that is meant')


def _note(name: str, value: Any, place: Location | None, mistakes: Mistakes) -> None:
    if isinstance(value, LocatedList):
        for item, at in zip(value, value.item_locations, strict=True):
            _note(name, item, at, mistakes)
        return
    shown = _as_written(place)
    if not isinstance(value, bool | int | float | date) or shown is None or shown == str(value):
        return
    message = f"'{name}' is text, and YAML reads {shown} as {value}"
    mistakes.warning("lost-text", message, place, f'write "{shown}", in quotes, to keep it as it stands')


def _as_written(place: Location | None) -> str | None:
    if place is None or place.end_column is None:
        return None
    return place.file.line(place.line)[place.column - 1 : place.end_column - 1]
