"""The environment with all its filters, tests and functions."""

from smolrun.templating.environment import TemplateEnvironment


def environment_with_functions() -> TemplateEnvironment:
    return TemplateEnvironment()
