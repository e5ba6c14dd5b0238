from smolrun.engine import events
from smolrun.testing.relabel import PhaseEvents
from tests.report import made_events as made


def test_plays_and_tasks_are_called_after_their_phase() -> None:
    heard: list[events.Event] = []
    stream = PhaseEvents("check", heard.append)
    for event in made.whole_run():
        stream(event)
    assert not any(isinstance(event, events.RunStarted | events.RunFinished) for event in heard)
    assert isinstance(heard[0], events.PlayStarted)
    assert heard[0].name == "check: Web"
    tasks = [event.task for event in heard if isinstance(event, events.TaskFinished)]
    assert all(task.id.startswith("check/") and task.play == "check: Web" for task in tasks)
    assert stream.end is not None
    assert stream.end.exit_code == 2
