"""Containers whose entries are rendered when they are looked at, and the way back to plain ones.

``{{ config.port }}`` renders ``port`` and nothing else of ``config``; an undefined variable in another entry
is nobody's concern until that entry is used. Entries still to be rendered are `Deferred` inside the container,
so that code which bypasses these classes sees something odd, and never template text.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, SupportsIndex, cast

from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Undefined

from smolrun.source.text import SourceText
from smolrun.templating.omit import OMIT

Render = Callable[[Any], Any]


class Deferred:
    """An entry that was not looked at yet."""

    __slots__ = ("raw",)

    def __init__(self, raw: Any) -> None:
        self.raw = raw


def _defer(value: Any) -> Any:
    """`value` as it can be stored in a lazy container."""
    if type(value) in (str, int, bool, float) or value is None:
        return value
    if isinstance(value, SourceText) and not value.is_template:
        return str(value)
    return Deferred(value)


class LazyDict(dict[Any, Any]):
    """A mapping whose values are rendered when read."""

    __slots__ = ("_render",)

    def __init__(self, items: Mapping[Any, Any], render: Render) -> None:
        super().__init__({_key(key, render): _defer(value) for key, value in items.items()})
        self._render = render

    def _resolve(self, key: Any, value: Any) -> Any:
        if isinstance(value, Deferred):
            value = self._render(value.raw)
            super().__setitem__(key, value)
        return value

    def __getitem__(self, key: Any) -> Any:
        return self._resolve(key, super().__getitem__(key))

    def __iter__(self) -> Iterator[Any]:
        return super().__iter__()

    def get(self, key: Any, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - this is what get means

    def values(self) -> Any:
        return {key: self[key] for key in self}.values()

    def items(self) -> Any:
        return {key: self[key] for key in self}.items()

    def pop(self, key: Any, *default: Any) -> Any:
        if key in self:
            value = self[key]
            del self[key]
            return value
        return super().pop(key, *default)

    def popitem(self) -> tuple[Any, Any]:
        key = next(reversed(self))
        return key, self.pop(key)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def copy(self) -> dict[Any, Any]:
        return {key: self[key] for key in self}

    def __or__(self, other: Any) -> Any:
        return self.copy() | dict(other)

    def __ror__(self, other: Any) -> Any:
        return dict(other) | self.copy()

    def __eq__(self, other: object) -> bool:
        return bool(self.copy() == other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __repr__(self) -> str:
        return repr(materialise(self))

    __str__ = __repr__


class LazyList(list[Any]):
    """A list whose items are rendered when read."""

    __slots__ = ("_render",)

    def __init__(self, items: Iterable[Any], render: Render) -> None:
        super().__init__(_defer(item) for item in items)
        self._render = render

    def _at(self, index: int) -> Any:
        value = super().__getitem__(index)
        if isinstance(value, Deferred):
            value = self._render(value.raw)
            super().__setitem__(index, value)
        return value

    def _plain(self) -> list[Any]:
        """A plain list of the items, rendered one level deep."""
        return [self._at(index) for index in range(len(self))]

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        if isinstance(index, slice):
            return [self._at(position) for position in range(*index.indices(len(self)))]
        return self._at(operator.index(index))  # TypeError of what is no index: Jinja makes it undefined

    def __iter__(self) -> Iterator[Any]:
        index = 0
        while index < len(self):
            yield self._at(index)
            index += 1

    def __reversed__(self) -> Iterator[Any]:
        return iter(self._plain()[::-1])

    def __contains__(self, item: object) -> bool:
        return any(mine is item or mine == item for mine in self)

    def index(self, item: Any, *bounds: Any) -> int:
        return self._plain().index(item, *bounds)

    def count(self, item: Any) -> int:
        return self._plain().count(item)

    def copy(self) -> list[Any]:
        return self._plain()

    def pop(self, index: SupportsIndex = -1) -> Any:
        value = self[index]
        del self[index]
        return value

    def remove(self, item: Any) -> None:
        del self[self.index(item)]

    def sort(self, **options: Any) -> None:
        self[:] = sorted(self._plain(), **options)

    def __add__(self, other: Any) -> Any:
        return self._plain() + list(other) if isinstance(other, list) else NotImplemented

    def __radd__(self, other: Any) -> Any:
        return list(other) + self._plain() if isinstance(other, list) else NotImplemented

    def __mul__(self, count: SupportsIndex) -> Any:
        return self._plain() * count

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        return self._plain() == (other._plain() if isinstance(other, LazyList) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        return bool(self._plain() < other)

    def __le__(self, other: Any) -> bool:
        return bool(self._plain() <= other)

    def __gt__(self, other: Any) -> bool:
        return bool(self._plain() > other)

    def __ge__(self, other: Any) -> bool:
        return bool(self._plain() >= other)

    __hash__ = None

    def __repr__(self) -> str:
        return repr(materialise(self))

    __str__ = __repr__


class LazyMapping(Mapping[Any, Any]):
    """A view of a mapping that is no dict (``hostvars``, ``vars``): too large to copy, read entry by entry."""

    __slots__ = ("_items", "_render")

    def __init__(self, items: Mapping[Any, Any], render: Render) -> None:
        self._items = items
        self._render = render

    def __getitem__(self, key: Any) -> Any:
        return self._render(self._items[key])

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return repr(materialise(self))


def mapping_of(items: dict[Any, Any], render: Render) -> dict[Any, Any]:
    """A copy of `items` whose values are rendered when read; a plain one where there is nothing to render."""
    if _SCALARS.issuperset(map(type, items.values())) and _SCALARS.issuperset(map(type, items)):
        return dict(items)
    return LazyDict(items, render)


def list_of(items: list[Any] | tuple[Any, ...], render: Render) -> list[Any]:
    """A copy of `items` that are rendered when read; a plain one where there is nothing to render.

    ``groups.all`` has a name for every host, and every host may ask for it.
    """
    return list(items) if _SCALARS.issuperset(map(type, items)) else LazyList(items, render)


def _key(key: Any, render: Render) -> Any:
    """A key is rendered at once: a mapping cannot be without knowing its keys."""
    if type(key) is str or not isinstance(key, str):
        return key
    return materialise(render(key)) if isinstance(key, SourceText) and key.is_template else str(key)


_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_SEQUENCES: tuple[type, ...] = (list, tuple, set, frozenset, range, Iterator, *_VIEWS)
_SCALARS = frozenset({str, int, float, bool, type(None), bytes})


def argument(value: Any) -> Any:
    """`value` as filters, tests and functions get it: plain containers, all the way down.

    Undefined entries stay, so that ``select('defined')`` works; views of mappings stay views, so that
    ``map('extract', hostvars, 'x')`` does not render every variable of every host.
    """
    kind = type(value)
    if kind in _SCALARS:
        return value
    if isinstance(value, LazyDict):
        return {key: argument(item) for key, item in value.items()}
    if isinstance(value, LazyList):
        return [argument(item) for item in value]
    if kind is dict:
        return _unless_same(value, {key: argument(item) for key, item in value.items()})
    if kind is list:
        return _unless_same_list(value, [argument(item) for item in value])
    if kind is tuple:
        return tuple([argument(item) for item in value])
    return value


def _unless_same(old: dict[Any, Any], new: dict[Any, Any]) -> dict[Any, Any]:
    return old if all(new[key] is item for key, item in old.items()) else new


def _unless_same_list(old: list[Any], new: list[Any]) -> list[Any]:
    return old if all(mine is other for mine, other in zip(old, new, strict=True)) else new


def without_undefined(value: Any) -> Any:
    """`value`, as `argument` gives it, without the entries and items that are undefined."""
    if isinstance(value, dict):
        return {key: without_undefined(item) for key, item in value.items() if not isinstance(item, Undefined)}
    if isinstance(value, list):
        return [without_undefined(item) for item in value if not isinstance(item, Undefined)]
    return value


def materialise(value: Any) -> Any:
    """`value` as plain data for good: what leaves the templates.

    Keys and items that are `OMIT` are left out.

    Tuples, sets, ranges, views and generators become lists; text becomes `str`, whatever its class was.
    Something undefined in it fails here.
    """
    kind = type(value)
    if kind in _SCALARS:
        return value
    if isinstance(value, Undefined):
        str(value)  # raises, where it is a strict one
        raise TemplateRuntimeError("the expression gives nothing: an 'if' without 'else' whose condition is false")
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {materialise(key): materialise(item) for key, item in value.items() if item is not OMIT}
    if isinstance(value, _SEQUENCES):
        return [materialise(item) for item in cast("Iterable[Any]", value) if item is not OMIT]
    if callable(value) and value is not OMIT:
        raise TemplateRuntimeError(f"a function ({getattr(value, '__name__', value)}) is no value: call it with ()")
    return value
