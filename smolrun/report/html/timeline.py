"""When each host did what: bars on one line a host."""

from smolrun.lazy_dataclass import dataclass
from smolrun.report.recap import seconds
from smolrun.report.story import Story

NARROWEST = 0.15
"""Percent of the width; a bar that is thinner can be neither seen nor hit."""


@dataclass(frozen=True)
class Bar:
    """Attributes:
    left, width: percent of the run's time.
    """

    left: float
    width: float
    status: str
    text: str
    number: int


def timeline(story: Story) -> dict[str, list[Bar]]:
    """The bars of each host, in the order in which the hosts come first."""
    if story.started is None:
        return {}
    spans = [
        (part.host, part.end.time - part.end.duration if part.began is None else part.began, part.end, task)
        for task in story.tasks
        for part in task.hosts.values()
        if part.end is not None and part.status != "skipped"
    ]
    begin = story.started.time
    whole = max([end.time - begin for _, _, end, _ in spans], default=0.0) or 1.0
    rows: dict[str, list[Bar]] = {}
    for host, began, end, task in spans:
        left = max(0.0, min(100.0, (began - begin) / whole * 100))
        width = max(NARROWEST, min(100.0 - left, (end.time - began) / whole * 100))
        status = "ignored" if end.ignored else end.status
        text = f"{task.reference.name}: {status}, {seconds(end.time - began)}"
        rows.setdefault(host, []).append(Bar(round(left, 3), round(width, 3), status, text, task.number))
    return rows
