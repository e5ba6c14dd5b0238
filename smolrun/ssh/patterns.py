"""Patterns of host names as OpenSSH has them (ssh_config(5), PATTERNS): ``*``, ``?`` and ``!`` in front."""

import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = {"*": ".*", "?": "."}
    return re.compile("".join(pieces.get(character, re.escape(character)) for character in pattern), re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether one pattern (without ``!``) covers the whole text; upper and lower case are the same."""
    return _compiled(pattern.lower()).fullmatch(text.lower()) is not None


def matches_any(patterns: Iterable[str], text: str) -> bool:
    """Whether a pattern list matches: some pattern does, and no negated one."""
    matched = False
    for pattern in patterns:
        if pattern.startswith("!"):
            if matches(pattern[1:], text):
                return False
        elif matches(pattern, text):
            matched = True
    return matched
