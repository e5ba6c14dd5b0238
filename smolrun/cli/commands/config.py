"""``smolrun config``: what holds, where each value comes from, and what it won over."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smolrun.cli.options.grouping import GroupedCommand, option
from smolrun.report.colour import Style, paint, wants_colour
from smolrun.report.escaping import escape_line

if TYPE_CHECKING:
    from smolrun.config.configuration import Configuration

_EXAMPLES = """\b
Examples:
  smolrun config
  smolrun config forks inventory
  smolrun config --changed
  SMOLRUN_FORKS=20 smolrun config --output json

\b
The order, the strongest first:
  a flag · SMOLRUN_* and then ANSIBLE_* in the environment · smolrun.toml or
  [tool.smolrun] in pyproject.toml · ansible.cfg · the default

\b
Exit codes:
  0 ok · 4 the configuration does not load · 5 bad options
"""


@click.command("config", short_help="Show every setting and where it comes from.", cls=GroupedCommand, epilog=_EXAMPLES)
@click.argument("names", metavar="[SETTING]...", nargs=-1)
@option("--changed", heading="Output", is_flag=True, help="Only what something sets.")
@option("--output", heading="Output", type=click.Choice(["text", "json"]), default="text", show_default=True,
        help="json: one object with every setting.")  # fmt: skip
def command(names: tuple[str, ...], changed: bool, output: str) -> int:
    """Show every setting: its value, where it comes from, and what else sets it."""
    from smolrun.cli.options.configuring import configuration_here
    from smolrun.cli.output.telling import tell_diagnostics
    from smolrun.config.settings import BY_NAME
    from smolrun.errors import UsageError
    from smolrun.playbook.suggestion import did_you_mean

    for name in names:
        if name not in BY_NAME:
            raise UsageError(f"there is no setting {name!r}", hint=did_you_mean(name, BY_NAME))
    configuration = configuration_here()
    tell_diagnostics(configuration.warnings)
    shown = [name for name in names or BY_NAME if not changed or configuration.is_set(name)]
    if output == "json":
        click.echo(json.dumps({name: _as_json(configuration, name) for name in shown}, indent=2, ensure_ascii=False))
        return 0
    colour = wants_colour(None, sys.stdout, os.environ)
    for name in shown:
        _show(configuration, name, colour=colour)
    return 0


def _show(configuration: "Configuration", name: str, *, colour: bool) -> None:
    value = escape_line(f"{name} = {_written(configuration[name])}")
    origin = escape_line(f"  ({configuration.origin(name)})")
    is_set = configuration.is_set(name)
    click.echo((paint(value, Style.CHANGED) if colour and is_set else value) + origin, color=True)
    for other in configuration.overridden(name):
        click.echo(escape_line(f"    overrides {_written(other.value)}  ({other.origin})"))


def _as_json(configuration: "Configuration", name: str) -> dict[str, Any]:
    return {
        "value": _plain(configuration[name]),
        "origin": str(configuration.origin(name)),
        "overrides": [
            {"value": _plain(other.value), "origin": str(other.origin)} for other in configuration.overridden(name)
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _written(value: Any) -> str:
    """As ``smolrun.toml`` has it; what is not set as a dash."""
    return "-" if value is None else json.dumps(_plain(value), ensure_ascii=False)
