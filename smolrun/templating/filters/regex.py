"""Filters with regular expressions, of Python's kind."""

import re
from collections.abc import Callable
from typing import Any, Final

_POSIX_SPECIAL: Final = re.compile(r"([].[^$*\\])")


def _text(value: Any) -> str:
    """What is searched: text, and of anything else what it looks like."""
    return value if isinstance(value, str) else str(value)


def _compiled(pattern: str, ignorecase: bool, multiline: bool) -> re.Pattern[str]:
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    try:
        return re.compile(str(pattern), flags)
    except re.error as error:
        raise ValueError(f"'{pattern}' is not a regular expression: {error}") from None


def regex_replace(
    value: Any = "",
    pattern: str = "",
    replacement: str = "",
    ignorecase: bool = False,
    multiline: bool = False,
    count: int = 0,
    mandatory_count: int = 0,
) -> str:
    """`value` with what matches replaced.

    Args:
        count: how many are replaced at most; 0 for all.
        mandatory_count: how many have to be replaced exactly; 0 for any number.
    """
    text, number = _compiled(pattern, ignorecase, multiline).subn(str(replacement), _text(value), count)
    if mandatory_count and number != mandatory_count:
        raise ValueError(f"'{pattern}' should match {mandatory_count} times, but matches {number} times")
    return text


def regex_search(value: Any, regex: str, *args: str, ignorecase: bool = False, multiline: bool = False) -> Any:
    """What the first match is; None when there is none.

    Args:
        args: groups to give as a list instead: ``\\\\1`` or ``\\\\g<name>``.
    """
    groups = [_group(argument) for argument in args]
    match = _compiled(regex, ignorecase, multiline).search(_text(value))
    if match is None:
        return None
    return [match.group(group) for group in groups] if groups else match.group()


def _group(argument: Any) -> str | int:
    named = re.fullmatch(r"\\g<(\S+)>", str(argument))
    if named:
        return int(named[1]) if named[1].isdigit() else named[1]
    numbered = re.fullmatch(r"\\(\d+)", str(argument))
    if numbered:
        return int(numbered[1])
    raise ValueError(f"'{argument}' names no group: write '\\\\1' or '\\\\g<name>'")


def regex_findall(value: Any, regex: str, multiline: bool = False, ignorecase: bool = False) -> list[Any]:
    """All that matches: of one group its text, of several a list for each match."""
    return [
        list(found) if isinstance(found, tuple) else found
        for found in _compiled(regex, ignorecase, multiline).findall(_text(value))
    ]


def regex_escape(string: Any, re_type: str = "python") -> str:
    """`string` such that it matches itself, in the regular expressions of Python or ``posix_basic``."""
    if re_type == "python":
        return re.escape(_text(string))
    if re_type == "posix_basic":
        return _POSIX_SPECIAL.sub(r"\\\1", _text(string))
    raise ValueError(f"there is no kind '{re_type}' of regular expressions: use python or posix_basic")


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "regex_escape": regex_escape,
    "regex_findall": regex_findall,
    "regex_replace": regex_replace,
    "regex_search": regex_search,
}
