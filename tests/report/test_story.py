from smolrun.engine import events
from smolrun.report.story import Story, StoryTeller
from tests.report import made_events as made


def told(*happened: events.Event) -> Story:
    teller = StoryTeller()
    for event in happened:
        teller(event)
    return teller.story


def test_tasks_are_numbered_in_the_order_they_began() -> None:
    story = told(*made.whole_run())
    assert [(task.number, task.reference.name) for task in story.tasks] == [
        (1, "Install"), (2, "Copy"), (3, "Loop"), (4, "reload"), (5, "Break"),
    ]  # fmt: skip


def test_a_loop_is_told_by_the_items_that_failed() -> None:
    loop = next(task for task in told(*made.whole_run()).tasks if task.reference.name == "Loop")
    part = loop.hosts["web1"]
    assert [item.item for item in part.items] == ["a", "b", "c"]
    assert [getattr(one, "item", None) for one in part.failures] == ["c"]


def test_an_ignored_failure_breaks_nothing() -> None:
    part = next(task for task in told(*made.whole_run()).tasks if task.reference.name == "Break").hosts["web1"]
    assert (part.status, part.is_failure, part.is_broken) == ("ignored", True, False)


def test_what_had_not_ended_stays_unfinished() -> None:
    install = made.task()
    story = told(
        made.run_started(),
        made.play(),
        made.started(install, "web1", "web2"),
        events.HostTaskStarted(time=made.NOW + 1, task=install, host="web1", timeout=None),
    )
    parts = next(story.tasks).hosts
    assert (parts["web1"].began, parts["web2"].began) == (made.NOW + 1, None)
    assert [part.status for part in parts.values()] == ["unfinished", "unfinished"]
    assert story.finished is None


def test_a_task_that_comes_again_in_the_next_batch_is_another() -> None:
    install = made.task()
    story = told(
        made.play("Web", "web1"), made.started(install, "web1"), made.finished(install, host="web1"),
        made.play("Web", "web2"), made.started(install, "web2"), made.finished(install, host="web2"),
    )  # fmt: skip
    assert [list(task.hosts) for task in story.tasks] == [["web1"], ["web2"]]


def test_what_a_rescue_has_mended_is_told_from_what_ended_a_host() -> None:
    story = told(
        made.run_started(),
        made.play(),
        made.finished(made.task("try"), "failed"),
        made.finished(made.task("end"), "failed"),
        made.run_finished({"web1": events.HostStatistics(failed=1, rescued=1)}),
    )
    assert [(task.hosts["web1"].status, task.hosts["web1"].is_broken) for task in story.tasks] == [
        ("rescued", False),
        ("failed", True),
    ]
