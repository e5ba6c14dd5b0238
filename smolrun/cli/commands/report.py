"""``smolrun report``."""

import click

from smolrun.cli.options.completing import runs
from smolrun.cli.options.grouping import GroupedCommand
from smolrun.errors import UsageError

_EXAMPLES = """\b
Examples:
  smolrun report last html=run.html
  smolrun report 20260131-093055-1f2e3d junit=results.xml html=run.html
  smolrun report last github
"""


@click.command("report", cls=GroupedCommand, short_help="Make reports of a run that is kept.", epilog=_EXAMPLES)
@click.argument("run", metavar="RUN", shell_complete=runs)
@click.argument("reports", metavar="KIND=FILE...", nargs=-1, required=True)
def command(run: str, reports: tuple[str, ...]) -> int:
    """Make reports of a kept run: html=FILE, junit=FILE, json=FILE, or github for annotations.

    RUN is an id that 'smolrun runs' lists, its beginning, or 'last'.
    """
    from smolrun.cli.output.report_targets import listener, report_targets
    from smolrun.engine.events import RunFinished
    from smolrun.report.records.folder import RecordFolder
    from smolrun.report.records.replay import events_in

    targets = report_targets(reports)
    folder = RecordFolder()
    path = folder.events_of(folder.find(run))
    listeners = [listener(target) for target in targets]
    ended = False
    for event in events_in(path):
        ended = isinstance(event, RunFinished)
        for hear in listeners:
            hear(event)
    if not ended:
        raise UsageError(f"the run {run} did not end, so there is nothing to report", hint=f"see 'smolrun show {run}'")
    for target in targets:
        if target.path is not None:
            click.echo(f"wrote {target.path}", err=True)
    return 0
