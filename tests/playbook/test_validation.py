"""Pydantic's findings at their places, in plain words; the rest is built all the same."""

from typing import Literal

import pytest
from pydantic import BaseModel

from smolrun.location import SourceFile
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.validation import build
from smolrun.source.coercions import Boolean, Integer
from smolrun.source.yaml_loader import load_yaml
from tests.playbook.reading import lines, told_of_tasks


class Model(BaseModel):
    flag: Boolean = False
    count: Integer = 0
    kind: Literal["a", "b", "c"] = "a"
    items: list[Integer] = []
    text: str = ""


def built(text: str) -> tuple[Model | None, list[str]]:
    mistakes = Mistakes()
    written = load_yaml(SourceFile("f.yml", text))
    return build(Model, written, written, mistakes), lines(mistakes.in_order())


def test_every_mistake_is_told_at_its_place_and_the_rest_is_built() -> None:
    model, told = built("flag: maybe\ncount: 5\nkind: d\nitems: [1, x]\ntext: [a]\n")
    assert told == [
        "1:7 error wrong-type: 'flag': expected true or false, found the text 'maybe'",
        "3:7 error wrong-type: 'kind': expected a, b or c, found the text 'd'",
        "4:12 error wrong-type: 'items': expected a whole number, found the text 'x'",
        "5:7 error wrong-type: 'text': expected text, found a list",
    ]
    assert model == Model(count=5)


def test_what_is_right_is_built_without_a_word() -> None:
    assert built("flag: yes\nkind: b\n") == (Model(flag=True, kind="b"), [])


@pytest.mark.parametrize(
    "task",
    ["    - file: {path: /x, state: direcory}\n", "    - run: ls\n      mode: logn\n"],
)
def test_the_near_one_of_the_words_that_were_expected_is_named(task: str) -> None:
    (line,) = told_of_tasks(task)
    assert line.endswith(("(did you mean 'directory'?)", "(did you mean 'login'?)"))
