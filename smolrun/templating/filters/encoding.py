"""Filters that encode and decode: base64, URLs, UUIDs."""

import base64
import uuid
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote_plus, urlsplit

_NAMESPACE: Final = "361e6d51-faec-444a-9079-341386da8e2e"
"""The name space of ``to_uuid``, as its documentation gives it."""
_URL_PARTS: Final = ("fragment", "hostname", "netloc", "password", "path", "port", "query", "scheme", "username")


def b64encode(value: Any, encoding: str = "utf-8", urlsafe: bool = False) -> str:
    data = value if isinstance(value, bytes) else str(value).encode(encoding, "surrogateescape")
    return (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(data).decode("ascii")


def b64decode(value: Any, encoding: str = "utf-8", urlsafe: bool = False) -> str:
    data = (base64.urlsafe_b64decode if urlsafe else base64.b64decode)(str(value).encode("ascii"))
    return data.decode(encoding, "surrogateescape")


def split_url(value: Any, query: str = "") -> Any:
    """The parts of a URL as a mapping, or the one named by `query`."""
    parts = urlsplit(str(value))
    found = {name: getattr(parts, name) for name in _URL_PARTS}
    if not query:
        return found
    if query not in found:
        raise ValueError(f"a URL has no part '{query}': use one of {', '.join(_URL_PARTS)}")
    return found[query]


def to_uuid(value: Any, namespace: str = _NAMESPACE) -> str:
    """The UUID (version 5) of a name."""
    return str(uuid.uuid5(uuid.UUID(str(namespace)), str(value)))


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "b64decode": b64decode,
    "b64encode": b64encode,
    "to_uuid": to_uuid,
    "urldecode": lambda value: unquote_plus(str(value)),
    "urlsplit": split_url,
}
