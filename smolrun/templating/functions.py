"""The environment with all its filters, tests and functions."""

from smolrun.templating.calling import guarded, qualified
from smolrun.templating.environment import TemplateEnvironment
from smolrun.templating.filters import filters
from smolrun.templating.global_functions import FUNCTIONS
from smolrun.templating.tests import tests


def environment_with_functions() -> TemplateEnvironment:
    """A new environment; compiled templates are not shared between environments."""
    environment = TemplateEnvironment()
    environment.raw_strings = True
    environment.filters = qualified({name: guarded("filter", name, function) for name, function in filters().items()})
    environment.tests = qualified({name: guarded("test", name, function) for name, function in tests().items()})
    environment.globals.update(FUNCTIONS)
    return environment
