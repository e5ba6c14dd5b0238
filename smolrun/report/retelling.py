"""A kept run for a terminal: all of it on a page, or one task in full."""

from collections import Counter
from time import localtime, strftime

from smolrun.engine.events import Place
from smolrun.report.alike import Alike
from smolrun.report.colour import Style
from smolrun.report.diff import all_diffs
from smolrun.report.failure import failure_lines, short_failure_lines
from smolrun.report.lines import BLANK, Line, Lines, block, line
from smolrun.report.phases import phase_recap
from smolrun.report.plain_values import json_text
from smolrun.report.recap import recap, seconds
from smolrun.report.results import STREAMED, style_of
from smolrun.report.story import HostPart, Story, TaskPart

_STREAMS = ("stdout", "stderr")


def overview(story: Story) -> Lines:
    """How it began, each task with its number, every failure, how it ended."""
    start = story.started
    if start is not None:
        check = " in check mode" if start.check_mode else ""
        when = strftime("%Y-%m-%d %H:%M:%S", localtime(start.time))
        yield line(f"{' '.join(start.playbooks)}{check}, {when}", Style.HEADER)
    for play in story.plays:
        yield BLANK
        yield line(f"PLAY [{play.name}]", Style.HEADER)
        for task in play.tasks:
            yield _summary(task)
    yield from _failures(story)
    for warning in story.warnings:
        place = f"{warning.place.path}:{warning.place.line}: " if warning.place else ""
        yield line(f"[WARNING]: {place}{warning.message}", Style.WARNING)
    if story.finished is None:
        yield BLANK
        yield line("The run did not end: it was killed, or is running still", Style.FAILED)
    else:
        yield from recap(story.finished.statistics)
        yield from phase_recap(story.phases)
        if story.finished.error:
            yield line(f"ERROR! {story.finished.error}", Style.FAILED)
        ended = "interrupted" if story.finished.interrupted else f"exit code {story.finished.exit_code}"
        yield BLANK
        yield line(f"{ended} after {seconds(story.finished.duration)}")


def task_in_full(task: TaskPart) -> Lines:
    """Everything that is known of one task on each host."""
    reference = task.reference
    yield line(f"{task.number}  {reference.name} ({reference.module}), play '{reference.play}'", Style.HEADER)
    yield from _place(reference.place)
    for part in task.hosts.values():
        yield BLANK
        yield from _host_in_full(part)


def _summary(task: TaskPart) -> Line:
    counts = Counter(part.status for part in task.hosts.values())
    worst = next((part for part in task.hosts.values() if part.is_failure), None)
    if worst is not None and worst.end is not None:
        style = style_of(worst.end.status)
    else:
        style = Style.CHANGED if counts["changed"] else Style.OK if counts["ok"] else Style.SKIPPED
    told = ", ".join(f"{status} {count}" for status, count in counts.items())
    return Line(
        (
            (f"{task.number:>4}  ", Style.DIM),
            (f"{task.reference.name}  ", Style.PLAIN),
            (told, style),
            (f"  {seconds(task.duration)}", Style.DIM),
        )
    )


def _failures(story: Story) -> Lines:
    alike = Alike()
    for task in story.tasks:
        for part in task.hosts.values():
            if not part.is_broken:
                continue
            for failure in part.failures:
                before = alike.told_on(failure)
                if before is not None:
                    yield from short_failure_lines(failure, before)
                    continue
                yield BLANK
                yield line(f"task {task.number}: {task.reference.name}", Style.HEADER)
                yield from failure_lines(failure, 0)


def _host_in_full(part: HostPart) -> Lines:
    end = part.end
    if end is None:
        yield line(f"{part.host}: it had not ended when the run did", Style.FAILED)
        return
    attempts = f", {end.attempts} attempts" if end.attempts > 1 else ""
    yield line(f"{part.host}: {part.status} after {seconds(end.duration)}{attempts}", style_of(end.status))
    for item in part.items:
        yield line(f"  {item.item}: {item.status} after {seconds(item.duration)}", style_of(item.status))
    for failure in part.failures:
        yield from failure_lines(failure, 0)
    if end.command_line:
        yield line("command", Style.DIM)
        yield from block(end.command_line, indent="  ")
    for stream in _STREAMS:
        text = end.result.get(stream)
        if isinstance(text, str) and text:
            yield line(stream, Style.DIM)
            yield from block(text.rstrip("\n"), indent="  ")
    if end.diff:
        yield line("diff", Style.DIM)
        yield from all_diffs(end.diff)
    rest = {name: value for name, value in end.result.items() if name not in STREAMED}
    yield line("result", Style.DIM)
    yield from block(json_text(rest, indent=2), indent="  ")


def _place(place: Place | None) -> Lines:
    if place is not None:
        yield line(f"{place.path}:{place.line}", Style.DIM)
