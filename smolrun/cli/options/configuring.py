"""Commands whose options take what the configuration says where no flag does."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from smolrun.cli.options.grouping import GroupedCommand

if TYPE_CHECKING:
    from smolrun.config.configuration import Configuration

_OTHER_NAMES = {"color": "colour"}
"""Parameters of commands that are not called as their setting is."""

_SEVERAL = frozenset({"vault_password_file"})
"""Parameters that may be given several times, of settings that have one value."""

_INSTEAD = {
    "guest": ("inventory",),
    "ask_pass": ("connection_password_file",),
    "connection_password_file": ("ask_pass",),
    "ask_become_pass": ("become_password_file",),
    "become_password_file": ("ask_become_pass",),
}
"""Flags that take the place of what the configuration says of something else."""


class ConfiguredCommand(GroupedCommand):
    """A command whose parameters have, in this order: the flag, the environment, the files, the default.

    Settings without a flag of their own become parameters of the same name, and what is to be told of the
    configuration the parameter ``configuration_warnings``. Nothing is read for ``--help``.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing or _asks_for_help(args):
            return super().parse_args(ctx, args)
        configuration = configuration_here()
        names = {parameter.name for parameter in self.params}
        ctx.default_map = {name: value for name, value in _values(configuration).items() if name in names}
        rest = super().parse_args(ctx, args)
        self._leave_out(ctx)
        ctx.params |= {name: value for name, value in _all_values(configuration).items() if name not in names}
        ctx.params["configuration_warnings"] = configuration.warnings
        return rest

    def _leave_out(self, ctx: click.Context) -> None:
        given = [name for name in _INSTEAD if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
        others = {other for name in given for other in _INSTEAD[name]}
        for parameter in self.params:
            name = parameter.name or ""
            if name in others and ctx.get_parameter_source(name) is ParameterSource.DEFAULT_MAP:
                ctx.params[name] = () if parameter.multiple else False if getattr(parameter, "is_flag", False) else None


def configuration_here() -> "Configuration":
    """What holds in this process's surroundings. Raises `LoadError`."""
    from smolrun.config.load import load_configuration
    from smolrun.config.search import Surroundings

    around = Surroundings(dict(os.environ), Path.cwd(), Path("~").expanduser())
    return load_configuration(around)


def _asks_for_help(args: Sequence[str]) -> bool:
    options = args[: args.index("--")] if "--" in args else args
    return "--help" in options or "-h" in options


def _values(configuration: "Configuration") -> Mapping[str, Any]:
    """What is set, by the names of parameters."""
    return {name: value for name, value in _all_values(configuration).items() if configuration.is_set(_setting(name))}


def _all_values(configuration: "Configuration") -> Mapping[str, Any]:
    from smolrun.config.settings import SETTINGS

    values = {}
    for setting in SETTINGS:
        value = configuration[setting.name]
        if setting.name == "color":
            value = {"always": True, "never": False}.get(value)
        elif setting.name in _SEVERAL:
            value = () if value is None else (value,)
        values[_OTHER_NAMES.get(setting.name, setting.name)] = value
    return values


def _setting(parameter: str) -> str:
    return next((setting for setting, name in _OTHER_NAMES.items() if name == parameter), parameter)
