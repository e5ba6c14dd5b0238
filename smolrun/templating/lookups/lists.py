"""Lookups that make lists of lists: the ``with_*`` loops use them."""

import itertools
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from smolrun.templating.filters.collections import flatten, subelements
from smolrun.templating.limits import check_format, check_size
from smolrun.templating.lookups.base import Lookup, LookupContext, options_of, truth


def items(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The terms, lists among them made part of it: one level, no more."""
    options_of(options)
    return [item for term in terms for item in (term if isinstance(term, list) else [term])]


def as_list(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    return list(terms)


def flattened(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    return flatten(list(terms))


def dictionary(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """A ``key`` and a ``value`` for each entry of the mappings."""
    result = []
    for term in items(context, terms, {}):
        if not isinstance(term, Mapping):
            raise TypeError(f"the lookup plugin expects a dictionary, not a value of type '{type(term).__name__}'")
        result += [{"key": key, "value": value} for key, value in term.items()]
    return result


def nested(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """Every combination of one item of each list."""
    if not terms:
        raise ValueError("at least one list is needed")
    first, *others = [term if isinstance(term, list) else [term] for term in terms]
    rows: list[Any] = first
    for other in others:
        check_size(len(rows) * len(other), "the lookup 'nested'")
        rows = [_opened([row, item]) for row in rows for item in other]
    return [_opened(row if isinstance(row, list) else [row]) for row in rows]


def _opened(row: Sequence[Any]) -> list[Any]:
    """The items, with those of lists among them in their place: one level, as ansible-core does it at every step."""
    return flatten(list(row), levels=1, skip_nulls=False)


def together(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The first items of each list, the second ones, and so on; null where a list is shorter."""
    if not terms:
        raise ValueError("at least one list is needed")
    lists = [term if isinstance(term, list) else [term] for term in terms]
    return [_opened(row) for row in itertools.zip_longest(*lists)]


def indexed_items(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    return [[index, item] for index, item in enumerate(items(context, terms, {}))]


def random_choice(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    return [random.SystemRandom().choice(list(terms))] if terms else []


def with_subelements(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """A list of mappings, a key (dotted for a deeper one), and perhaps ``{skip_missing: true}``."""
    if not 2 <= len(terms) <= 3:
        raise ValueError("a list of mappings, a key and perhaps options are needed")
    flags = terms[2] if len(terms) == 3 else options
    pairs = [item for item in _mappings(terms[0]) if not truth(item.get("skipped", False))]
    keys = terms[1].split(".") if isinstance(terms[1], str) else list(terms[1])
    found = subelements(pairs, keys, truth(flags.get("skip_missing", False)))
    return [[_without(item, keys), element] for item, element in found]


def _without(item: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """A copy without what the keys lead to: as in Ansible, the item comes without the list it was taken from."""
    first, *rest = keys
    copy = dict(item)
    if rest:
        copy[first] = _without(copy[first], rest)
    else:
        del copy[first]
    return copy


def _mappings(value: Any) -> list[Any]:
    found = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise TypeError("the first term has to be a list of mappings")
    return found


_SHORTCUT: Final = re.compile(
    r"(?:(?P<start>-?(?:0x)?[0-9a-fA-F]+)-)?(?P<end>-?(?:0x)?[0-9a-fA-F]+)"
    r"(?:/(?P<stride>-?(?:0x)?[0-9a-fA-F]+))?(?::(?P<format>.+))?"
)


def sequence(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """Numbers as text: ``start=1 end=10 stride=2 format=host%02x``, ``count=5``, or ``1-10/2:host%02x``."""
    result: list[Any] = []
    for term in terms or [""]:
        result += _numbers({**_sequence_options(str(term)), **options})
    return result


def _sequence_options(term: str) -> dict[str, Any]:
    shortcut = _SHORTCUT.fullmatch(term.strip())
    if shortcut:
        return {key: value for key, value in shortcut.groupdict().items() if value is not None}
    pairs = [pair.partition("=") for pair in term.split()]
    for key, separator, _ in pairs:
        if not separator or key not in ("start", "end", "count", "stride", "format"):
            raise ValueError(f"'{term}' is no sequence: write start=1 end=10 stride=2 format=host%02d")
    return {key: value for key, _, value in pairs}


def _integer(value: Any) -> int:
    text = str(value).strip()
    return int(text, 16) if "0x" in text.lower() else int(text)


def _numbers(given: Mapping[str, Any]) -> list[str]:
    chosen = options_of(given, start=1, end=None, count=None, stride=None, format="%d")
    start = _integer(chosen["start"])
    if (chosen["end"] is None) == (chosen["count"] is None):
        raise ValueError("either end or count is needed, and not both")
    stride = None if chosen["stride"] is None else _integer(chosen["stride"])
    if chosen["count"] is not None:
        step = stride or 1
        count = _integer(chosen["count"])
        numbers = range(start, start + count * step, step) if count else range(0)
    else:
        end = _integer(chosen["end"])
        step = 1 if stride is None else stride
        _check_direction(start, end, step)
        numbers = range(start, end + (1 if step > 0 else -1), step) if step else range(0)
    check_size(len(numbers), "the lookup 'sequence'")
    check_format(chosen["format"], ())
    return [chosen["format"] % number for number in numbers]


def _check_direction(start: int, end: int, step: int) -> None:
    if step > 0 and end < start:
        raise ValueError("to count backwards make stride negative")
    if step < 0 and end > start:
        raise ValueError("to count forwards make stride positive")


LOOKUPS: Final[dict[str, Lookup]] = {
    "cartesian": nested,
    "community.general.cartesian": nested,
    "community.general.flattened": flattened,
    "dict": dictionary,
    "flattened": flattened,
    "indexed_items": indexed_items,
    "items": items,
    "list": as_list,
    "nested": nested,
    "random_choice": random_choice,
    "sequence": sequence,
    "subelements": with_subelements,
    "together": together,
}
