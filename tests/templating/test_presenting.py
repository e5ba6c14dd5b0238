"""What is undefined is told where it stands, and all else is shown beside it."""

from typing import Any

import pytest

from smolrun.errors import TemplateError
from smolrun.source.text import SourceText
from smolrun.templating.templar import Templar

VARIABLES: dict[str, Any] = {
    "number": 5,
    "open": SourceText("{{ nope }}"),
    "nested": {"a": SourceText("{{ nope }}"), "b": 1, "c": [SourceText("{{ nope2 }}"), SourceText("{{ number }}")]},
}


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("number + 1", 6),
        ("nope", "<< error 1 - 'nope' is undefined >>"),
        ("nope + 1", "<< error 1 - 'nope' is undefined >>"),
        ("open", "<< error 1 - 'nope' is undefined >>"),
        ("nested.z", "<< error 1 - the mapping has no attribute 'z' >>"),
        (
            "nested",
            {
                "a": "<< error 1 - 'nope' is undefined >>",
                "b": 1,
                "c": ["<< error 2 - 'nope2' is undefined >>", 5],
            },
        ),
    ],
)
def test_each_undefined_part_is_told_in_its_place(templar: Templar, expression: str, shown: Any) -> None:
    assert templar.presented(SourceText(expression), VARIABLES, expression=True) == shown
    assert templar.presented(SourceText("{{ " + expression + " }}"), VARIABLES) == shown


def test_other_mistakes_are_errors(templar: Templar) -> None:
    with pytest.raises(TemplateError, match="division by zero"):
        templar.presented(SourceText("1 / 0"), VARIABLES, expression=True)
