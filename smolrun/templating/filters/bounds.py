"""Jinja2's own filters that could take much memory at a word, bounded; and those that need not render all."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from jinja2 import filters as jinja

from smolrun.templating.limits import check_format, check_replacement, check_size
from smolrun.templating.marks import takes_lazy


def _center(value: Any, width: int = 80) -> str:
    check_size(width, "the filter 'center'")
    return jinja.do_center(str(value), width)


def _indent(value: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    text = str(value)
    size = len(width) if isinstance(width, str) else width
    check_size(len(text) + size * (text.count("\n") + 1), "the filter 'indent'")
    return str(jinja.do_indent(text, width, first, blank))


def _format(value: Any, *args: Any, **keywords: Any) -> str:
    check_format(str(value), (*args, *keywords.values()))
    return str(jinja.do_format(str(value), *args, **keywords))


def _replace(value: Any, old: Any, new: Any, count: int | None = None) -> str:
    text = str(value)
    check_replacement(text, str(old), str(new))
    return text.replace(str(old), str(new), -1 if count is None else count)


def _batch(value: Any, linecount: int, fill_with: Any = None) -> list[Any]:
    check_size(linecount, "the filter 'batch'")
    return list(jinja.do_batch(value, linecount, fill_with))


def _slice(value: Any, slices: int, fill_with: Any = None) -> list[Any]:
    check_size(slices, "the filter 'slice'")
    return list(jinja.sync_do_slice(value, slices, fill_with))


@takes_lazy
def _first(value: Any) -> Any:
    for item in value:
        return item
    return _empty("first")


@takes_lazy
def _last(value: Any) -> Any:
    for item in reversed(value if isinstance(value, Sequence) else list(value)):
        return item
    return _empty("last")


def _empty(name: str) -> Any:
    from smolrun.templating.undefined import Missing

    return Missing(hint=f"an empty list has no {name} item")


@takes_lazy
def _length(value: Any) -> int:
    return len(value)


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "batch": _batch,
    "center": _center,
    "count": _length,
    "first": _first,
    "format": _format,
    "indent": _indent,
    "last": _last,
    "length": _length,
    "replace": _replace,
    "slice": _slice,
}
