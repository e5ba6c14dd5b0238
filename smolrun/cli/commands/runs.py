"""``smolrun runs``."""

import json
from collections.abc import Mapping
from time import localtime, strftime
from typing import TYPE_CHECKING, Any

import click

from smolrun.cli.options.grouping import GroupedCommand, option

if TYPE_CHECKING:
    from smolrun.report.story import Story

_EXAMPLES = """\b
Examples:
  smolrun runs
  smolrun show last
  smolrun report last html=run.html
"""


@click.command("runs", cls=GroupedCommand, short_help="List the runs that are kept.", epilog=_EXAMPLES)
@option("--output", heading="Output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(output: str) -> int:
    """List the runs that were started in this directory, the newest first.

    Their events are kept in .smolrun/runs, readable for their user only and without secrets. The setting
    'keep_runs' says how many.
    """
    from smolrun.report.records.folder import KEPT_WHERE, RecordFolder
    from smolrun.report.records.replay import ends_of

    folder = RecordFolder()
    found = {run_id: _told(ends_of(folder.events_of(run_id))) for run_id in folder.ids()}
    if output == "json":
        click.echo(json.dumps([{"id": run_id, **told} for run_id, told in found.items()], indent=2))
    elif not found:
        click.echo(f"no run is kept in {folder.runs}; {KEPT_WHERE}", err=True)
    else:
        for run_id, told in found.items():
            click.echo(_line(run_id, told))
    return 0


def _told(story: "Story") -> dict[str, Any]:
    start, end = story.started, story.finished
    return {
        "started": start.time if start else None,
        "playbooks": list(start.playbooks) if start else [],
        "check_mode": start.check_mode if start else None,
        "exit_code": end.exit_code if end else None,
        "interrupted": end.interrupted if end else None,
        "duration": round(end.duration, 3) if end else None,
        "hosts": len(end.statistics) if end else None,
    }


def _line(run_id: str, told: Mapping[str, Any]) -> str:
    from smolrun.report.escaping import escape_line
    from smolrun.report.recap import seconds

    when = strftime("%Y-%m-%d %H:%M:%S", localtime(told["started"])) if told["started"] else "?"
    if told["exit_code"] is None:
        came = "did not end"
    else:
        hosts = f"{told['hosts']} host{'' if told['hosts'] == 1 else 's'}"
        outcome = "interrupted" if told["interrupted"] else f"exit code {told['exit_code']}"
        came = f"{outcome:<12}  {hosts}, {seconds(told['duration'])}"
    check = "  (check mode)" if told["check_mode"] else ""
    return escape_line(f"{run_id}  {when}  {came}  {' '.join(told['playbooks'])}{check}")
