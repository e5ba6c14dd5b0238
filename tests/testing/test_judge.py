from typing import Any

import pytest

from smolrun.engine import events
from smolrun.testing.judge import Judge, is_unjudged
from smolrun.testing.phases import Phase
from tests.report import made_events as made


def found(phase: Phase, *happened: events.Event) -> list[tuple[str, str]]:
    judge = Judge(phase)
    for event in happened:
        judge(event)
    return [(finding.kind, finding.task.name) for finding in judge.findings]


CHANGED = made.finished(made.task("Stamp"), "changed", result={"changed": True})
SKIPPED = made.finished(made.task("Run"), "skipped", result={"skipped": True, "msg": "would have run"})


def test_a_change_is_wrong_only_where_everything_was_done() -> None:
    assert found(Phase.CONVERGE, CHANGED) == []
    assert found(Phase.AGAIN, CHANGED) == [("changed", "Stamp")]
    assert found(Phase.CHECK, CHANGED) == [("would change", "Stamp")]
    assert found(Phase.VERIFY, CHANGED) == []


def test_what_check_mode_cannot_tell_is_not_counted_as_good() -> None:
    assert found(Phase.CHECK, SKIPPED) == [("not judged", "Run")]
    assert found(Phase.AGAIN, SKIPPED) == []


@pytest.mark.parametrize("reason", ["skip_reason", "skipped_reason", "false_condition", "censored"])
def test_what_the_playbook_skips_was_judged(reason: str) -> None:
    assert not is_unjudged({"skipped": True, reason: "x"})


def test_a_loop_is_not_judged_where_one_item_is_not() -> None:
    loop = made.task("Loop")
    item: dict[str, Any] = {"skipped": True}
    happened = made.item(loop, "a", "skipped", result=item), made.finished(loop, "ok", result={"results": [item]})
    assert found(Phase.CHECK, *happened) == [("not judged", "Loop")]


def test_failures_are_found_and_ignored_ones_are_not() -> None:
    failed = made.finished(made.task("Bad"), "failed", failure=made.failure("broken"))
    ignored = made.finished(made.task("Known"), "failed", ignored=True, failure=made.failure("broken"))
    assert found(Phase.CONVERGE, failed, ignored) == [("failed", "Bad")]


def test_a_failure_that_a_rescue_has_mended_is_no_finding() -> None:
    judge = Judge(Phase.CONVERGE)
    for name, host in (("try", "web1"), ("end", "web1"), ("try", "web2")):
        judge(made.finished(made.task(name), "failed", host=host))
    judge.settle({"web1": events.HostStatistics(failed=1, rescued=1), "web2": events.HostStatistics(rescued=1)})
    assert [(finding.task.name, finding.host) for finding in judge.findings] == [("end", "web1")]
