from pathlib import Path

import pytest

from smolrun.errors import UsageError
from smolrun.report.records.folder import EVENTS, RecordFolder


@pytest.fixture
def folder(tmp_path: Path) -> RecordFolder:
    made = RecordFolder(tmp_path / ".smolrun")
    for run_id in ("20260102-a", "20260103-b", "20260103-c"):
        (made.runs / run_id).mkdir(parents=True)
        (made.runs / run_id / EVENTS).write_text("")
    (made.runs / "no-run").mkdir()
    return made


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("last", "20260103-c"), ("20260102", "20260102-a"), ("20260103-b", "20260103-b")],
)
def test_a_run_is_found_by_its_id_its_beginning_or_as_the_last(folder: RecordFolder, wanted: str, found: str) -> None:
    assert folder.find(wanted) == found


@pytest.mark.parametrize(
    ("wanted", "message"), [("20260103", "beginning of 2 runs"), ("1999", "no run '1999' is kept")]
)
def test_other_words_are_refused_with_what_there_is(folder: RecordFolder, wanted: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        folder.find(wanted)
    assert "20260103-c" in (caught.value.hint or "")


def test_where_nothing_is_kept_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run is kept"):
        RecordFolder(tmp_path).find("last")
