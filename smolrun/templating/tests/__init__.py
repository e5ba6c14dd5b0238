"""The tests of templates (``x is changed``), by theme; each theme is a file with a table ``TESTS``."""

from collections.abc import Callable
from typing import Any, cast

from jinja2.tests import TESTS as JINJA_TESTS

from smolrun.templating.marks import takes_lazy, takes_undefined
from smolrun.templating.tests import addresses, collections, files, numbers, regex, results, uris, values, versions

_THEMES = (addresses, collections, files, numbers, regex, results, uris, values, versions)
_OF_DEFINEDNESS = ("defined", "undefined")
_OF_TYPE = ("mapping", "sequence", "iterable", "string", "number", "integer", "float", "boolean", "none", "callable")


def tests() -> dict[str, Callable[..., Any]]:
    """Every test by its short name: Jinja2's own, and over them Ansible's."""
    found: dict[str, Callable[..., Any]] = {
        name: cast("Callable[..., Any]", test) for name, test in JINJA_TESTS.items()
    }
    for name in (*_OF_DEFINEDNESS, *_OF_TYPE):
        found[name] = _lazily(found[name], undefined=name in _OF_DEFINEDNESS)
    for theme in _THEMES:
        found.update(theme.TESTS)
    return found


def _lazily(test: Callable[..., Any], *, undefined: bool) -> Callable[..., Any]:
    """A test of Jinja2's that looks at a value's type only."""

    def lazy(value: Any, *args: Any) -> Any:
        return test(value, *args)

    marked = takes_lazy(lazy)
    return takes_undefined(marked) if undefined else marked
