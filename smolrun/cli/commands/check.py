"""``smolrun check``."""

from typing import Any

import click
from click.core import ParameterSource

from smolrun.cli.options import shared
from smolrun.cli.options.completing import files
from smolrun.cli.options.configuring import ConfiguredCommand
from smolrun.cli.options.flags import InventoryFlags, taken
from smolrun.cli.options.grouping import option
from smolrun.errors import LoadError

_EXAMPLES = """\b
Examples:
  smolrun check site.yml
  smolrun check site.yml -i inventory.ini --strict
  smolrun check playbooks/*.yml
  smolrun check roles/nginx
  smolrun check .
  smolrun check site.yml --report github   # in GitHub Actions

\b
Exit codes:
  0 no errors (warnings are printed) · 4 errors, or warnings with --strict · 5 bad options
"""


@click.command(
    "check", short_help="Look for all mistakes, connecting to nothing.", cls=ConfiguredCommand, epilog=_EXAMPLES
)
@click.argument("paths", metavar="PATH...", shell_complete=files, nargs=-1, required=True)
@shared.inventory_options
@shared.variable_options
@option("--strict", heading="Output", is_flag=True, help="Warnings are errors.")
@option("-v", "--verbose", heading="Output", is_flag=True, help="Every place of what is told.")
@option("--report", heading="Output", multiple=True, type=click.Choice(["github"]),
         help="github: write the mistakes as annotations of GitHub Actions too.")  # fmt: skip
@shared.colour_options
def command(
    paths: tuple[str, ...], strict: bool, verbose: bool, report: tuple[str, ...], colour: bool | None, **given: Any
) -> int:
    """Look for mistakes in playbooks and roles, all at once, without connecting to anything.

    PATH is a playbook, a role, a file of tasks in a role, or a folder: then all playbooks and roles in it.
    """
    from smolrun.cli.guests.guest_of import guests_of_run
    from smolrun.cli.loading.loading import load
    from smolrun.cli.loading.role_targets import targets_of
    from smolrun.cli.output.annotating import annotate, annotated
    from smolrun.cli.output.telling import PLACES, tell_diagnostics
    from smolrun.cli.output.unknowns import tell_unknowns
    from smolrun.playbook.unknowns import Unknowns

    flags = taken(InventoryFlags, given)
    playbooks, roles = targets_of(paths)
    guest: dict[str, dict[str, Any]] | None = {flags.guest.partition(":")[0]: {}} if flags.guest else None
    unknowns = Unknowns()
    places = None if verbose else PLACES
    is_configured = click.get_current_context().get_parameter_source("inventory") is not ParameterSource.COMMANDLINE
    try:
        with annotated(report):
            loaded = load(
                playbooks, flags, guest=guest, strict=strict, needs_hosts=False, unknowns=unknowns,
                inventory_may_fail=is_configured, roles=roles,
            )  # fmt: skip
            guests_of_run(flags, loaded)
    except LoadError as error:
        tell_diagnostics(error.diagnostics, colour=colour, places=places)
        tell_unknowns(unknowns, verbose=verbose)
        return int(error.exit_code)
    annotate(report, loaded.warnings)
    tell_diagnostics(loaded.warnings, colour=colour, places=places)
    if not loaded.warnings:
        click.echo("No mistakes found", err=True)
    tell_unknowns(unknowns, verbose=verbose)
    return 0
