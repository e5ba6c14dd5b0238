"""What is known of templates without rendering them, worked out once for each text."""

from functools import cached_property
from typing import TYPE_CHECKING

from smolrun.location import Location
from smolrun.source.text import SourceText

if TYPE_CHECKING:
    from smolrun.templating.analysis import Analysis
    from smolrun.templating.environment import TemplateEnvironment
    from smolrun.templating.plugins import Functions


class Analyses:
    """What is known of each text, worked out once: roles are used, and files included, again and again.

    Args:
        own: functions of the user's.
    """

    def __init__(self, own: "Functions") -> None:
        self._own = own
        self._known: dict[tuple[str, Location | None, bool], Analysis] = {}

    def of(self, source: SourceText, *, expression: bool) -> "Analysis":
        from smolrun.templating.analysis import analyse  # and Jinja2 with it

        key = (str(source), source.location, expression)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = analyse(source, expression=expression, environment=self._environment)
        return found

    @cached_property
    def _environment(self) -> "TemplateEnvironment | None":
        from smolrun.templating.functions import environment_with_functions

        return environment_with_functions(self._own) if self._own else None


class KnownTexts:
    """The analyses of several playbooks, which share roles and so texts; where they have the same functions."""

    def __init__(self) -> None:
        self._known: dict[object, Analyses] = {}

    def read_with(self, own: "Functions") -> Analyses:
        """What is known of texts where the user has these functions: their names alone matter."""
        names = tuple(frozenset(functions) for functions in (own.filters, own.tests, own.lookups))
        key = (names, tuple(str(error) for error in own.refused), own.collections)
        return self._known.setdefault(key, Analyses(own))
