"""What the user writes to name Python packages (PEP 508 without markers), and whether an installed one is it."""

import re

from smolrun.lazy_dataclass import dataclass

_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(?P<clauses>(?:[<>=!~].*)?)\Z"
)
_CLAUSE = re.compile(r"(===|==|!=|<=|>=|~=|<|>)\s*([^\s,]+)")
_PIECE = re.compile(r"\d+|[a-z]+")
_BEFORE_RELEASE = {"dev": -4, "a": -3, "alpha": -3, "b": -2, "beta": -2, "c": -1, "rc": -1, "pre": -1}


@dataclass(frozen=True)
class Requirement:
    """A package and the versions of it that will do."""

    name: str
    clauses: tuple[tuple[str, str], ...] = ()

    def allows(self, version: str) -> bool:
        return all(_holds(version, sign, wanted) for sign, wanted in self.clauses)


def parse_requirement(text: str) -> Requirement | None:
    """None for what only pip can tell the name of: a URL, a path, a marker."""
    found = _REQUIREMENT.match(text.strip())
    if found is None or ";" in text or "@" in text:
        return None
    return Requirement(canonical(found["name"]), tuple(_CLAUSE.findall(found["clauses"])))


def canonical(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_freeze(text: str) -> dict[str, str]:
    """Versions by canonical name."""
    pairs = (line.strip().partition("==") for line in text.splitlines() if "==" in line)
    return {canonical(name): version for name, _, version in pairs}


def _holds(version: str, sign: str, wanted: str) -> bool:
    if sign == "===":
        return version == wanted
    if wanted.endswith(".*"):
        same = _key(version)[: len(_key(wanted[:-2])) - 1] == _key(wanted[:-2])[:-1]
        return same if sign == "==" else not same
    one, other = _key(version), _key(wanted)
    if sign == "~=":
        prefix = _key(wanted.rpartition(".")[0])[:-1]
        return one >= other and one[: len(prefix)] == prefix
    return {
        "==": one == other,
        "!=": one != other,
        "<=": one <= other,
        ">=": one >= other,
        "<": one < other,
        ">": one > other,
    }[sign]


def _key(version: str) -> tuple[int, ...]:
    """Comparable for the common versions of PEP 440: numbers, and what comes before or after a release."""
    public = version.lower().split("+")[0].removeprefix("v")
    numbers = [int(piece) if piece.isdigit() else _BEFORE_RELEASE.get(piece, 1) for piece in _PIECE.findall(public)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return (*numbers, 0)
