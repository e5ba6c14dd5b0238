"""``smolrun inventory``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smolrun.cli.options import shared
from smolrun.cli.options.configuring import ConfiguredCommand
from smolrun.cli.options.flags import InventoryFlags, taken
from smolrun.cli.options.grouping import option
from smolrun.errors import UsageError

if TYPE_CHECKING:
    from smolrun.inventory.inventory import Inventory

_EXAMPLES = """\b
Examples:
  smolrun inventory -i hosts.ini --graph
  smolrun inventory -i hosts.ini --graph web --vars
  smolrun inventory -i hosts.ini --host web1
  smolrun inventory -i aws.sh --list --yaml --export --output frozen.yml

Templates are shown as they are written, and vaulted values stay vaulted.

\b
Exit codes:
  0 ok · 1 error · 4 the inventory does not load · 5 bad options
"""
_WHAT, _FORM = "What is shown", "Form"


@click.command(
    "inventory", short_help="Show hosts, groups and their variables.", cls=ConfiguredCommand, epilog=_EXAMPLES
)
@click.argument("group", required=False)
@option("--list", "list_all", heading=_WHAT, is_flag=True, help="All hosts and groups, as an inventory program.")
@option("--graph", heading=_WHAT, is_flag=True, help="A tree of groups and hosts, from GROUP or 'all' down.")
@option("--host", heading=_WHAT, metavar="NAME", help="The variables of one host.")
@option("--vars", "with_variables", heading=_FORM, is_flag=True, help="With --graph: variables too.")
@option("--export", heading=_FORM, is_flag=True,
        help="With --list: variables of groups with their groups, so that it can be an inventory again.")  # fmt: skip
@option("-y", "--yaml", "as_yaml", heading=_FORM, is_flag=True, help="YAML instead of JSON.")
@option("--playbook-dir", heading=_FORM, type=click.Path(path_type=Path), metavar="FOLDER",
        help="With the group_vars and host_vars of this folder.")  # fmt: skip
@option("--output", heading=_FORM, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
        help="Write it into a file instead of standard output.")  # fmt: skip
@shared.inventory_options
@shared.variable_options
def command(group: str | None, list_all: bool, graph: bool, host: str | None, output: Path | None, **given: Any) -> int:
    """Show hosts, groups and their variables in the form of ansible-inventory."""
    if [list_all, graph, host is not None].count(True) != 1:
        raise UsageError("choose one of --list, --graph and --host NAME")
    if group is not None and not graph:
        raise UsageError(f"a group ({group!r}) goes with --graph only")
    inventory = _read(taken(InventoryFlags, given), given["playbook_dir"])
    hosts = [found.name for found in inventory.select("all", given["limit"])]
    text = _text(inventory, hosts, group, host, given, graph=graph)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, "utf-8")
    return 0


def _read(flags: InventoryFlags, playbook_folder: Path | None) -> "Inventory":
    from smolrun.cli.guests.guest_of import guest_named
    from smolrun.cli.loading.hosts_needed import hosts_are_given
    from smolrun.cli.loading.inventories import read_inventory
    from smolrun.cli.output.telling import tell_diagnostics
    from smolrun.cli.secrets.vault_passwords import vault_secrets

    if not hosts_are_given(flags):
        raise UsageError("there is no inventory", hint="give one with -i, or set it in smolrun.toml or ansible.cfg")
    guest: dict[str, dict[str, Any]] = {guest_named(flags.guest).name: {}} if flags.guest else {}
    inventory = read_inventory(flags, guest, vault_secrets(flags))
    if playbook_folder is not None:
        inventory = inventory.for_playbook(playbook_folder)
    inventory.load_variables(inventory.hosts.values())
    tell_diagnostics((*flags.configuration_warnings, *inventory.warnings))
    return inventory


def _text(
    inventory: "Inventory", hosts: list[str], group: str | None, host: str | None, given: dict[str, Any], *, graph: bool
) -> str:
    from smolrun.inventory.listing import InventoryListing
    from smolrun.playbook.suggestion import did_you_mean
    from smolrun.report.escaping import escape_line

    listing = InventoryListing(inventory, hosts, export=given["export"])
    if host is not None:
        if inventory.host(host) is None:
            raise UsageError(f"{host!r} is not in the inventory", hint=did_you_mean(host, inventory.hosts))
        return _formatted(listing.host(host), as_yaml=given["as_yaml"])
    if graph:
        if group is not None and group not in inventory.groups:
            raise UsageError(f"there is no group {group!r}", hint=did_you_mean(group, inventory.groups))
        lines = listing.graph(group or "all", variables=given["with_variables"])
        return "".join(escape_line(line) + "\n" for line in lines)
    return _formatted(listing.as_tree() if given["as_yaml"] else listing.as_program_output(), as_yaml=given["as_yaml"])


def _formatted(value: Any, *, as_yaml: bool) -> str:
    if as_yaml:
        from smolrun.source.yaml_writer import write_yaml

        return write_yaml(value)
    from smolrun.inventory.listing import as_json

    return json.dumps(as_json(value), indent=4) + "\n"
