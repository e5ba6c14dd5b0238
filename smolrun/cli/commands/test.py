"""``smolrun test``."""

from pathlib import Path
from typing import Any

import click

from smolrun.cli.options import shared
from smolrun.cli.options.completing import files
from smolrun.cli.options.configuring import ConfiguredCommand
from smolrun.cli.options.flags import ConnectionFlags, InventoryFlags, OutputFlags, SelectionFlags, taken
from smolrun.cli.options.grouping import option

_EXAMPLES = """\b
Examples:
  smolrun test site.yml --guest smolvm:ubuntu
  smolrun test site.yml -i staging.yml --verify checks.yml
  smolrun test site.yml --matrix guests.yml --report junit=results.xml --report html=test.html

\b
Phases:
  prepare         NAME.prepare.yml beside the playbook, if it is there
  converge        the playbook
  converge again  nothing may change; what does is shown with its diff
  check           --check must find nothing left to do
  verify          NAME.verify.yml beside the playbook, if it is there

\b
Exit codes:
  0 every phase is as it has to be · 2 one is not · 4 a guest was unreachable, or
  something does not load · 5 bad options · 99 interrupted
"""
_PHASES = "Phases"
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "test",
    cls=ConfiguredCommand,
    epilog=_EXAMPLES,
    short_help="Prove a playbook on fresh guests: twice, in check mode, and verified.",
)
@click.argument("playbooks", metavar="PLAYBOOK...", nargs=-1, required=True, shell_complete=files)
@option("--prepare", heading=_PHASES, type=_FILE, metavar="FILE", help="A playbook that runs first, once.")
@option("--verify", heading=_PHASES, type=_FILE, metavar="FILE", help="A playbook that looks at the result.")
@option("--matrix", heading=_PHASES, type=click.Path(path_type=Path), metavar="FILE",
        help="An inventory: each host of it that comes from a provider is tested by itself, side by side.")  # fmt: skip
@option("--at-once", heading=_PHASES, type=click.IntRange(1), metavar="NUMBER",
        help="Tests of the matrix that run at the same time. [default: what processors and memory allow]")  # fmt: skip
@shared.inventory_options
@shared.variable_options
@shared.choice_options
@shared.connection_options
@shared.become_options
@shared.output_options
@shared.colour_options
def command(
    playbooks: tuple[str, ...],
    prepare: Path | None,
    verify: Path | None,
    matrix: Path | None,
    at_once: int | None,
    **given: Any,
) -> int:
    """Prove that a playbook does what it should, and the second time nothing."""
    from smolrun.cli.running.testing import TestFlags, test

    return test(
        TestFlags(playbooks, prepare, verify, matrix, at_once),
        taken(InventoryFlags, given),
        taken(SelectionFlags, given),
        taken(ConnectionFlags, given),
        taken(OutputFlags, given),
    )
