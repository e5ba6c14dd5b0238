from typing import Any

import pytest

from smolrun.engine import events
from smolrun.report.html.timeline import NARROWEST, timeline
from tests.report import made_events as made
from tests.report.test_story import told


def ended(name: str, at: float, duration: float, status: Any = "ok", host: str = "web1") -> events.TaskFinished:
    return events.TaskFinished(
        time=made.NOW + at, task=made.task(name), status=status, host=host, duration=duration
    )  # fmt: skip


def test_bars_lie_where_their_time_was() -> None:
    story = told(made.run_started(), made.play(), ended("a", 2.0, 2.0), ended("b", 10.0, 4.0, "failed"))
    first, second = timeline(story)["web1"]
    assert (first.left, first.width, first.status, first.number) == (0.0, 20.0, "ok", 1)
    assert (second.left, second.width, second.status) == (60.0, 40.0, "failed")
    assert second.text == "b: failed, 4.00 s"


def test_what_took_no_time_can_still_be_seen_and_what_was_skipped_is_left_out() -> None:
    story = told(made.run_started(), made.play(), ended("a", 10.0, 0.0), ended("b", 10.0, 0.0, "skipped"))
    (bar,) = timeline(story)["web1"]
    assert bar.width == NARROWEST or bar.left == pytest.approx(100)


def test_without_a_run_there_is_nothing() -> None:
    assert timeline(told()) == {}
