"""Values in which nothing is to be rendered: most of what a playbook says."""

from typing import Any, Final

from smolrun.source.text import SourceText

_SCALARS: Final = frozenset({str, int, float, bool, type(None), bytes})


class _Open(Exception):  # noqa: N818 - not an error
    """There is something to render, or something that only a rendering knows what to do with."""


def settled(value: Any) -> tuple[Any] | None:
    """`value` as plain data, in a tuple of one, where no template is in it; None where one may be."""
    try:
        return (_plain(value),)
    except (_Open, RecursionError):
        return None


def _plain(value: Any) -> Any:
    if type(value) in _SCALARS:
        return value
    if isinstance(value, SourceText) and not value.is_template:
        return str(value)
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise _Open
