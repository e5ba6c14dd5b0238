"""``smolrun exec``."""

from typing import Any

import click

from smolrun.cli.options import shared
from smolrun.cli.options.configuring import ConfiguredCommand
from smolrun.cli.options.flags import ConnectionFlags, InventoryFlags, taken
from smolrun.cli.options.grouping import option

_EXAMPLES = """\b
Examples:
  smolrun exec root@192.0.2.10:2222 -- uptime
  smolrun exec web1 -i inventory.ini -- systemctl is-active nginx
  smolrun exec web1 -i inventory.ini -b -- 'apt-get update && apt-get install -y curl'
  smolrun exec web1 -i inventory.ini --stdin -- tar -xf - -C /srv < files.tar

One word after the -- is a line for the guest's shell; several are a command and its arguments, each quoted.

\b
Exit codes:
  the command's own (128 + N when signal N ended it) · 124 timed out · 255 lost or
  unreachable · 1 error · 5 bad options · 99 interrupted
"""


@click.command("exec", short_help="Run one command on one host.", cls=ConfiguredCommand, epilog=_EXAMPLES)
@click.argument("host")
@click.argument("words", metavar="-- COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
@shared.inventory_options
@shared.variable_options
@option(
    "--task-timeout",
    heading="Command",
    type=click.FloatRange(0),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="What the command may take; its whole process tree is killed then. 0: no limit.",
)
@option(
    "--mode",
    heading="Command",
    type=click.Choice(["login", "raw"]),
    default="login",
    show_default=True,
    help="Through the login shell, profile and environment sourced, or as it stands.",
)
@option("--stdin", "send_stdin", heading="Command", is_flag=True, help="Send standard input to the command.")
@shared.connection_options
@shared.become_options
@shared.colour_options
def command(
    host: str, words: tuple[str, ...], task_timeout: float, mode: str, send_stdin: bool, **given: Any
) -> int:  # fmt: skip
    """Run one command on one host: an inventory host, or [user@]host[:port]."""
    from smolrun.cli.running.executing import execute

    return execute(
        host,
        words,
        taken(InventoryFlags, given),
        taken(ConnectionFlags, given),
        timeout=task_timeout or None,
        mode="raw" if mode == "raw" else "login",
        send_stdin=send_stdin,
    )
