"""Tests with regular expressions."""

import re
from collections.abc import Callable
from typing import Any, Final


def _regex(
    value: Any, pattern: str = "", ignorecase: bool = False, multiline: bool = False, match_type: str = "search"
) -> bool:
    if match_type not in ("search", "match", "fullmatch"):
        raise ValueError(f"match_type is '{match_type}', and should be search, match or fullmatch")
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    try:
        compiled = re.compile(str(pattern), flags)
    except re.error as error:
        raise ValueError(f"'{pattern}' is not a regular expression: {error}") from None
    return bool(getattr(compiled, match_type)("" if value is None else str(value)))


def search(value: Any, pattern: str = "", ignorecase: bool = False, multiline: bool = False) -> bool:
    """Whether the pattern is found anywhere."""
    return _regex(value, pattern, ignorecase, multiline, "search")


def match(value: Any, pattern: str = "", ignorecase: bool = False, multiline: bool = False) -> bool:
    """Whether the text begins with the pattern."""
    return _regex(value, pattern, ignorecase, multiline, "match")


TESTS: Final[dict[str, Callable[..., Any]]] = {"match": match, "regex": _regex, "search": search}
