"""Which listeners a run has, from its flags."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from smolrun.cli.options.flags import OutputFlags
from smolrun.cli.output.report_targets import listener, report_targets
from smolrun.engine.events import Event
from smolrun.errors import UsageError
from smolrun.lazy_dataclass import dataclass
from smolrun.report.colour import Style, is_terminal, wants_colour
from smolrun.report.json_lines import JsonLinesReporter
from smolrun.report.lines import line
from smolrun.report.records.folder import RecordFolder
from smolrun.report.records.recorder import Recorder
from smolrun.report.running import Running
from smolrun.report.sinks import PlainSink, Sink
from smolrun.report.terminal import TerminalReporter


@dataclass(frozen=True)
class Reporting:
    """Attributes:
    listeners: for the engine.
    suspended: leaves the terminal alone while a question is asked on it.
    note: tells the user something that is no event.
    close: puts the terminal right again; harmless when repeated.
    """

    listeners: tuple[Callable[[Event], None], ...]
    suspended: Callable[[], AbstractContextManager[None]]
    note: Callable[[str], None]
    close: Callable[[], None]


def reporting(flags: OutputFlags, *, show_diff: bool, playbooks: Sequence[str] = ()) -> Reporting:
    """The reporters that the flags ask for. Raises `UsageError` where a report could not be written."""
    running = Running()
    sink = _sink(flags, running)
    listeners: list[Callable[[Event], None]] = []
    if flags.output == "json":
        listeners.append(JsonLinesReporter(sys.stdout))
    else:
        shown = TerminalReporter(
            sink,
            running,
            verbosity=flags.verbosity,
            show_diff=show_diff,
            show_skipped=flags.display_skipped_hosts,
            collapse=not isinstance(sink, PlainSink),
        )
        listeners.append(shown)
    targets = report_targets(flags.report, flags.junit, playbooks)
    if flags.output == "json" and any(target.kind == "github" for target in targets):
        raise UsageError("--report github and --output json both want standard output", hint="use --report json=FILE")
    listeners.extend(map(listener, targets))
    if flags.keep_runs:
        listeners.append(Recorder(RecordFolder(), flags.keep_runs))

    def note(text: str) -> None:
        sink.write([line(text, Style.WARNING, error=True)])

    return Reporting(tuple(listeners), sink.suspended, note, sink.close)


def _sink(flags: OutputFlags, running: Running) -> Sink:
    live = flags.output == "text" and is_terminal(sys.stdout, os.environ)
    colour = wants_colour(flags.colour, sys.stdout, os.environ)
    if live:
        from smolrun.report.live import LiveSink  # rich takes its time to import

        return LiveSink(sys.stdout, running, colour=colour)
    return PlainSink(
        sys.stdout, sys.stderr, colour=colour, colour_errors=wants_colour(flags.colour, sys.stderr, os.environ)
    )
