"""The page, made from the story of a run.

Whatever a guest wrote may stand in it: every text is escaped twice, first what no terminal may show either, then for
HTML, and the page forbids itself all but its own style and script (Content-Security-Policy, W3C CSP 3).
"""

import base64
import hashlib
from collections import Counter
from importlib import resources
from pathlib import PurePath
from time import localtime, strftime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from smolrun.report.alike import Failed, Group, grouped, why_of
from smolrun.report.diff import all_diffs
from smolrun.report.escaping import escape, escape_line
from smolrun.report.failure import failure_lines
from smolrun.report.html.timeline import timeline
from smolrun.report.lines import Lines
from smolrun.report.phases import finding_lines
from smolrun.report.phases import verdict as phase_verdict
from smolrun.report.plain_values import json_text
from smolrun.report.recap import seconds
from smolrun.report.results import STREAMED
from smolrun.report.story import HostPart, Story, TaskPart

LONGEST_TEXT = 20_000
"""Characters of one stream or result on the page; of a longer one the end is shown."""


def page(story: Story) -> str:
    """The HTML of a run, finished or not."""
    environment = Environment(
        loader=PackageLoader("smolrun.report.html", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown=_shown, duration=seconds, lines=_lines, result=_result, moment=_moment)
    style, script = _part("page.css"), _part("page.js")
    return environment.get_template("page.html.j2").render(
        story=story,
        title=", ".join(PurePath(path).name for path in story.started.playbooks) if story.started else "",
        verdict=_verdict(story),
        counts=_counts(story),
        failed=[(task, group) for task in story.tasks for group in _failed(task)],
        timeline=timeline(story),
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704
        style_hash=_hash(style),
        script_hash=_hash(script),
        failure_lines=lambda part: [line for one in part.failures for line in failure_lines(one, 0)],
        all_diffs=all_diffs,
        finding_lines=finding_lines,
        verdict_of=phase_verdict,
    )


def _failed(task: TaskPart) -> list[Group]:
    """The hosts on which a task failed, those that failed alike together."""
    broken = (part for part in task.hosts.values() if part.is_broken)
    return grouped(Failed(task.reference, part.host, why_of(next(part.failures))) for part in broken)


def _part(name: str) -> str:
    return (resources.files("smolrun.report.html") / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _verdict(story: Story) -> tuple[str, str]:
    """A class and words for what came of it."""
    end = story.finished
    if end is None:
        return "failed", "did not end"
    if end.interrupted:
        return "failed", "interrupted"
    if end.exit_code:
        return "failed", f"failed, exit code {end.exit_code}"
    return ("changed", "changed") if any(host.changed for host in end.statistics.values()) else ("ok", "ok")


def _counts(story: Story) -> dict[str, int]:
    """How many executions ended how, for the buttons that filter them."""
    found = Counter(part.status for task in story.tasks for part in task.hosts.values())
    broken = ("failed", "timed_out", "unreachable", "lost", "unfinished")
    order = (*broken, "changed", "ok", "rescued", "ignored", "skipped")
    return {status: found[status] for status in order if found[status]}


def _shown(text: object) -> str:
    """Text from anywhere, harmless and not endless."""
    whole = escape(str(text))
    if len(whole) <= LONGEST_TEXT:
        return whole
    return f"[… {len(whole) - LONGEST_TEXT:,} characters before this]\n{whole[-LONGEST_TEXT:]}"


def _lines(lines: Lines) -> Markup:
    """Lines with their roles as classes."""
    span = Markup('<span class="{}">{}</span>')
    return Markup("\n").join(
        Markup("").join(span.format(style.name.lower(), escape_line(text)) for text, style in line.spans)
        for line in lines
    )


def _result(part: HostPart) -> str:
    """What was returned, without the streams, which stand beside it."""
    if part.end is None:
        return ""
    rest = {name: value for name, value in part.end.result.items() if name not in STREAMED}
    return json_text(rest, indent=2)


def _moment(when: float) -> str:
    return strftime("%Y-%m-%d %H:%M:%S %Z", localtime(when))
