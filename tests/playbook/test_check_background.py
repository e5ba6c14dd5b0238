"""What is said of ``async`` and ``poll`` before the run."""

import pytest

from tests.playbook.reading import told_of_tasks


def told(task: str) -> list[str]:
    return told_of_tasks(f"    - {task}\n")


@pytest.mark.parametrize(
    ("task", "line"),
    [
        ("{debug: {msg: a}, async: 5}", "3:8 error async: 'debug' cannot go on in the background (async)"),
        ("{raw: ls, async: 5, poll: 0}", "3:8 error async: 'raw' cannot go on in the background (async)"),
        (
            "{run: ls, mode: raw, async: 5}",
            "3:8 error async: 'async' cannot go with 'mode: raw', which sends the line as it stands",
        ),
        ("{raw: ls, async: 5, when: x is defined}", "3:8 warning async: 'raw' cannot go on in the background (async)"),
        ("{run: ls, poll: 5}", "3:7 warning useless-keyword: 'poll' says nothing without 'async'"),
    ],
)
def test_what_cannot_be_done_is_told(task: str, line: str) -> None:
    assert told(task) == [line]


@pytest.mark.parametrize(
    "task",
    [
        "{run: ls, async: 5}",
        "{raw: ls, async: 0}",
        "{apt: {name: curl}, async: 100, poll: 0}",
        "{script: a.sh, async: 9}",
    ],
)
def test_what_can_be_done_is_no_mistake(task: str) -> None:
    assert [line for line in told(task) if "async" in line] == []


@pytest.mark.parametrize("task", ["{include_tasks: a.yml, async: 5}", "{meta: noop, async: 5}"])
def test_what_is_no_task_cannot_say_it(task: str) -> None:
    assert any(" error " in line and "'async'" in line for line in told(task))


def test_an_import_forgets_it_with_a_warning() -> None:
    assert any(" warning import: 'async' says nothing" in line for line in told("{import_tasks: a.yml, async: 5}"))
