"""One test on one set of guests: phase after phase, until one fails that the others stand on."""

import time
from collections.abc import Callable
from dataclasses import replace

from smolrun.connection.pool import ConnectionPool
from smolrun.engine import events
from smolrun.engine.options import RunOptions
from smolrun.engine.run import Run
from smolrun.errors import ExitCode
from smolrun.inventory.inventory import Inventory
from smolrun.testing.judge import Judge
from smolrun.testing.phases import Phase, Plan
from smolrun.testing.relabel import Listener, PhaseEvents

_STANDS_ON = frozenset({Phase.PREPARE, Phase.CONVERGE})
"""Phases without which the later ones would tell nothing."""
_CHANGES = frozenset({"changed", "would change"})
"""Findings of tasks that went well: only the phase they come in makes them wrong."""
_COUNTS = ("ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored")


class Scenario:
    """A test on guests that are up.

    Args:
        plan: what runs.
        inventory: the guests.
        options: of every phase; check mode and diffs are set by the phases.
        listener: hears the events of all phases.
        connections: makes the connections of one phase.
        label: tells this test from others beside it, as in a matrix.
    """

    def __init__(
        self,
        plan: Plan,
        inventory: Inventory,
        options: RunOptions,
        listener: Listener,
        connections: Callable[[], ConnectionPool],
        label: str = "",
    ) -> None:
        self._plan = plan
        self._inventory = inventory
        self._options = options
        self._listener = listener
        self._connections = connections
        self._label = label
        self._running: Run | None = None
        self._stopped = False
        self.statistics: dict[str, events.HostStatistics] = {}

    def execute(self) -> int:
        """Run all phases.

        Returns:
            0 where every phase is as it has to be, 2 where one is not, 4 where a guest was lost or unreachable, 99
            after an interruption, and the code of a run that could not be done at all.
        """
        worst = int(ExitCode.OK)
        blocked = False
        for phase in self._plan.phases:
            if blocked or self._stopped:
                self._tell(phase, "not run", ExitCode.OK, (), 0.0)
                continue
            code = self._phase(phase)
            blocked = code != ExitCode.OK and (phase in _STANDS_ON or code != ExitCode.FAILED_HOSTS)
            worst = max(worst, code)
        return int(ExitCode.INTERRUPTED) if self._stopped else worst

    def interrupt(self) -> None:
        """End the phase that runs, and begin no other. Returns at once."""
        self._stopped = True
        if self._running is not None:
            self._running.interrupt()

    def _phase(self, phase: Phase) -> int:
        name = self._name(phase)
        self._listener(events.PhaseStarted(time=time.time(), name=name, about=phase.about))
        began = time.monotonic()
        judge = Judge(phase)
        stream = PhaseEvents(name, self._listener)

        def hear(event: events.Event) -> None:
            judge(stream.relabelled(event))
            stream(event)

        options = replace(self._options, check=phase is Phase.CHECK, diff=True)
        run = Run(self._plan.of(phase), self._inventory, options, [hear], connections=self._connections())
        self._running = run
        code = int(run.execute())
        self._running = None
        if stream.end is not None:
            self._add(stream.end.statistics)
            judge.settle(stream.end.statistics)
        findings = tuple(judge.findings)
        if code == ExitCode.OK and any(finding.kind in _CHANGES for finding in findings):
            code = int(ExitCode.FAILED_HOSTS)
        error = stream.end.error if stream.end is not None else None
        self._tell(phase, "ok" if code == ExitCode.OK else "failed", code, findings, time.monotonic() - began, error)
        return code

    def _name(self, phase: Phase) -> str:
        return f"{self._label}: {phase.title}" if self._label else phase.title

    def _tell(
        self,
        phase: Phase,
        status: events.PhaseStatus,
        code: int,
        findings: tuple[events.Finding, ...],
        duration: float,
        error: str | None = None,
    ) -> None:
        self._listener(
            events.PhaseFinished(
                time=time.time(),
                name=self._name(phase),
                status=status,
                exit_code=code,
                findings=findings,
                duration=duration,
                error=error,
            )
        )

    def _add(self, counted: dict[str, events.HostStatistics]) -> None:
        for host, counts in counted.items():
            name = f"{self._label}: {host}" if self._label and self._label != host else host
            before = self.statistics.get(name, events.HostStatistics())
            self.statistics[name] = events.HostStatistics(
                **{word: getattr(before, word) + getattr(counts, word) for word in _COUNTS}
            )
