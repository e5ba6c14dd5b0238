"""``smolrun show``."""

import os
import sys
from typing import TYPE_CHECKING

import click

from smolrun.cli.options import shared
from smolrun.cli.options.completing import runs
from smolrun.cli.options.grouping import GroupedCommand, option
from smolrun.errors import UsageError

if TYPE_CHECKING:
    from smolrun.report.lines import Lines
    from smolrun.report.sinks import Sink

_EXAMPLES = """\b
Examples:
  smolrun show last                  # what ran, what failed, where the time went
  smolrun show last --task 7         # all that is known of the seventh task
  smolrun show 20260131-09 --log -v  # the output as it was
"""


@click.command("show", cls=GroupedCommand, short_help="Show a run that is kept.", epilog=_EXAMPLES)
@click.argument("run", metavar="RUN", shell_complete=runs)
@option("--task", "number", heading="What is shown", type=click.IntRange(1), metavar="N",
        help="One task: its place, command, output, diff and result on each host.")  # fmt: skip
@option("--log", "as_log", heading="What is shown", is_flag=True, help="What the run printed, once more.")
@option("-v", "--verbose", "verbosity", heading="What is shown", count=True, help="With --log: more of it.")
@shared.colour_options
def command(run: str, number: int | None, as_log: bool, verbosity: int, colour: bool | None) -> int:
    """Show what came of a kept run.

    RUN is an id that 'smolrun runs' lists, its beginning, or 'last'.
    """
    from smolrun.report.colour import wants_colour
    from smolrun.report.records.folder import RecordFolder
    from smolrun.report.records.replay import events_in, story_in
    from smolrun.report.retelling import overview, task_in_full
    from smolrun.report.sinks import PlainSink
    from smolrun.report.terminal import TerminalReporter

    if number is not None and as_log:
        raise UsageError("--task and --log are two different views", hint="choose one")
    folder = RecordFolder()
    path = folder.events_of(folder.find(run))
    wanted = wants_colour(colour, sys.stdout, os.environ)
    sink = PlainSink(sys.stdout, sys.stderr, colour=wanted, colour_errors=wanted)
    if as_log:
        reporter = TerminalReporter(sink, verbosity=verbosity, show_diff=True)
        for event in events_in(path):
            reporter(event)
        return 0
    story = story_in(path)
    if number is None:
        return _write(sink, overview(story))
    task = next((task for task in story.tasks if task.number == number), None)
    if task is None:
        raise UsageError(f"there is no task {number}", hint=f"the run has {sum(1 for _ in story.tasks)}")
    return _write(sink, task_in_full(task))


def _write(sink: "Sink", lines: "Lines") -> int:
    sink.write(lines)
    return 0
