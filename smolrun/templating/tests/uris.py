"""Tests of URIs."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlparse


def is_uri(value: Any, schemes: Sequence[str] | None = None) -> bool:
    """Whether it is a URI, of one of `schemes` where some are given."""
    try:
        scheme = urlparse(str(value)).scheme
    except ValueError:
        return False
    return bool(scheme) and (not schemes or scheme in schemes)


def is_url(value: Any, schemes: Sequence[str] | None = None) -> bool:
    """Whether it is a URI that names a host or a path below one."""
    return is_uri(value, schemes) and bool(urlparse(str(value)).netloc or urlparse(str(value)).scheme == "file")


def is_urn(value: Any) -> bool:
    return is_uri(value, ["urn"])


TESTS: Final[dict[str, Callable[..., Any]]] = {"uri": is_uri, "url": is_url, "urn": is_urn}
