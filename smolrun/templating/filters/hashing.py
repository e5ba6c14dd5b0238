"""Filters that hash. Not for passwords; those are in `passwords`."""

import hashlib
from collections.abc import Callable
from typing import Any, Final


def _hash(value: Any, hashtype: str = "sha1") -> str:
    """The hexadecimal digest of `value` as UTF-8."""
    data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    try:
        return hashlib.new(hashtype, data, usedforsecurity=False).hexdigest()
    except ValueError:
        raise ValueError(f"there is no hash algorithm '{hashtype}'") from None


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "checksum": _hash,
    "hash": _hash,
    "md5": lambda value: _hash(value, "md5"),
    "sha1": lambda value: _hash(value, "sha1"),
}
