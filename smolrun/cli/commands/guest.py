"""``smolrun guest``."""

import os
import shlex
from typing import TYPE_CHECKING, Any

import click

from smolrun.cli.options import shared
from smolrun.cli.options.configuring import ConfiguredCommand
from smolrun.cli.options.flags import InventoryFlags, taken
from smolrun.errors import SmolVMError, UsageError

if TYPE_CHECKING:
    from smolrun.guests.instances.folder import Instance
    from smolrun.guests.wanted import WantedGuest

_EXAMPLES = """\b
Examples:
  smolrun guest up --guest smolvm:ubuntu
  smolrun guest up web1 -i inventory.yml
  smolrun guest list
  smolrun guest ssh web1-4f2a9c
  smolrun guest down web1-4f2a9c
  smolrun guest clean
"""


@click.group("guest", short_help="List, start, reach and end guests.", epilog=_EXAMPLES)
def command() -> None:
    """Guests that smolrun has made on this machine.

    A guest that is made for a run goes with it, also after Ctrl-C and failures; 'clean' finds what a killed run
    has left behind.
    """


@command.command("list")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: an array for programs.")
def list_guests(output: str) -> int:
    """List the guests that are there."""
    from smolrun.cli.guests.guest_listing import as_json, line
    from smolrun.report.escaping import escape_line

    found = _instances()
    if output == "json":
        click.echo(as_json(found))
        return 0
    if not found:
        click.echo("there is no guest", err=True)
    for instance in found:
        click.echo(escape_line(line(instance)))
    return 0


@command.command("up", cls=ConfiguredCommand)
@click.argument("names", metavar="[HOST]...", nargs=-1)
@shared.inventory_options
@shared.variable_options
def up(names: tuple[str, ...], **given: Any) -> int:
    """Bring guests up, and leave them up: that of --guest, or those that hosts of the inventory come from."""
    from smolrun.cli.guests.bringing_up import brought_up
    from smolrun.cli.guests.guest_of import START_SECONDS

    wanted = _wanted(names, taken(InventoryFlags, given))
    with brought_up(wanted, keep=True, seconds=START_SECONDS):
        return 0


@command.command("down")
@click.argument("names", metavar="GUEST...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every guest, also those of runs that are going on.")
def down(names: tuple[str, ...], everything: bool) -> int:
    """End guests and remove their disks. GUEST is an id that 'guest list' shows, or a host's name."""
    from smolrun.guests.instances.folder import InstanceFolder

    if bool(names) == everything:
        raise UsageError("name the guests, or choose --all")
    folder = InstanceFolder.of_user()
    for instance in folder.all() if everything else [folder.find(name) for name in names]:
        _destroy(instance)
    return 0


@command.command("ssh", context_settings={"ignore_unknown_options": True})
@click.argument("name", metavar="GUEST")
@click.argument("words", metavar="[COMMAND]...", nargs=-1, type=click.UNPROCESSED)
def ssh(name: str, words: tuple[str, ...]) -> int:
    """Log in to a guest with ssh, or run one command on it."""
    from smolrun.guests.instances.folder import InstanceFolder
    from smolrun.guests.login import KNOWN_HOSTS

    instance = InstanceFolder.of_user().find(name)
    variables = instance.record.variables
    if not variables:
        raise UsageError(f"{name} is not up yet")
    arguments = ["ssh", "-F", "none", "-o", f"UserKnownHostsFile={instance.folder / KNOWN_HOSTS}"]
    arguments += ["-p", str(variables["ansible_port"]), "-l", str(variables["ansible_user"])]
    if key := variables.get("ansible_ssh_private_key_file"):
        arguments += ["-o", "IdentitiesOnly=yes", "-i", str(key)]
    # As `exec` has it: one word is a line for the guest's shell, several are a command and its arguments.
    line = words[0] if len(words) == 1 else shlex.join(words)
    arguments += [str(variables["ansible_host"]), *(["--", line] if words else [])]
    try:
        os.execvp("ssh", arguments)  # noqa: S606 - nothing of it goes through a shell here
    except FileNotFoundError:
        raise SmolVMError("ssh is not installed on this machine") from None


@command.command("clean")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--keep-snapshots", is_flag=True, help="Leave what guests begin from the next time.")
def clean(dry_run: bool, keep_snapshots: bool) -> int:
    """Remove the guests whose run has ended without taking them away (after a SIGKILL, say), and the snapshots that
    save guests their boot."""
    left = [instance for instance in _instances() if instance.record.is_abandoned]
    for instance in left:
        if dry_run:
            click.echo(f"would remove {instance.record.id} ({instance.record.provider})")
        else:
            _destroy(instance)
    snapshots = not keep_snapshots and _clean_snapshots(dry_run=dry_run)
    if not left and not snapshots:
        click.echo("nothing was left behind", err=True)
    return 0


def _clean_snapshots(*, dry_run: bool) -> bool:
    """Whether there were any."""
    from smolrun.guests.snapshots import SnapshotFolder
    from smolrun.report.escaping import escape_line

    folder = SnapshotFolder.of_user()
    found = [(snapshot.about, snapshot.size >> 20) for snapshot in folder.all()]
    if not dry_run:
        folder.clean()
    for about, size in found:
        click.echo(escape_line(f"{'would remove' if dry_run else 'removed'} the snapshot of {about} ({size} MiB)"))
    return bool(found)


def _instances() -> "list[Instance]":
    from smolrun.guests.instances.folder import InstanceFolder

    return InstanceFolder.of_user().all()


def _destroy(instance: "Instance") -> None:
    from smolrun.guests.providers import provider_named

    if instance.record.provider:
        provider_named(instance.record.provider).destroy(instance)
    else:  # its maker was killed before it had written down what it was about to make
        instance.remove()
    click.echo(f"removed {instance.record.id}")


def _wanted(names: tuple[str, ...], flags: InventoryFlags) -> "tuple[WantedGuest, ...]":
    from smolrun.cli.guests.guest_of import guest_of_flag, guests_of_hosts, without_snapshots
    from smolrun.cli.loading.inventories import read_inventory
    from smolrun.cli.options.extra_variables import read_extra_variables
    from smolrun.cli.secrets.vault_passwords import vault_secrets

    if flags.guest:
        if names:
            raise UsageError("HOST goes with an inventory, --guest without")
        return without_snapshots((guest_of_flag(flags.guest),), unless=flags.guest_snapshots)
    vault = vault_secrets(flags)
    inventory = read_inventory(flags, {}, vault)
    inventory.load_variables(inventory.hosts.values())
    chosen = inventory.select(names or "all", flags.limit)
    wanted = guests_of_hosts(chosen, read_extra_variables(flags.extra_vars, vault))
    missing = set(names) - {one.name for one in wanted}
    if not wanted or missing:
        told = f"{', '.join(sorted(missing))} comes from no provider" if missing else "no host comes from a provider"
        raise UsageError(told, hint="a host says 'guest: {provider: …}', or use --guest KIND")
    return without_snapshots(wanted, unless=flags.guest_snapshots)
