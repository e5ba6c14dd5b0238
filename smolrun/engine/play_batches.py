"""The hosts of a play, batch by batch."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from smolrun.engine.batch import Batch
from smolrun.engine.debugger import TaskDebugger
from smolrun.engine.events import PlayFinished, PlayStarted
from smolrun.engine.execution import Executor
from smolrun.engine.file_search import FileSearch
from smolrun.engine.handlers import Handlers
from smolrun.engine.includes import Includes
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.plan import PlayPlan
from smolrun.engine.plan_builder import PlanBuilder, place_of
from smolrun.engine.strategy.base import Strategy
from smolrun.engine.strategy.free import FreeStrategy
from smolrun.engine.strategy.linear import LinearStrategy
from smolrun.engine.task_runner import TaskRunner
from smolrun.engine.variables.play_scope import PlayScope
from smolrun.errors import SmolVMError
from smolrun.playbook.file_reader import FileReader
from smolrun.source.text import location_of

if TYPE_CHECKING:
    from smolrun.engine.play_run import PlayRun


class PlayBatches:
    """The batches of one play, one after the other.

    Attributes:
        broken: a batch failed as a whole, or too much of it: nothing after it is to begin.
    """

    def __init__(
        self, run: "PlayRun", name: str, everyone: Sequence[str], values: KeywordValues, *, gather: bool
    ) -> None:
        self._run = run
        self._play = run.play
        self._services = run.services
        self._state = run.state
        self._name = name
        self._everyone = tuple(everyone)
        self._batch: Batch | None = None
        self._hosts: list[str] = []
        self.broken = False
        self._gone: set[str] = set()
        self._strategy = str(values.value(run.play, "strategy") or run.services.options.strategy)
        self._most_failed = values.value(run.play, "max_fail_percentage")
        force = values.value(run.play, "force_handlers")
        self._force_handlers = run.services.options.force_handlers if force is None else bool(force)
        self._scope = PlayScope(run.hosts, run.play, name, run.folder, self._active, self._active_in_batch, everyone)
        self._gather = gather
        self._plan: PlayPlan | None = None
        self._includes: Includes | None = None

    def next(self, hosts: Sequence[str]) -> bool:
        """Run one batch; whether another one may begin after it.

        Raises:
            SmolVMError: something that concerns no single host is wrong, and the run cannot go on.
        """
        bus = self._services.bus
        self._batch, self._hosts = None, [host for host in hosts if not self._is_out(host)]
        shown = tuple(self._hosts)
        bus.emit(PlayStarted(time=time.time(), name=self._name, hosts=shown, place=place_of(self._play.location)))
        goes_on = self._run_batch() if self._hosts else True
        bus.emit(PlayFinished(time=time.time(), name=self._name))
        return goes_on

    def _run_batch(self) -> bool:
        self._read_files(self._hosts)
        plan = self._plan = self._plan or self._make_plan()
        handlers = Handlers(plan.handlers, self._render)
        folder = self._run.folder
        executor = Executor(self._services, self._scope, FileSearch([folder]), folder, self._includes)
        debugger = TaskDebugger(self._services, everywhere=self._strategy.rpartition(".")[2] == "debug")
        batch = self._batch = Batch(
            self._services,
            plan,
            self._hosts,
            handlers,
            TaskRunner(self._services, executor, debugger),
            self._state.statistics,
            all_of_play=self._everyone,
            most_failed=self._most_failed,
        )
        try:
            self._strategy_of(batch).run()
        finally:
            if batch.errors_cleared:
                self._state.failed -= set(self._everyone)
                self._state.unreachable -= set(self._everyone)
                self._state.dragged -= set(self._everyone)
            self._state.failed |= batch.failed
            self._state.unreachable |= batch.unreachable
            self._state.dragged |= batch.dragged
            self._gone |= batch.ended
        self.broken = not batch.well()
        return not self.broken and not batch.play_over

    def _strategy_of(self, batch: Batch) -> Strategy:
        name = self._strategy.rpartition(".")[2]
        workers, stepping = self._run.workers, self._run.stepping
        if name in ("free", "host_pinned"):
            return FreeStrategy(batch, workers, stepping, pinned=name == "host_pinned")
        if name not in ("linear", "debug"):
            known = "linear, free, host_pinned, debug"
            message = f"there is no strategy '{self._strategy}'; there are: {known}"
            raise SmolVMError(message, location=location_of(self._play.strategy) or self._play.location)
        return LinearStrategy(batch, workers, stepping)

    # --- who is there ------------------------------------------------------------------------------

    def _is_out(self, host: str) -> bool:
        return host in self._state.failed or host in self._state.unreachable or host in self._gone

    def _active_in_batch(self) -> list[str]:
        return self._batch.active() if self._batch is not None else list(self._hosts)

    def _active(self) -> list[str]:
        own = set(self._active_in_batch())
        mine = set(self._batch.hosts if self._batch is not None else self._hosts)
        return [host for host in self._everyone if (host in own if host in mine else not self._is_out(host))]

    # --- what it needs -----------------------------------------------------------------------------

    def _read_files(self, hosts: Sequence[str]) -> None:
        written = self._play.vars_files
        for host in hosts if written else ():
            layers = self._run.files.layers(written, self._run.folder, self._scope.of(host))
            self._scope.add_files(host, layers)

    def _make_plan(self) -> PlayPlan:
        run = self._run
        builder = PlanBuilder(
            self._play,
            self._name,
            run.number,
            self._services.options,
            self._render,
            started=self._state.started,
            folder=run.folder,
        )
        options = self._services.options
        reader = FileReader(options.load, options.vault, follows=False, extensions=self._services.extensions)
        self._includes = Includes(builder, reader, self._scope, run.folder)
        plan = builder.build(gather=self._gather, force_handlers=self._force_handlers)
        self._state.started = builder.started
        return plan

    def _render(self, text: object) -> str:
        return self._services.templar.render_text(text, self._scope.without_host())
