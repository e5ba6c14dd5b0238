"""A run from its flags to its exit code."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event

import click

from smolrun.cli.guests.bringing_up import BroughtUp, brought_up
from smolrun.cli.guests.guest_of import START_SECONDS, guest_of_flag, guests_of_run
from smolrun.cli.loading.inventories import read_inventory
from smolrun.cli.loading.loading import Loaded, load
from smolrun.cli.options.flags import ConnectionFlags, InventoryFlags, OutputFlags, SelectionFlags
from smolrun.cli.output.annotating import annotated
from smolrun.cli.output.report_targets import report_targets
from smolrun.cli.output.reporting import Reporting, reporting
from smolrun.cli.output.telling import tell_diagnostics
from smolrun.cli.signals import StopSignals
from smolrun.diagnostic import Diagnostic
from smolrun.engine.events import Place, Warned
from smolrun.errors import UsageError


def run(
    paths: Sequence[str],
    hosts: InventoryFlags,
    selection: SelectionFlags,
    connection: ConnectionFlags,
    output: OutputFlags,
) -> int:
    """Load, check, run, report.

    Returns:
        The exit code.

    Raises:
        SmolVMError: something kept it from starting; nothing has run.
    """
    named = guest_of_flag(hosts.guest) if hosts.guest else None
    from smolrun.cli.loading.misnamed import refuse_misnamed_start, unknown_tags

    report_targets(output.report, output.junit, paths)  # what is wrong with them is told before a guest is made
    with annotated(output.report):
        loaded = load(paths, hosts, guest={named.name: {}} if named else None, strict=selection.strict)
        wanted = guests_of_run(hosts, loaded)
    refuse_misnamed_start(loaded.playbooks, selection.start_at_task)
    loaded = replace(loaded, warnings=(*loaded.warnings, *unknown_tags(loaded.playbooks, selection)))
    if selection.runs_nothing:
        return _show(loaded, hosts, selection, output)
    with brought_up(wanted, keep=hosts.keep_guests, seconds=START_SECONDS, at_once=selection.forks) as guests:
        if guests.refuses_become and connection.become:
            raise UsageError(f"--become with --guest {hosts.guest}: {guests.refuses_become}")
        if guests.variables:
            loaded = replace(loaded, inventory=read_inventory(hosts, guests.variables, loaded.vault))
        return _execute(loaded, hosts, selection, connection, output, guests)


def _show(loaded: Loaded, hosts: InventoryFlags, selection: SelectionFlags, output: OutputFlags) -> int:
    from smolrun.cli.output.listing import listing

    tell_warnings(loaded.warnings, output, ())
    for text in listing(loaded, hosts.limit, selection):
        click.echo(text)
    return 0


def _execute(
    loaded: Loaded,
    hosts: InventoryFlags,
    selection: SelectionFlags,
    connection: ConnectionFlags,
    output: OutputFlags,
    guests: BroughtUp,
) -> int:
    from smolrun.cli.running.run_options import client_options, run_options
    from smolrun.connection.pool import ConnectionPool
    from smolrun.engine.run import Run

    report = reporting(output, show_diff=selection.diff, playbooks=[playbook.path for playbook in loaded.playbooks])
    try:
        stopped = Event()
        settings = run_options(loaded, hosts, selection, connection, output, report.suspended, stopped)
        tell_warnings(loaded.warnings, output, report.listeners)
        connections = ConnectionPool(client_options(report.suspended if sys.stdin.isatty() else None))
        run = Run(loaded.playbooks, loaded.inventory, settings, report.listeners, connections=connections)
        run.told(loaded.warnings)

        def interrupt() -> None:
            run.interrupt()
            stopped.set()
            report.note("Stopping what runs on the guests; a second Ctrl-C ends at once")

        with StopSignals(interrupt, _abandon(report, guests)):
            return int(run.execute())
    finally:
        report.close()


def _abandon(report: Reporting, guests: BroughtUp) -> Callable[[], None]:
    def abandon() -> None:
        report.close()
        guests.stop()

    return abandon


def tell_warnings(
    warnings: Sequence[Diagnostic], output: OutputFlags, listeners: Sequence[Callable[[Warned], None]]
) -> None:
    """On standard error as they are read best; as events where a program reads them."""
    if output.output == "text" or not listeners:
        tell_diagnostics(warnings, colour=output.colour)
        return
    for warning in warnings:
        place = warning.location
        event = Warned(
            time=time.time(),
            message=warning.message,
            place=Place(path=place.file.name, line=place.line, column=place.column) if place else None,
            hint=warning.hint,
        )
        for listener in listeners:
            listener(event)
