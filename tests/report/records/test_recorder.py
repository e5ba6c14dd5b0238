import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from smolrun.engine import events
from smolrun.report.records.folder import RecordFolder
from smolrun.report.records.recorder import Recorder
from smolrun.report.records.replay import ends_of, events_in, story_in
from tests.report import made_events as made


def record(folder: RecordFolder, *happened: events.Event, keep: int = 20, limit: int = 1_000_000) -> Recorder:
    recorder = Recorder(folder, keep, limit)
    for event in happened:
        recorder(event)
    return recorder


def run(name: str) -> list[events.Event]:
    started, *rest = made.whole_run()
    return [replace(started, run_id=name), *rest]


@pytest.fixture
def folder(tmp_path: Path) -> RecordFolder:
    return RecordFolder(tmp_path / ".smolrun")


def test_what_is_read_back_is_what_happened(folder: RecordFolder) -> None:
    happened = run("r1")
    record(folder, *happened)
    assert list(events_in(folder.events_of("r1"))) == happened


def test_only_its_user_can_read_it(folder: RecordFolder) -> None:
    record(folder, *run("r1"))
    path = folder.events_of("r1")
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent, folder.runs)] == [0o600, 0o700, 0o700]
    assert (folder.home / ".gitignore").read_text() == "*\n"


def test_the_oldest_are_forgotten(folder: RecordFolder) -> None:
    for number in range(5):
        record(folder, *run(f"2026-{number}"), keep=3)
    assert folder.ids() == ["2026-4", "2026-3", "2026-2"]


def test_a_killed_run_can_be_read_up_to_its_torn_end(folder: RecordFolder) -> None:
    record(folder, *run("r1")[:6])
    with folder.events_of("r1").open("ab") as file:
        file.write(b'{"event": "task_fin')
    story = story_in(folder.events_of("r1"))
    assert [task.reference.name for task in story.tasks] == ["Install"]
    assert story.finished is None
    assert ends_of(folder.events_of("r1")).finished is None


def test_beginning_and_end_are_found_without_the_rest(folder: RecordFolder) -> None:
    record(folder, *run("r1"))
    ends = ends_of(folder.events_of("r1"))
    assert ends.started is not None
    assert ends.finished is not None
    assert (ends.started.run_id, ends.finished.exit_code, ends.plays) == ("r1", 2, [])


def test_it_stays_within_its_size_and_says_that_it_is_cut(folder: RecordFolder) -> None:
    install = made.task()
    output = events.OutputReceived(time=made.NOW, task=install, host="web1", stream="stdout", lines=("x" * 500,))
    ended = [made.finished(made.task(f"t{n}"), result={"stdout": "y" * 500}) for n in range(50)]
    start, end = made.run_started(), made.run_finished()
    record(folder, start, made.play(), *[output] * 50, *ended, end, limit=10_000)
    path = folder.events_of("r1")
    assert path.stat().st_size < 11_000
    story = story_in(path)
    assert story.finished == end
    assert ["cut" in warning.message for warning in story.warnings] == [True]
    assert sum(1 for _ in story.tasks) >= 4, "results are worth more than streamed output"


def test_a_planted_folder_gets_nothing(folder: RecordFolder, tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    planted.mkdir()
    folder.home.symlink_to(planted)
    recorder = record(folder, *run("r1"))
    assert isinstance(recorder.refused, PermissionError)
    assert not list(planted.iterdir())


@pytest.mark.root
def test_a_folder_of_another_user_gets_nothing(folder: RecordFolder) -> None:
    folder.home.mkdir()
    os.chown(folder.home, 12345, 12345)
    assert isinstance(record(folder, *run("r1")).refused, PermissionError)
    assert not list(folder.home.iterdir())


def test_where_nothing_can_be_written_the_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert record(RecordFolder(tmp_path / "file"), *run("r1")).refused is not None
