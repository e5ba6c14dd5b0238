"""The environment with all its filters, tests, lookups and functions."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smolrun.errors import ExtensionError
from smolrun.extension.entry_points import installed
from smolrun.templating.calling import guarded, qualified
from smolrun.templating.environment import TemplateEnvironment
from smolrun.templating.filters import filters
from smolrun.templating.global_functions import FUNCTIONS
from smolrun.templating.lookups import lookups
from smolrun.templating.plugins import Functions, Kind, function_in_collections, refusing
from smolrun.templating.tests import tests

_SINGULAR = {"filters": "filter", "tests": "test"}


def environment_with_functions(own: Functions | None = None) -> TemplateEnvironment:
    """A new environment; compiled templates are not shared between environments.

    Args:
        own: functions of the user's, which come before ours.
    """
    environment = TemplateEnvironment()
    environment.raw_strings = True
    environment.filters = FunctionTable("filters", qualified(_guarded("filters", filters())))
    environment.tests = FunctionTable("tests", qualified(_guarded("tests", tests())))
    environment.lookups = FunctionTable("lookups", lookups())
    environment.globals.update(FUNCTIONS)
    add_functions(environment, own or Functions())
    return environment


def add_functions(environment: TemplateEnvironment, own: Functions) -> None:
    """Adds functions of the user's, also to an environment that is in use."""
    environment.filters.update(_guarded("filters", own.filters))
    environment.tests.update(_guarded("tests", own.tests))
    environment.lookups.update(own.lookups)
    for table in (environment.filters, environment.tests, environment.lookups):
        assert isinstance(table, FunctionTable)
        table.look_into(own.collections)


def _guarded(kind: Kind, functions: Mapping[str, Callable[..., Any]]) -> dict[str, Any]:
    return {name: guarded(_SINGULAR[kind], name, function) for name, function in functions.items()}


class FunctionTable(dict[str, Any]):
    """Functions by name. Collections and installed packages are looked into where nothing else has the name.

    Args:
        kind: what they are.
        functions: those that are there from the beginning.
    """

    def __init__(self, kind: Kind, functions: Mapping[str, Any]) -> None:
        super().__init__(functions)
        self._kind: Kind = kind
        self._collections: tuple[Path, ...] = ()
        self._absent: set[str] = set()

    def look_into(self, collections: tuple[Path, ...]) -> None:
        """Knows of folders that hold ``ansible_collections``."""
        self._collections = collections
        self._absent.clear()

    def __missing__(self, name: str) -> Any:
        if name in self._absent:
            raise KeyError(name)
        function = function_in_collections(name, self._kind, self._collections) or self._installed(name)
        if function is None:
            self._absent.add(name)
            raise KeyError(name)
        self[name] = function if self._kind == "lookups" else _guarded(self._kind, {name: function})[name]
        return super().__getitem__(name)

    def _installed(self, name: str) -> Any:
        try:
            return installed(self._kind, name)
        except ExtensionError as error:
            return refusing(self._kind, name, error)

    def __contains__(self, name: object) -> bool:
        return self.get(name) is not None

    def get(self, name: Any, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default
