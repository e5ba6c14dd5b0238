"""Patterns that choose hosts: ``web:&staging:!web3``, ``~web\\d+``, ``db[0:2]``, globs, ``@file``.

The rules: docs.ansible.com, "Patterns: targeting hosts and groups". Unions come first, then intersections, then
exclusions, whatever their order in the text.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv6Address

from smolrun.lazy_dataclass import dataclass
from smolrun.source.regular_expressions import compiled

_SUBSCRIPT = re.compile(r"(?P<of>.+)\[(?:(?P<index>-?[0-9]+)|(?P<first>[0-9]+)[:-](?P<last>[0-9]*))\]\Z")
_GLOB = frozenset("?*[")


class PatternError(ValueError):
    """A pattern that makes no sense; its text says why."""


@dataclass(frozen=True)
class Names:
    """What patterns are matched against.

    Attributes:
        hosts: all host names, in order.
        groups: all group names.
        members: the hosts of a group, in order.
        fallback: for a name that is neither: the name of the implicit host it stands for, or None.
    """

    hosts: Sequence[str]
    groups: Sequence[str]
    members: Callable[[str], Sequence[str]]
    fallback: Callable[[str], str | None]


@dataclass(frozen=True)
class Matched:
    """Attributes:
    hosts: names, each once, in order.
    unmatched: the parts of the pattern that matched nothing.
    """

    hosts: tuple[str, ...]
    unmatched: tuple[str, ...] = ()


def split_pattern(pattern: str | Iterable[str]) -> list[str]:
    """The parts of a pattern: cut at commas, and at colons outside of brackets and addresses."""
    if not isinstance(pattern, str):
        return [part for item in pattern for part in split_pattern(item)]
    return [part for piece in _split_outside_brackets(pattern, ",") for part in _split_at_colons(piece)]


def match(pattern: str | Iterable[str], names: Names) -> Matched:
    """The hosts that `pattern` chooses.

    Raises:
        PatternError: a regular expression or a subscript that makes no sense.
    """
    parts = split_pattern(pattern)
    unions = [part for part in parts if part[0] not in "&!"]
    chosen: dict[str, None] = {}
    unmatched: list[str] = []

    def hosts_of(part: str) -> dict[str, None]:
        found = dict.fromkeys(_one(part, names))
        if not found:
            unmatched.append(part)
        return found

    for part in unions or (["all"] if parts else []):
        chosen.update(hosts_of(part))
    for part in parts:
        if part[0] == "&":
            wanted = hosts_of(part[1:])
            chosen = {host: None for host in chosen if host in wanted}
    for part in parts:
        if part[0] == "!":
            unwanted = hosts_of(part[1:])
            chosen = {host: None for host in chosen if host not in unwanted}
    return Matched(tuple(chosen), tuple(unmatched))


def _one(part: str, names: Names) -> Sequence[str]:
    """The hosts of one part, without its sign."""
    if not part:
        return ()
    if part in names.hosts or part in names.groups:
        return _by_name(part, names)
    subscript = None if part.startswith("~") else _SUBSCRIPT.match(part)
    if subscript is None:
        return _by_name(part, names)
    return _subscripted(_by_name(subscript["of"], names), subscript)


def _subscripted(hosts: Sequence[str], subscript: "re.Match[str]") -> Sequence[str]:
    """`hosts[i]` or `hosts[a:b]`, whose end is included."""
    if subscript["index"] is not None:
        index = int(subscript["index"])
        return hosts[index : index + 1 or None] if -len(hosts) <= index < len(hosts) else ()
    first, last = int(subscript["first"]), subscript["last"]
    return hosts[first : int(last) + 1] if last else hosts[first:]


def _by_name(part: str, names: Names) -> Sequence[str]:
    """Groups of that name or pattern win; hosts are looked at too where it is a pattern or could be an address."""
    matches = _matcher(part)
    found: dict[str, None] = {}
    groups = [group for group in names.groups if matches(group)]
    for group in groups:
        found.update(dict.fromkeys(names.members(group)))
    if not groups or part[0] == "~" or "." in part or not _GLOB.isdisjoint(part):
        found.update((host, None) for host in names.hosts if matches(host))
    if not found and not groups:
        implicit = names.fallback(part)
        if implicit is not None:
            return (implicit,)
    return tuple(found)


def _matcher(part: str) -> Callable[[str], bool]:
    if not part.startswith("~"):
        if _GLOB.isdisjoint(part):
            return lambda name: name == part
        expression = fnmatch.translate(part)
    else:
        expression = part[1:]
    try:
        regular = compiled(expression)
    except ValueError as error:
        raise PatternError(f"{part!r} is not a regular expression: {error}") from None
    return lambda name: regular.match(name) is not None


def _split_at_colons(text: str) -> list[str]:
    return [text] if _is_ipv6(text.lstrip("!&").strip("[]")) else _split_outside_brackets(text, ":")


def _is_ipv6(text: str) -> bool:
    """Whether it is an address; ``a:b:c`` is three groups."""
    try:
        return ":" in text and bool(IPv6Address(text))
    except ValueError:
        return False


def _split_outside_brackets(text: str, separator: str) -> list[str]:
    parts, depth, current = [], 0, ""
    for character in text:
        depth += (character == "[") - (character == "]" and depth > 0)
        if character == separator and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += character
    return [part.strip() for part in [*parts, current] if part.strip()]
