"""``smolrun explain``."""

import json
from typing import TYPE_CHECKING, Any

import click

from smolrun.cli.options import shared
from smolrun.cli.options.completing import files
from smolrun.cli.options.configuring import ConfiguredCommand
from smolrun.cli.options.flags import InventoryFlags, taken
from smolrun.cli.options.grouping import option
from smolrun.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from smolrun.cli.running.explaining import Explained
    from smolrun.engine.variables.explain import Setter

_EXAMPLES = """\b
Examples:
  smolrun explain web1 http_port -i hosts.ini
  smolrun explain web1 http_port -i hosts.ini site.yml
  smolrun explain web1 http_port -i hosts.ini -e http_port=81 site.yml --output json

The strongest place comes first; * marks the one that wins. A place with ~ counts only at
some tasks, or once a task has run. Values are shown as they are written.

\b
Exit codes:
  0 something sets it · 1 nothing does · 4 something does not load · 5 bad options
"""


@click.command(
    "explain",
    cls=ConfiguredCommand,
    epilog=_EXAMPLES,
    short_help="Show every place that sets a variable of a host.",
)
@click.argument("host")
@click.argument("variable")
@click.argument("playbook", required=False, shell_complete=files)
@option("--output", heading="Output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@shared.inventory_options
@shared.variable_options
def command(host: str, variable: str, playbook: str | None, output: str, **given: Any) -> int:
    """Show every place that sets a variable for a host, in order of precedence, and which one wins."""
    from smolrun.cli.output.telling import tell_diagnostics
    from smolrun.cli.running.explaining import Explaining

    flags = taken(InventoryFlags, given)
    if flags.guest:
        raise UsageError("--guest makes its host only for a run; nothing can be explained of it")
    explaining = Explaining(flags, playbook)
    found = list(explaining.explain(host, variable))
    tell_diagnostics(explaining.warnings)
    if playbook is not None and not found:
        raise UsageError(f"no play of {playbook} is for {host}")
    if output == "json":
        click.echo(json.dumps([_as_json(explained) for explained in found], indent=2, ensure_ascii=False))
    else:
        for number, explained in enumerate(found):
            _show(explained, host, variable, first=number == 0)
    return ExitCode.OK if any(explained.setters for explained in found) else ExitCode.ERROR


def _show(explained: "Explained", host: str, variable: str, *, first: bool) -> None:
    from smolrun.engine.variables.explain import winner
    from smolrun.report.escaping import escape_line

    if not first:
        click.echo()
    title = f"{variable} of {host}"
    if explained.title is not None:
        title += f" in the play '{explained.title}' ({explained.place})"
    click.echo(escape_line(title if explained.setters else f"nothing sets {title}"))
    wins = winner(explained.setters)
    for setter in explained.setters:
        mark = "*" if setter is wins else "~" if setter.when else " "
        click.echo(escape_line(f"{mark} {_value(setter)}  {setter.what}  {setter.location or ''}".rstrip()))
        if setter.when:
            click.echo(escape_line(f"      {setter.when}"))


def _as_json(explained: "Explained") -> dict[str, Any]:
    from smolrun.engine.variables.explain import winner

    wins = winner(explained.setters)
    return {
        "play": explained.title,
        "setters": [
            {
                "what": setter.what,
                "value": _value(setter),
                "location": str(setter.location) if setter.location else None,
                "when": setter.when,
                "wins": setter is wins,
            }
            for setter in explained.setters
        ],
    }


def _value(setter: "Setter") -> str:
    """As JSON, templates as they are written; what is vaulted is not shown."""
    from smolrun.engine.variables.explain import NOTHING
    from smolrun.inventory.listing import as_json
    from smolrun.source.vault import VaultText

    if setter.value is NOTHING:
        return "?"
    if isinstance(setter.value, VaultText) or (setter.location is not None and setter.location.file.vaulted):
        return "(vaulted)"
    return json.dumps(as_json(setter.value), ensure_ascii=False, default=lambda value: f"({type(value).__name__})")
