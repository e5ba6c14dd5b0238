"""Versions of Debian packages, ordered as Debian Policy 5.6.12 says."""

import re
from functools import total_ordering

_PART = re.compile(r"(\D*)(\d*)")


@total_ordering
class DebianVersion:
    """A version such as ``1:2.3-4~rc1``, comparable to others."""

    def __init__(self, text: str) -> None:
        epoch, separator, rest = text.partition(":")
        upstream, dash, revision = (rest if separator else text).rpartition("-")
        self._key = (
            int(epoch) if separator and epoch.isdigit() else 0,
            _key(upstream if dash else revision),
            _key(revision if dash else "0"),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DebianVersion) and self._key == other._key

    def __lt__(self, other: "DebianVersion") -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)


def _key(text: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Alternating letters and numbers; ``~`` before the end of a part, that before letters, those before the rest."""
    parts = [(letters, digits) for letters, digits in _PART.findall(text) if letters or digits]
    keys = [((*map(_order, letters), 0), int(digits or "0")) for letters, digits in parts]
    return (*keys, ((0,), 0))


def _order(character: str) -> int:
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256
