"""How rpm orders versions: rpm's documentation, "Dependencies", and its rpmvercmp()."""

import re
from itertools import zip_longest

_PARTS = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")


def compare(one: str, other: str) -> int:
    """Below, at or above zero as the version `one` is older than, the same as, or newer than `other`.

    A version is ``epoch:version-release``; without an epoch it is 0, and a release counts only where both have one.
    """
    (epoch_a, version_a, release_a), (epoch_b, version_b, release_b) = _split(one), _split(other)
    if epoch_a != epoch_b:
        return epoch_a - epoch_b
    return _compare(version_a, version_b) or (_compare(release_a, release_b) if release_a and release_b else 0)


def _split(text: str) -> tuple[int, str, str]:
    epoch, colon, rest = text.rpartition(":")
    version, _, release = rest.partition("-")
    return int(epoch) if colon and epoch.isdigit() else 0, version, release


def _compare(one: str, other: str) -> int:
    for a, b in zip_longest(_PARTS.findall(one), _PARTS.findall(other), fillvalue=""):
        if a != b and (order := _compare_parts(a, b)):
            return order
    return 0


def _compare_parts(a: str, b: str) -> int:
    for sign, weight in (("~", -1), ("^", 1 if "" in (a, b) else -1)):
        if sign in (a, b):
            return weight if a == sign else -weight
    if a.isdigit() != b.isdigit():  # a number is newer than letters; more of a version is newer than less
        return 1 if a.isdigit() else -1 if b else 1
    if a.isdigit():
        return int(a) - int(b)
    return 1 if a > b else -1
