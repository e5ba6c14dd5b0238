"""``smolrun run``."""

from typing import Any

import click

from smolrun.cli.options import shared
from smolrun.cli.options.completing import files
from smolrun.cli.options.configuring import ConfiguredCommand
from smolrun.cli.options.flags import ConnectionFlags, InventoryFlags, OutputFlags, SelectionFlags, taken

_EXAMPLES = """\b
Examples:
  smolrun run site.yml -i inventory.ini
  smolrun run site.yml -i web1,web2, -u root --private-key id_ed25519
  smolrun run site.yml -i inventory.ini --check --diff --limit web
  smolrun run site.yml -i inventory.ini --tags config -e version=1.2
  smolrun run site.yml -i inventory.ini --report html=run.html --report junit=results.xml
  smolrun run playbooks/quickstart.yml --guest embedded

\b
Exit codes:
  0 ok · 1 error · 2 failed hosts · 4 unreachable hosts, or a playbook that does
  not load · 5 bad options · 6 failed and unreachable · 99 interrupted
"""


@click.command("run", cls=ConfiguredCommand, epilog=_EXAMPLES)
@click.argument("playbooks", metavar="PLAYBOOK...", shell_complete=files, nargs=-1, required=True)
@shared.inventory_options
@shared.variable_options
@shared.selection_options
@shared.connection_options
@shared.become_options
@shared.output_options
@shared.colour_options
def command(playbooks: tuple[str, ...], **given: Any) -> int:
    """Run playbooks on guests.

    Every mistake that can be known is told before anything connects. Ctrl-C stops the running commands on the
    guests and prints the recap.
    """
    from smolrun.cli.running.running import run

    return run(
        playbooks,
        taken(InventoryFlags, given),
        taken(SelectionFlags, given),
        taken(ConnectionFlags, given),
        taken(OutputFlags, given),
    )
