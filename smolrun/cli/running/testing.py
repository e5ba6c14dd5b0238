"""A test from its flags to its exit code."""

import contextlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event

from smolrun.cli.guests.bringing_up import BroughtUp
from smolrun.cli.guests.guest_of import guest_of_flag, guests_of_run
from smolrun.cli.guests.guest_phases import guests_of_test
from smolrun.cli.guests.room import room_for
from smolrun.cli.loading.inventories import read_inventory
from smolrun.cli.loading.loading import Loaded, load
from smolrun.cli.options.flags import ConnectionFlags, InventoryFlags, OutputFlags, SelectionFlags
from smolrun.cli.output.annotating import annotated
from smolrun.cli.output.report_targets import report_targets
from smolrun.cli.output.reporting import Reporting, reporting
from smolrun.cli.running.run_options import client_options, run_options
from smolrun.cli.running.running import tell_warnings
from smolrun.cli.running.side_by_side import SideBySide
from smolrun.cli.signals import StopSignals
from smolrun.connection.pool import ConnectionPool
from smolrun.engine import events
from smolrun.engine.options import RunOptions
from smolrun.engine.run import run_id
from smolrun.errors import ExitCode, SmolVMError, UsageError
from smolrun.guests.wanted import WantedGuest
from smolrun.lazy_dataclass import dataclass
from smolrun.testing.phases import Plan
from smolrun.testing.relabel import Listener
from smolrun.testing.scenario import Scenario
from smolrun.version import __version__


@dataclass(frozen=True)
class TestFlags:
    """What is tested, and how. Attributes as the flags of the same names."""

    __test__ = False  # not one of pytest's

    playbooks: tuple[str, ...]
    prepare: Path | None
    verify: Path | None
    matrix: Path | None
    at_once: int | None


def test(
    flags: TestFlags,
    hosts: InventoryFlags,
    selection: SelectionFlags,
    connection: ConnectionFlags,
    output: OutputFlags,
) -> int:
    """Load all that will run, then test it.

    Returns:
        The exit code.

    Raises:
        SmolVMError: something kept it from starting; nothing has run.
    """
    if flags.matrix is not None:
        if hosts.guest:
            raise UsageError("--matrix and --guest both say which guests there are", hint="choose one")
        hosts = replace(hosts, inventory=(*hosts.inventory, str(flags.matrix)))
    named = guest_of_flag(hosts.guest) if hosts.guest else None
    prepare, verify = _beside(flags.playbooks[0], "prepare", flags.prepare), _beside(
        flags.playbooks[0], "verify", flags.verify
    )  # fmt: skip
    paths = [*flags.playbooks, *([str(prepare)] if prepare else []), *([str(verify)] if verify else [])]
    report_targets(output.report, output.junit, paths)
    with annotated(output.report):
        loaded = load(paths, hosts, guest={named.name: {}} if named else None, strict=selection.strict)
        wanted = guests_of_run(hosts, loaded)
    if flags.matrix is not None and not wanted:
        raise UsageError(f"no host of {flags.matrix} comes from a provider", hint="a host says 'guest: {provider: …}'")
    rest = list(loaded.playbooks[len(flags.playbooks) :])
    plan = Plan(
        loaded.playbooks[: len(flags.playbooks)],
        (rest.pop(0),) if prepare else (),
        (rest.pop(0),) if verify else (),
    )
    report = reporting(output, show_diff=False, playbooks=[playbook.path for playbook in plan.playbooks])
    tester = _Tester(plan, loaded, hosts, report, output)
    try:
        options = run_options(loaded, hosts, selection, connection, output, report.suspended, tester.stopped)
        tell_warnings(loaded.warnings, output, report.listeners)
        with StopSignals(tester.interrupt, tester.abandon):
            if flags.matrix is not None:
                at_once = flags.at_once or room_for(wanted)
                return tester.tell(lambda: tester.side_by_side(wanted, options, at_once))
            return tester.tell(lambda: tester.together(wanted, options))
    finally:
        report.close()


def _beside(playbook: str, part: str, given: Path | None) -> Path | None:
    """``site.verify.yml`` beside ``site.yml``, where nothing else was said and it is there."""
    if given is not None:
        return given
    path = Path(playbook)
    found = path.with_name(f"{path.stem}.{part}{path.suffix}")
    return found if found.is_file() else None


class _Tester:
    """Runs scenarios, and makes one stream of events of them."""

    def __init__(
        self, plan: Plan, loaded: Loaded, hosts: InventoryFlags, report: Reporting, output: OutputFlags
    ) -> None:
        self.stopped = Event()
        self._plan = plan
        self._loaded = loaded
        self._hosts = hosts
        self._report = report
        self._output = output
        self._scenarios: list[Scenario] = []
        self._booting: list[BroughtUp] = []
        self._statistics: dict[str, events.HostStatistics] = {}

    # --- the beginning and the end -----------------------------------------------------------------

    def tell(self, run: Callable[[], int]) -> int:
        """The whole test as one run for those who listen."""
        began, now = time.monotonic(), time.time()
        self._hear(
            events.RunStarted(
                time=now, run_id=run_id(now), version=__version__, check_mode=False,
                playbooks=tuple(playbook.path for playbook in self._plan.playbooks),
            )
        )  # fmt: skip
        code, error = int(ExitCode.ERROR), None
        try:
            code = run()
        except SmolVMError as raised:
            code, error = int(raised.exit_code), raised.message
        finally:
            self._hear(
                events.RunFinished(
                    time=time.time(), statistics=self._statistics, duration=time.monotonic() - began, error=error,
                    exit_code=int(ExitCode.INTERRUPTED) if self.stopped.is_set() else code,
                    interrupted=self.stopped.is_set(),
                )
            )  # fmt: skip
        return int(ExitCode.INTERRUPTED) if self.stopped.is_set() else code

    def _hear(self, event: events.Event) -> None:
        for listener in self._report.listeners:
            listener(event)

    def interrupt(self) -> None:
        """Ctrl-C: end what runs in order, and begin nothing else."""
        self.stopped.set()
        self._report.note("Stopping what runs on the guests; a second Ctrl-C ends at once")
        for up in list(self._booting):
            with contextlib.suppress(SmolVMError):
                up.stop()
        for scenario in list(self._scenarios):
            scenario.interrupt()

    def abandon(self) -> None:
        """The second Ctrl-C."""
        self._report.close()
        for up in list(self._booting):
            up.stop()

    # --- one test, and many ------------------------------------------------------------------------

    def together(self, wanted: Sequence[WantedGuest], options: RunOptions) -> int:
        """All hosts in one test, shown as it goes."""
        return self._scenario(wanted, options, self._hear, "")

    def side_by_side(self, wanted: Sequence[WantedGuest], options: RunOptions, at_once: int) -> int:
        """Each guest a test of its own; each is shown whole when it is done."""
        tests = SideBySide(self._hear, self._report.note, at_once, self.stopped)
        return tests.run({guest.name: partial(self._alone, guest, options) for guest in wanted})

    def _alone(self, guest: WantedGuest, options: RunOptions, hear: Listener) -> int:
        return self._scenario([guest], replace(options, limit=guest.name), hear, guest.name)

    def _scenario(self, wanted: Sequence[WantedGuest], options: RunOptions, hear: Listener, label: str) -> int:
        up = BroughtUp()
        self._booting.append(up)
        try:
            with guests_of_test(wanted, up, hear, label, keep=self._hosts.keep_guests, at_once=options.forks):
                inventory = self._loaded.inventory
                if up.variables:
                    inventory = read_inventory(self._hosts, up.variables, self._loaded.vault)
                scenario = Scenario(self._plan, inventory, options, hear, self._connections, label)
                self._scenarios.append(scenario)
                if self.stopped.is_set():
                    return int(ExitCode.INTERRUPTED)
                code = scenario.execute()
                self._statistics.update(scenario.statistics)
                return code
        finally:
            self._booting.remove(up)

    def _connections(self) -> ConnectionPool:
        return ConnectionPool(client_options(self._report.suspended if sys.stdin.isatty() else None))
