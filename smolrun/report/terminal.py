"""What a person sees of a run: Ansible's headers, results and recap, made from events."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smolrun.engine import events
from smolrun.report.alike import Alike
from smolrun.report.colour import Style
from smolrun.report.diff import all_diffs
from smolrun.report.failure import failure_lines, short_failure_lines
from smolrun.report.lines import Lines, header, line
from smolrun.report.recap import FULL_WIDTH, SlowestTasks, recap
from smolrun.report.results import Outcome, is_failure, reason, result_lines, style_of
from smolrun.report.running import Running
from smolrun.report.sinks import Sink

if TYPE_CHECKING:
    from smolrun.report.collapsing import Collapsing


class TerminalReporter:
    """A listener of events that writes lines.

    Args:
        sink: where the lines go.
        running: told what begins and ends; the live part of a terminal shows it.
        verbosity: 1 (``-v``): results and output as it comes; 2: places; 3: commands and connections.
        show_diff: ``--diff``.
        show_skipped: a line for each skipped task, as Ansible shows unless told otherwise.
        collapse: it is a terminal with a live part: tell together what went the same way on many hosts (not with
            `verbosity`), and leave what is waited for to the live part.
    """

    def __init__(
        self,
        sink: Sink,
        running: Running | None = None,
        *,
        verbosity: int = 0,
        show_diff: bool = False,
        show_skipped: bool = True,
        collapse: bool = False,
    ) -> None:
        self._sink = sink
        self._running = running or Running()
        self._verbosity = verbosity
        self._show_diff = show_diff
        self._show_skipped = show_skipped
        self._collapsing: Collapsing | None = None
        if collapse and not verbosity:
            from smolrun.report import collapsing  # only on terminals

            self._collapsing = collapsing.Collapsing()
        self._is_live = collapse
        self._check_mode = False
        self._slowest = SlowestTasks()
        self._alike = Alike()
        self._phases: list[events.PhaseFinished] = []
        self._begun: set[str] = set()
        self._itemised: set[tuple[str, str]] = set()
        self._streamed: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._tellers: dict[type[events.Event], Callable[[Any], Lines]] = {
            events.RunStarted: self._run_started,
            events.PlayStarted: self._play_started,
            events.TaskStarted: self._task_started,
            events.HostTaskStarted: self._host_task_started,
            events.OutputReceived: self._output,
            events.TaskProgress: self._progress,
            events.RetryScheduled: self._retry,
            events.ItemFinished: self._item_finished,
            events.TaskFinished: self._task_finished,
            events.HandlerNotified: self._notified,
            events.Warned: self._warned,
            events.PhaseStarted: self._phase_started,
            events.PhaseFinished: self._phase_finished,
            events.RunFinished: self._run_finished,
        }

    def __call__(self, event: events.Event) -> None:
        teller = self._tellers.get(type(event))
        if teller is None:
            return
        with self._lock:
            self._sink.write(teller(event))
            if isinstance(event, events.RunFinished):
                self._sink.close()

    def _run_started(self, event: events.RunStarted) -> Lines:
        self._check_mode = event.check_mode
        return ()

    def _play_started(self, event: events.PlayStarted) -> Lines:
        yield from header(f"PLAY [{event.name}]{self._mark}", self._sink.width)
        if self._verbosity >= 2:
            yield from _place(event.place)
        if not event.hosts:
            yield line("skipping: no hosts matched", Style.SKIPPED)

    def _task_started(self, event: events.TaskStarted) -> Lines:
        self._begun.update(event.hosts)
        self._running.task_started(event)
        if self._collapsing is not None:
            yield from self._collapsing.started(event)
        word = "RUNNING HANDLER" if event.task.handler else "TASK"
        yield from header(f"{word} [{event.task.title}]{self._mark}", self._sink.width)
        if self._verbosity >= 2:
            yield from _place(event.task.place)

    @property
    def _mark(self) -> str:
        return " [CHECK MODE]" if self._check_mode else ""

    def _host_task_started(self, event: events.HostTaskStarted) -> Lines:
        self._running.started(event)
        if self._verbosity >= 3:
            limit = "no time limit" if event.timeout is None else f"at most {event.timeout:g} s"
            yield line(f"<{event.host}> {event.task.module}, {limit}", Style.VERBOSE)

    def _progress(self, event: events.TaskProgress) -> Lines:
        self._running.progressed(event)
        if self._verbosity >= 3:
            yield line(f"<{event.host}> {event.message}", Style.VERBOSE)
        elif not self._is_live:
            yield line(f"[{event.host}]: {event.message}", Style.DIM)

    def _output(self, event: events.OutputReceived) -> Lines:
        if self._verbosity < 1:
            return
        self._streamed.add((event.task.id, event.host))
        mark = "|" if event.stream == "stdout" else "!"
        for text in event.lines:
            yield line(f"[{event.host}] {mark} {text}", Style.DIM if event.stream == "stdout" else Style.WARNING)

    def _retry(self, event: events.RetryScheduled) -> Lines:
        self._running.retrying(event)
        left = max(0, event.attempts - event.attempt)
        why = reason(event.result)
        yield line(
            f"FAILED - RETRYING: [{event.host}]: {event.task.title} ({left} retries left)."
            f" Again in {event.delay:g} s{f'; {why}' if why else ''}",
            Style.VERBOSE if self._verbosity else Style.PLAIN,
        )

    def _item_finished(self, event: events.ItemFinished) -> Lines:
        self._running.finished(event)
        self._alike.add(event)
        self._itemised.add((event.task.id, event.host))
        return self._outcome(event)

    def _task_finished(self, event: events.TaskFinished) -> Lines:
        self._running.finished(event)
        self._slowest.add(event)
        self._alike.add(event)
        if self._show_diff:
            yield from all_diffs(event.diff)
        if event.command_line and self._verbosity >= 3:
            yield line(f"<{event.host}> EXEC {event.command_line}", Style.VERBOSE)
        told_by_items = (event.task.id, event.host) in self._itemised and event.status not in {"unreachable", "lost"}
        if self._collapsing is not None and not event.diff and self._collapsing.takes(event):
            yield from self._collapsing.finished(event)
        elif not told_by_items:
            yield from self._outcome(event)
            if self._collapsing is not None:
                yield from self._collapsing.finished(event)
        if event.ignored:
            yield line("...ignoring", Style.SKIPPED)

    def _outcome(self, event: Outcome) -> Lines:
        if is_failure(event):
            alike = None if self._verbosity else self._alike.told_on(event)
            if event.ignored and not self._verbosity:
                yield from short_failure_lines(event)
            elif alike is not None:
                yield from short_failure_lines(event, alike)
            else:
                yield from failure_lines(event, self._verbosity)
        elif event.status != "skipped" or self._show_skipped:
            streamed = (event.task.id, event.host) in self._streamed
            yield from result_lines(event, self._verbosity, streamed=streamed)

    def _notified(self, event: events.HandlerNotified) -> Lines:
        if self._verbosity >= 2:
            yield line(f"NOTIFIED HANDLER {event.handler} for {event.host}", Style.VERBOSE)

    def _warned(self, event: events.Warned) -> Lines:
        place = f"{event.place.path}:{event.place.line}:{event.place.column}: " if event.place else ""
        first, *rest = event.message.split("\n")
        yield line(f"[WARNING]: {place}{first}", Style.WARNING, error=True)
        for text in [*rest, *([f"hint: {event.hint}"] if event.hint else [])]:
            yield line(f"           {text}", Style.WARNING, error=True)

    def _phase_started(self, event: events.PhaseStarted) -> Lines:
        from smolrun.report.phases import phase_header  # only `smolrun test` has phases

        yield from phase_header(event, self._sink.width)

    def _phase_finished(self, event: events.PhaseFinished) -> Lines:
        from smolrun.report.phases import phase_lines

        self._phases.append(event)
        yield from phase_lines(event, self._sink.width)

    def _run_finished(self, event: events.RunFinished) -> Lines:
        if self._collapsing is not None:
            yield from self._collapsing.rest()
        if event.interrupted:
            yield line("Interrupted: the running commands were stopped", Style.FAILED)
        if self._begun or event.statistics:
            untold = {host: events.HostStatistics() for host in self._begun}  # interrupted before anything ended there
            compact = self._is_live and self._sink.width < FULL_WIDTH
            yield from recap({**untold, **event.statistics}, self._sink.width, compact=compact)
            yield from self._alike.lines(event.statistics)
            yield from self._slowest.lines()
        if self._phases:
            from smolrun.report.phases import phase_recap

            yield from phase_recap(self._phases, self._sink.width)
        if event.error:
            first, *rest = event.error.split("\n")
            yield line(f"ERROR! {first}", Style.FAILED, error=True)
            yield from (line(text, Style.FAILED, error=True) for text in rest)


def _place(place: events.Place | None) -> Lines:
    if place is not None:
        yield line(f"task path: {place.path}:{place.line}", style_of("skipped"))
