"""Filters that treat lists as sets and keep their order."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from jinja2 import pass_environment
from jinja2.environment import Environment
from jinja2.filters import make_attrgetter


class _Seen:
    """Membership among any values: quick for hashable ones, by comparison for the others.

    True is not 1 in YAML; but it equals 1 in Python, and so it does here, as in Ansible.
    """

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._hashed: set[Any] = set()
        self._others: list[Any] = []
        for item in items:
            self.add(item)

    def add(self, item: Any) -> None:
        try:
            self._hashed.add(item)
        except TypeError:
            self._others.append(item)

    def __contains__(self, item: Any) -> bool:
        try:
            return item in self._hashed
        except TypeError:
            return item in self._others


def _distinct(items: Iterable[Any], key: Callable[[Any], Any] = lambda item: item) -> list[Any]:
    seen, result = _Seen(), []
    for item in items:
        mark = key(item)
        if mark not in seen:
            seen.add(mark)
            result.append(item)
    return result


@pass_environment
def unique(
    environment: Environment, items: Any, case_sensitive: bool | None = None, attribute: str | int | None = None
) -> list[Any]:
    """Each item once, the first of its kind; texts that differ in case alone are the same unless `case_sensitive`."""
    get = make_attrgetter(environment, attribute) if attribute is not None else lambda item: item

    def key(item: Any) -> Any:
        value = get(item)
        return value.lower() if not case_sensitive and isinstance(value, str) else value

    return _distinct(items, key)


def union(first: Any, second: Any) -> list[Any]:
    return _distinct([*first, *second])


def intersect(first: Any, second: Any) -> list[Any]:
    other = _Seen(second)
    return _distinct(item for item in first if item in other)


def difference(first: Any, second: Any) -> list[Any]:
    other = _Seen(second)
    return _distinct(item for item in first if item not in other)


def symmetric_difference(first: Any, second: Any) -> list[Any]:
    return [*difference(first, second), *difference(second, first)]


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "difference": difference,
    "intersect": intersect,
    "symmetric_difference": symmetric_difference,
    "union": union,
    "unique": unique,
}
