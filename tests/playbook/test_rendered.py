"""Rendered values of keywords in the keyword's own type."""

from typing import Any

import pytest
from pydantic import BaseModel

from smolrun.location import Location, SourceFile
from smolrun.playbook.models import LoopControl, Play, Task
from smolrun.playbook.rendered import KeywordValueError, typed
from smolrun.source.text import SourceText
from smolrun.templating.omit import OMIT


@pytest.mark.parametrize(
    ("model", "field", "value", "expected"),
    [
        (Task, "become", "yes", True),
        (Task, "become", 0, False),
        (Task, "timeout", "30", 30.0),
        (Task, "retries", "5", 5),
        (Task, "port", 22, 22),
        (Task, "mode", "raw", "raw"),
        (Task, "become_user", 5, "5"),
        (Task, "notify", "a,b", ("a,b",)),
        (Task, "notify", ["a", "b"], ("a", "b")),
        (LoopControl, "pause", 1, 1.0),
        (Play, "gather_facts", "off", False),
        (Task, "become", None, None),
    ],
)
def test_a_rendered_value_takes_the_type_of_its_keyword(
    model: type[BaseModel], field: str, value: Any, expected: Any
) -> None:
    found = typed(model, field, value)
    assert (found, type(found)) == (expected, type(expected))


def test_what_was_computed_is_never_trusted_text_again() -> None:
    found = typed(Task, "notify", ["{{ from_a_guest }}"])
    assert [type(item) for item in found] == [str]
    assert type(typed(Task, "become_user", SourceText("root"))) is str


def test_a_template_that_is_left_over_is_a_value_like_any_other() -> None:
    with pytest.raises(KeywordValueError, match=r"expected true or false, found the text '\{\{ x \}\}'"):
        typed(Task, "become", SourceText("{{ x }}"))


def test_omit_means_the_keyword_is_not_there() -> None:
    assert typed(Task, "become_user", OMIT) is None
    assert typed(Task, "notify", OMIT) == ()


def test_a_wrong_value_is_told_with_the_keyword_and_its_place() -> None:
    place = Location(SourceFile("p.yml", ""), 3, 4)
    with pytest.raises(KeywordValueError) as caught:
        typed(Task, "become", "maybe", place)
    assert caught.value.message == "'become': expected true or false, found the text 'maybe'"
    assert caught.value.location is place
