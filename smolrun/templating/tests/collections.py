"""Tests of lists and mappings."""

from collections.abc import Callable, Iterable
from typing import Any, Final


def _within(items: Iterable[Any], container: Iterable[Any]) -> bool:
    other = list(container)
    return all(item in other for item in items)


def contains(value: Any, item: Any) -> bool:
    return item in value


TESTS: Final[dict[str, Callable[..., Any]]] = {
    "all": lambda value: all(value),
    "any": lambda value: any(value),
    "contains": contains,
    "issubset": _within,
    "issuperset": lambda value, other: _within(other, value),
    "subset": _within,
    "superset": lambda value, other: _within(other, value),
}
