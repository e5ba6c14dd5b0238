"""Values of results as JSON can hold them."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

_NO_TEXT = frozenset({bool, int, type(None)})


def plain(value: Any) -> Any:
    """`value` made of JSON's own types: keys are text, bytes and lone surrogates become U+FFFD where they must."""
    kind = type(value)  # the usual ones first: every event of a run goes through here, forty values at a time
    if kind is str and value.isascii():
        return value
    if kind in _NO_TEXT:
        return value
    if kind is dict:
        return {key if type(key) is str and key.isascii() else plain(str(key)): plain(value[key]) for key in value}
    if isinstance(value, str):
        return str(value).encode("utf-8", "replace").decode() if not value.isascii() else str(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


def json_text(value: Any, indent: int | None = None, *, ascii_only: bool = False) -> str:
    """One JSON document; with `ascii_only` also DEL is escaped, so that no terminal finds a code in it."""
    text = _written_at_once(value, ascii_only=ascii_only) if indent is None else None
    if text is None:
        text = json.dumps(plain(value), indent=indent, ensure_ascii=ascii_only, sort_keys=indent is not None)
    return text.replace("\x7f", "\\u007f") if ascii_only else text


_WRITERS = {flag: json.JSONEncoder(ensure_ascii=flag, allow_nan=False, default=plain) for flag in (True, False)}


def _written_at_once(value: Any, *, ascii_only: bool) -> str | None:
    """The document of a value that is made of JSON's own types but for a few; None where it has to be looked through.

    Looking through an event took longer than all else that is done to record it.
    """
    try:
        text = _WRITERS[ascii_only].encode(value)
        text.encode()
    except (TypeError, ValueError):  # a key of another type, a number without end, a lone surrogate
        return None
    return None if "\\ud" in text else text
