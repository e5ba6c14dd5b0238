"""Mistakes are told once, file by file, in the order of their lines."""

import pytest

from smolrun.errors import LoadError
from smolrun.location import Location, SourceFile
from smolrun.playbook.mistakes import Mistakes

ONE, TWO = SourceFile("one.yml", ""), SourceFile("two.yml", "")


def test_they_come_in_the_order_of_the_lines_of_each_file() -> None:
    mistakes = Mistakes()
    for file, line, column in [(ONE, 5, 1), (TWO, 1, 1), (ONE, 2, 9), (ONE, 2, 3)]:
        mistakes.warning("c", "m", Location(file, line, column))
    assert [str(d.location) for d in mistakes.in_order()] == [
        "one.yml:2:3",
        "one.yml:2:9",
        "one.yml:5:1",
        "two.yml:1:1",
    ]


def test_each_is_told_once() -> None:
    mistakes = Mistakes()
    for _ in range(3):
        mistakes.error("c", "m", Location(ONE, 1, 1))
    assert len(mistakes) == 1


def test_warnings_alone_raise_nothing_and_come_along_with_errors() -> None:
    mistakes = Mistakes()
    mistakes.warning("w", "odd", Location(ONE, 1, 1))
    mistakes.raise_if_errors()
    mistakes.error("e", "wrong", Location(ONE, 2, 1))
    with pytest.raises(LoadError, match="wrong") as caught:
        mistakes.raise_if_errors()
    assert [d.code for d in caught.value.diagnostics] == ["w", "e"]
