"""Lookups of variables, groups and hosts by name."""

import fnmatch
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from smolrun.templating.lazy import argument
from smolrun.templating.lookups.base import Lookup, LookupContext, options_of
from smolrun.templating.undefined import Missing

_ABSENT: Final = object()


def variables(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The values of the variables of those names."""
    default = options_of(options, default=_ABSENT)["default"]
    return [_value(context, term, default) for term in terms]


def _value(context: LookupContext, name: Any, default: Any) -> Any:
    if not isinstance(name, str):
        raise TypeError(f"Variable name must be 'str' not '{type(name).__name__}'")
    if name in context.rendering.variables:
        return argument(context.rendering.variable(name))
    if default is _ABSENT:
        return Missing(f"No variable named {name!r} was found", name=name, candidates=context.rendering.variables)
    return default


def variable_names(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The names of all variables that one of the regular expressions is found in."""
    patterns = [_pattern(term) for term in terms]
    names = list(context.rendering.variables)
    return [name for pattern in patterns for name in names if pattern.search(name)]


def _pattern(term: Any) -> "re.Pattern[str]":
    if not isinstance(term, str):
        raise TypeError(f'Invalid setting identifier, "{term}" is not a string, it is a {type(term).__name__}')
    try:
        return re.compile(term)
    except re.error as error:
        raise ValueError(f'Unable to use "{term}" as a search parameter: {error}') from error


_SEPARATOR: Final = re.compile(r"[,:](?![^\[]*\])")  # no colon within brackets


def inventory_hostnames(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The hosts of a pattern of group and host names (``a:b``, ``&c``, ``!d``, globs)."""
    groups = context.variable("groups") or {}
    parts = [part.strip() for term in terms for part in _SEPARATOR.split(str(term)) if part.strip()]
    order = [part for kind in ("", "&", "!") for part in parts if (part[0] if part[0] in "&!" else "") == kind]
    found: list[str] = []
    for part in order:
        named = _hosts(groups, part.lstrip("&!"))
        if part[0] == "&":
            found = [host for host in found if host in named]
        elif part[0] == "!":
            found = [host for host in found if host not in named]
        else:
            found += [host for host in named if host not in found]
    return found


_PART: Final = re.compile(r"(?P<name>.+)\[(?:(?P<index>-?\d+)|(?P<first>\d*)[:-](?P<last>\d*))\]")


def _hosts(groups: Mapping[str, Any], pattern: str) -> list[str]:
    """Those of a glob, of a regular expression behind ``~``, or some of them: ``web[0]``, ``web[1:2]``."""
    part = None if pattern.startswith("~") else _PART.fullmatch(pattern)
    if part is None:
        return _matching(groups, pattern)
    found = _matching(groups, part["name"])
    if part["index"] is not None:
        index = int(part["index"])
        return found[index : index + 1 or None]
    return found[int(part["first"] or 0) : int(part["last"]) + 1 if part["last"] else None]


def _matching(groups: Mapping[str, Any], pattern: str) -> list[str]:
    expression = re.compile(pattern[1:] if pattern.startswith("~") else fnmatch.translate(pattern))
    result = [host for name in groups if expression.match(name) for host in groups[name]]
    result += [host for host in groups.get("all", ()) if expression.match(host)]
    return list(dict.fromkeys(result))


LOOKUPS: Final[dict[str, Lookup]] = {
    "inventory_hostnames": inventory_hostnames,
    "varnames": variable_names,
    "vars": variables,
}
