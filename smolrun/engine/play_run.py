"""One play, from its hosts to the end of its last task."""

from collections.abc import Iterable
from dataclasses import field, replace
from pathlib import Path

from smolrun.diagnostic import Diagnostic
from smolrun.engine.batches import batches_of, ordered
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.play_batches import PlayBatches
from smolrun.engine.services import Services
from smolrun.engine.statistics import Statistics
from smolrun.engine.stepping import Stepping
from smolrun.engine.variables.files import VariableFiles
from smolrun.engine.variables.host_variables import HostLayers
from smolrun.engine.variables.layers import LayeredVariables
from smolrun.engine.workers import Workers
from smolrun.errors import SmolVMError
from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.models import Play
from smolrun.source.text import SourceText


@dataclass
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


@dataclass(frozen=True)
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
        if self.play.vars_prompt:
            from smolrun.engine.prompts import with_answers

            return replace(self, play=with_answers(self.play, self.services, self._outside()))._run(gather=gather)
        return self._run(gather=gather)

    def _run(self, *, gather: bool) -> bool:
        name = self._name()
        values = KeywordValues(self.services.templar, self._outside())
        place = self.play.location
        everyone = ordered(self._select(), values.value(self.play, "order"), place)
        batches = batches_of(everyone, values.texts(self.play, "serial"), place)
        run = PlayBatches(self, name, everyone, values, gather=gather)
        for hosts in batches or [[]]:
            if not run.next(hosts) or self.services.stop.is_set:
                break
        return not run.broken

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
        self._tell_unmatched(selection.warnings)
        return [host.name for host in selection.hosts]

    def _tell_unmatched(self, warnings: Iterable[Diagnostic]) -> None:
        meaning = self.services.options.host_pattern_mismatch
        for warning in warnings if meaning != "ignore" else ():
            if meaning == "error":
                raise SmolVMError(warning.message, hint=warning.hint, location=warning.location)
            self.services.warn_of(warning)
