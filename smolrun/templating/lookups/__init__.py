"""The lookups of templates, by theme; each theme is a file with a table ``LOOKUPS``."""

from difflib import get_close_matches

from smolrun.templating.calling import PREFIXES, qualified
from smolrun.templating.lookups import files, lists, machine, password, random_string, settings, variables
from smolrun.templating.lookups.base import Lookup

_THEMES = (files, lists, machine, password, random_string, settings, variables)


def lookups() -> dict[str, Lookup]:
    """Every lookup by its short and its fully qualified names."""
    return qualified({name: lookup for theme in _THEMES for name, lookup in theme.LOOKUPS.items()})


def near(name: str, known: dict[str, Lookup]) -> str | None:
    """A hint at the lookup that may have been meant."""
    short = [other for other in known if not other.startswith(PREFIXES)]
    found = get_close_matches(name.rpartition(".")[2], short, n=1, cutoff=0.7)
    return f"did you mean '{found[0]}'?" if found else None
