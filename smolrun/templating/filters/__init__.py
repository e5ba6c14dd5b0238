"""The filters of templates, by theme; each theme is a file with a table ``FILTERS``."""

from collections.abc import Callable
from typing import Any

from jinja2.filters import FILTERS as JINJA_FILTERS

from smolrun.templating.filters import (
    addresses,
    bounds,
    collections,
    dates,
    encoding,
    formats,
    hashing,
    numbers,
    passwords,
    paths,
    queries,
    regex,
    sets,
    text,
    values,
    vaulting,
)

_THEMES = (
    addresses, collections, dates, encoding, formats, hashing, numbers, passwords, paths, queries, regex, sets, text,
    values, vaulting,
)  # fmt: skip


def filters() -> dict[str, Callable[..., Any]]:
    """Every filter by its short name: Jinja2's own, and over them Ansible's."""
    found: dict[str, Callable[..., Any]] = {**JINJA_FILTERS, **bounds.FILTERS}
    for theme in _THEMES:
        found.update(theme.FILTERS)
    return found
