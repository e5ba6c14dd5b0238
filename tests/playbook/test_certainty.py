"""Which tasks run on every path."""

import pytest

from smolrun.playbook.certainty import is_certain
from smolrun.playbook.texts import When
from smolrun.playbook.walk import tasks_of
from tests.playbook.reading import PLAY, load


def certain(text: str, evaluated: When = "execution") -> bool:
    ((visit, _),) = [found for found in tasks_of(load(PLAY + text).plays[0]) if found[1].name == "x"]
    return is_certain(visit, evaluated)


@pytest.mark.parametrize(
    "text",
    [
        "    - {name: x, run: ls}\n",
        "    - {name: x, run: ls, loop: [1]}\n",
        "    - {name: x, run: ls, when: true}\n",
        "    - {name: x, run: ls, ignore_errors: no}\n",
        "    - block: [{name: x, run: ls}]\n",
        "    - block: [{run: ls}]\n      always: [{name: x, run: ls}]\n",
        "    - {name: x, run: ls, tags: a}\n",
    ],
)
def test_a_task_that_nothing_keeps_from_running_is_certain(text: str) -> None:
    assert certain(text)


@pytest.mark.parametrize(
    "text",
    [
        "    - {name: x, run: ls, when: a}\n",
        "    - {name: x, run: ls, when: false}\n",
        "    - {name: x, run: ls, loop: '{{ a }}'}\n",
        "    - {name: x, run: ls, loop: []}\n",
        "    - {name: x, run: ls, with_items: ['{{ a }}']}\n",
        "    - {name: x, run: ls, ignore_errors: '{{ a }}'}\n",
        "    - {name: x, run: ls, tags: [never, a]}\n",
        "    - block: [{name: x, run: ls}]\n      when: a\n",
        "    - block: [{name: x, run: ls}]\n      ignore_errors: yes\n",
        "    - block: [{name: x, run: ls}]\n      rescue: [{run: ls}]\n",
        "    - block: [{block: [{name: x, run: ls}]}]\n      rescue: [{run: ls}]\n",
        "    - block: [{run: ls}]\n      rescue: [{name: x, run: ls}]\n",
        "    []\n  handlers:\n    - {name: x, run: ls}\n",
    ],
)
def test_any_other_task_is_not(text: str) -> None:
    assert not certain(text)


def test_the_first_condition_is_evaluated_whatever_it_says() -> None:
    text = "    - {name: x, run: ls, when: [a, b]}\n"
    assert certain(text, "first")
    assert not certain(text, "condition")
    assert not certain(text, "loop")
    assert certain("    - {name: x, run: ls, loop: '{{ a }}'}\n", "loop")
