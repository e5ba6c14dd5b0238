"""Filters that take lists and mappings apart and put them together."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import comb, perm, prod
from typing import Any, Final

from jinja2 import pass_environment
from jinja2.environment import Environment
from jinja2.runtime import Undefined

from smolrun.templating.limits import check_size
from smolrun.templating.undefined import Missing, fail

_MERGES: Final = ("replace", "keep", "append", "prepend", "append_rp", "prepend_rp")


def combine(*terms: Any, recursive: bool = False, list_merge: str = "replace") -> dict[Any, Any]:
    """The mappings in one, later ones over earlier ones.

    Args:
        terms: mappings, or lists of mappings.
        recursive: mappings in them are combined, too.
        list_merge: what becomes of lists under the same key: ``replace``, ``keep``, ``append``, ``prepend``,
            or the last two without what both have (``append_rp``, ``prepend_rp``).
    """
    if list_merge not in _MERGES:
        raise ValueError(f"list_merge is '{list_merge}', and should be one of {', '.join(_MERGES)}")
    result: dict[Any, Any] = {}
    for term in flatten(list(terms), levels=1):
        if isinstance(term, Undefined):
            fail(term) if isinstance(term, Missing) else None
        if not isinstance(term, Mapping):
            raise TypeError(f"mappings are needed, not {_kind(term)}")
        result = _merged(result, term, recursive, list_merge)
    return result


def _merged(base: Mapping[Any, Any], over: Mapping[Any, Any], recursive: bool, list_merge: str) -> dict[Any, Any]:
    result = dict(base)
    for key, value in over.items():
        mine = result.get(key)
        if recursive and isinstance(mine, Mapping) and isinstance(value, Mapping):
            result[key] = _merged(mine, value, recursive, list_merge)
        elif isinstance(mine, list) and isinstance(value, list):
            result[key] = _merged_list(mine, value, list_merge)
        else:
            result[key] = value
    return result


def _merged_list(base: list[Any], over: list[Any], list_merge: str) -> list[Any]:
    match list_merge:
        case "keep":
            return base
        case "append":
            return base + over
        case "prepend":
            return over + base
        case "append_rp":
            return [item for item in base if item not in over] + over
        case "prepend_rp":
            return over + [item for item in base if item not in over]
        case _:
            return over


def _kind(value: Any) -> str:
    return f"a value of type '{type(value).__name__}'"


def dict2items(value: Any, key_name: str = "key", value_name: str = "value") -> list[dict[str, Any]]:
    if not isinstance(value, Mapping):
        raise TypeError(f"a mapping is needed, not {_kind(value)}")
    return [{key_name: key, value_name: item} for key, item in value.items()]


def items2dict(value: Any, key_name: str = "key", value_name: str = "value") -> dict[Any, Any]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise TypeError(f"a list of mappings is needed, not {_kind(value)}")
    result = {}
    for item in value:
        if not isinstance(item, Mapping) or key_name not in item or value_name not in item:
            raise ValueError(f"every item needs the keys '{key_name}' and '{value_name}', which {item!r} has not")
        result[item[key_name]] = item[value_name]
    return result


def flatten(value: Any, levels: int | None = None, skip_nulls: bool = True) -> list[Any]:
    """Lists in the list made part of it.

    Args:
        levels: how deep; None for all.
        skip_nulls: nulls are left out.
    """
    result: list[Any] = []
    for item in value:
        if skip_nulls and (item is None or (isinstance(item, str) and item in ("None", "null"))):
            continue
        if isinstance(item, list | tuple) and (levels is None or levels >= 1):
            result.extend(flatten(item, None if levels is None else levels - 1, skip_nulls))
        else:
            result.append(item)
    return result


def subelements(value: Any, path: Any, skip_missing: bool = False) -> list[list[Any]]:
    """Each item together with each element of the list that it has at `path` (a dotted text or a list of keys)."""
    items = list(value.values()) if isinstance(value, Mapping) else list(value)
    keys = path.split(".") if isinstance(path, str) else list(path)
    return [[item, element] for item in items for element in _elements(item, keys, skip_missing)]


def _elements(item: Any, keys: Sequence[Any], skip_missing: bool) -> list[Any]:
    found = item
    for key in keys:
        if not isinstance(found, Mapping):
            raise TypeError(f"the key '{key}' is looked for in {_kind(found)}, which is no mapping")
        if key not in found:
            if skip_missing:
                return []
            raise ValueError(f"there is no key '{key}' in {item!r}")
        found = found[key]
    if not isinstance(found, list):
        raise TypeError(f"'{'.'.join(str(key) for key in keys)}' leads to {_kind(found)}, and not to a list")
    return found


@pass_environment
def extract(environment: Environment, item: Any, container: Any, morekeys: Any = None) -> Any:
    """What `container` has under `item`, and further under `morekeys`."""
    found = environment.getitem(container, item)
    further = [] if morekeys is None else morekeys if isinstance(morekeys, list) else [morekeys]
    for key in further:
        found = environment.getitem(found, key)
    return found


def zipped(*lists: Any) -> list[list[Any]]:
    return [list(items) for items in zip(*lists, strict=False)]


def zipped_longest(*lists: Any, fillvalue: Any = None) -> list[list[Any]]:
    return [list(items) for items in itertools.zip_longest(*lists, fillvalue=fillvalue)]


def product(*lists: Any, repeat: int = 1) -> list[list[Any]]:
    pools = [list(items) for items in lists]
    check_size(prod(len(pool) for pool in pools) ** min(repeat, 64) * len(pools), "the filter 'product'")
    return [list(items) for items in itertools.product(*pools, repeat=repeat)]


def permutations(value: Any, length: int | None = None) -> list[list[Any]]:
    items = list(value)
    size = len(items) if length is None else length
    check_size(perm(len(items), size) * max(1, size), "the filter 'permutations'")
    return [list(found) for found in itertools.permutations(items, size)]


def combinations(value: Any, length: int) -> list[list[Any]]:
    items = list(value)
    check_size(comb(len(items), length) * max(1, length), "the filter 'combinations'")
    return [list(found) for found in itertools.combinations(items, length)]


def rekey_on_member(value: Any, key: str, duplicates: str = "error") -> dict[Any, Any]:
    """The mappings in `value` by what they have under `key`.

    Args:
        duplicates: ``error`` or ``overwrite``: what happens when two have the same.
    """
    if duplicates not in ("error", "overwrite"):
        raise ValueError(f"duplicates is '{duplicates}', and should be error or overwrite")
    result: dict[Any, Any] = {}
    for item in value.values() if isinstance(value, Mapping) else value:
        if not isinstance(item, Mapping):
            raise TypeError(f"mappings are needed, not {_kind(item)}")
        if key not in item:
            raise ValueError(f"there is no key '{key}' in {item!r}")
        if item[key] in result and duplicates == "error":
            raise ValueError(f"the key {item[key]!r} is there twice")
        result[item[key]] = item
    return result


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "combinations": combinations,
    "combine": combine,
    "dict2items": dict2items,
    "extract": extract,
    "flatten": flatten,
    "items2dict": items2dict,
    "permutations": permutations,
    "product": product,
    "rekey_on_member": rekey_on_member,
    "subelements": subelements,
    "zip": zipped,
    "zip_longest": zipped_longest,
}
