"""One play, from its hosts to the end of its last task."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smolrun.engine.batch import Batch
from smolrun.engine.events import PlayFinished, PlayStarted
from smolrun.engine.execution import Executor
from smolrun.engine.file_search import FileSearch
from smolrun.engine.handlers import Handlers
from smolrun.engine.plan import PlayPlan
from smolrun.engine.plan_builder import PlanBuilder, place_of
from smolrun.engine.services import Services
from smolrun.engine.statistics import Statistics
from smolrun.engine.stepping import Stepping
from smolrun.engine.strategy.linear import LinearStrategy
from smolrun.engine.task_runner import TaskRunner
from smolrun.engine.variables.files import VariableFiles
from smolrun.engine.variables.host_variables import HostLayers
from smolrun.engine.variables.layers import LayeredVariables
from smolrun.engine.variables.play_scope import PlayScope
from smolrun.engine.workers import Workers
from smolrun.playbook.models import Play
from smolrun.source.text import SourceText


@dataclass(slots=True)
class RunState:
    """What outlives a play.

    Attributes:
        statistics: the counts of the recap.
        failed: hosts that failed; they take no part in later plays.
        unreachable: hosts that were lost; they do neither.
        dragged: those of `failed` that had no failure of their own.
        started: the task to start at has been met.
    """

    statistics: Statistics = field(default_factory=Statistics)
    failed: set[str] = field(default_factory=set)
    unreachable: set[str] = field(default_factory=set)
    dragged: set[str] = field(default_factory=set)
    started: bool = False


@dataclass(frozen=True, slots=True)
class PlayRun:
    """Runs one play.

    Attributes:
        services: of the run.
        state: what outlives a play.
        hosts: the layers of variables of the hosts.
        files: reads ``vars_files``.
        workers: the threads.
        stepping: asks before each task.
        play: as written.
        number: counts the plays of the run.
        folder: of the playbook.
    """

    services: Services
    state: RunState
    hosts: HostLayers
    files: VariableFiles
    workers: Workers
    stepping: Stepping
    play: Play
    number: int
    folder: Path

    def run(self, *, gather: bool) -> bool:
        """Run it; whether the playbook goes on after it.

        Args:
            gather: whether it begins with reading facts.

        Raises:
            SmolVMError: something that concerns no single host is wrong, and the run cannot go on.
        """
        name = self._name()
        everyone = self._select()
        hosts = [host for host in everyone if host not in self.state.failed | self.state.unreachable]
        bus = self.services.bus
        bus.emit(PlayStarted(time=time.time(), name=name, hosts=tuple(hosts), place=place_of(self.play.location)))
        goes_on = True
        if hosts:
            goes_on = self._run_batch(name, hosts, everyone, gather=gather)
        bus.emit(PlayFinished(time=time.time(), name=name))
        return goes_on

    def _outside(self) -> LayeredVariables:
        """What names and hosts of a play may use: no host's variables."""
        return LayeredVariables((self.hosts.extra, self.play.vars))

    def _name(self) -> str:
        written = self.play.name
        if written is None:
            written = SourceText(",".join(map(str, self.play.hosts)))
        return self.services.redactor.text(self.services.templar.render_text(written, self._outside()))

    def _select(self) -> list[str]:
        rendered: list[str] = []
        for pattern in self.play.hosts:
            value = self.services.templar.render(pattern, self._outside())
            rendered += map(str, value) if isinstance(value, list) else [str(value)]
        place = getattr(self.play.hosts[0], "location", None) if self.play.hosts else None
        pattern = SourceText(",".join(rendered), place)
        selection = self.services.inventory.match(pattern, self.services.options.limit)
        for warning in selection.warnings:
            self.services.warn_of(warning)
        return [host.name for host in selection.hosts]

    def _run_batch(self, name: str, hosts: Sequence[str], everyone: Sequence[str], *, gather: bool) -> bool:
        batches: list[Batch] = []
        scope = PlayScope(
            self.hosts,
            self.play,
            name,
            self.folder,
            lambda: batches[0].active() if batches else list(hosts),
            everyone,
        )
        self._read_files(scope, hosts)
        plan = self._plan(name, scope, gather=gather)
        handlers = Handlers(plan.handlers, self._render_with(scope))
        executor = Executor(self.services, scope, FileSearch([self.folder]), self.folder)
        runner = TaskRunner(self.services, executor)
        batch = Batch(self.services, plan, hosts, handlers, runner, self.state.statistics)
        batches.append(batch)
        try:
            LinearStrategy(batch, self.workers, self.stepping).run()
        finally:
            self.state.failed |= batch.failed
            self.state.unreachable |= batch.unreachable
            self.state.dragged |= batch.dragged
        return bool(batch.active())

    def _read_files(self, scope: PlayScope, hosts: Sequence[str]) -> None:
        if not self.play.vars_files:
            return
        for host in hosts:
            scope.add_files(host, self.files.layers(self.play.vars_files, self.folder, scope.of(host)))

    def _plan(self, name: str, scope: PlayScope, *, gather: bool) -> PlayPlan:
        options = self.services.options
        builder = PlanBuilder(
            self.play, name, self.number, options, self._render_with(scope), started=self.state.started
        )
        plan = builder.build(gather=gather)
        self.state.started = builder.started
        return plan

    def _render_with(self, scope: PlayScope) -> Callable[[object], str]:
        variables = scope.without_host()
        return lambda text: self.services.templar.render_text(text, variables)
