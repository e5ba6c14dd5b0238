"""``random_string`` of community.general: letters, digits and signs by chance, so many of each at least."""

import base64
import random
import string
from collections.abc import Mapping, Sequence
from typing import Any, Final

from smolrun.templating.limits import check_size
from smolrun.templating.lookups.base import Lookup, LookupContext, options_of, truth

_SIMILAR: Final = "il1LoO0"
_KINDS: Final = (
    ("lower", "min_lower", string.ascii_lowercase),
    ("upper", "min_upper", string.ascii_uppercase),
    ("numbers", "min_numeric", string.digits),
    ("special", "min_special", string.punctuation),
)
_DEFAULTS: Final[Mapping[str, Any]] = {
    "length": 8, "lower": True, "upper": True, "numbers": True, "special": True, "base64": False,
    "min_lower": 0, "min_upper": 0, "min_numeric": 0, "min_special": 0, "override_all": None,
    "override_special": None, "ignore_similar_chars": False, "similar_chars": _SIMILAR, "seed": None,
}  # fmt: skip


def random_string(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """One text; the options are those of docs.ansible.com, "community.general.random_string lookup"."""
    chosen = options_of(options, **_DEFAULTS)
    length = int(chosen["length"])
    check_size(length, "the lookup 'random_string'")
    source = random.SystemRandom() if chosen["seed"] is None else random.Random(chosen["seed"])  # noqa: S311 - asked for
    ignored = str(chosen["similar_chars"]) if truth(chosen["ignore_similar_chars"]) else ""
    pools = [(int(chosen[least]), _without(pool, ignored)) for least, pool in _pools(chosen)]
    if chosen["override_all"]:
        pools = [(0, _without(str(chosen["override_all"]), ignored))]
    characters = "".join(pool for _, pool in pools)
    if not characters:
        raise ValueError("there are no characters to choose from")
    found = [source.choice(pool) for least, pool in pools for _ in range(least if pool else 0)]
    found += [source.choice(characters) for _ in range(length - len(found))]
    source.shuffle(found)
    text = "".join(found)
    return [base64.b64encode(text.encode()).decode("ascii") if truth(chosen["base64"]) else text]


def _pools(chosen: Mapping[str, Any]) -> list[tuple[str, str]]:
    special = str(chosen["override_special"] or string.punctuation)
    return [(least, special if kind == "special" else pool) for kind, least, pool in _KINDS if truth(chosen[kind])]


def _without(characters: str, ignored: str) -> str:
    return "".join(one for one in characters if one not in ignored)


LOOKUPS: Final[dict[str, Lookup]] = {"random_string": random_string, "community.general.random_string": random_string}
