"""Templates that are evaluated from their tree give what the compiled ones give."""

from typing import Any

import pytest

from smolrun.errors import TemplateError
from smolrun.source.text import SourceText
from smolrun.templating.compiling import parse
from smolrun.templating.direct import direct
from smolrun.templating.templar import Templar

VARIABLES: dict[str, Any] = {"a": {"b": [1, 2]}, "n": 3, "s": "text", "t": SourceText("{{ n }}"), "none": None}


@pytest.mark.parametrize(
    "expression",
    [
        "a.b[1]",
        "a['b'] | first",
        "t == 3 and s != 'x'",
        "1 < n <= 3",
        "3 < n < nope",
        "n not in a.b",
        "not s or t",
        "nope is defined",
        "nope | default(s | upper)",
        "a.b | map('string') | list",
        "s is match('t', ignorecase=true)",
        "[n, t, [s]]",
        "nope",
        "nope.x == 1",
        "a | combine",
        "a.b.nope | d('x')",
    ],
)
def test_both_ways_agree(templar: Templar, expression: str) -> None:
    assert direct(templar.environment, parse(templar.environment, expression, expression=True)) is not None

    def outcome(template: str) -> Any:
        try:
            return templar.render(SourceText(template), VARIABLES)
        except TemplateError as error:
            return error.message

    assert outcome("{{ " + expression + " }}") == outcome("{% if true %}{{ " + expression + " }}{% endif %}")


@pytest.mark.parametrize(
    "template", ["{% set x = 1 %}", "{{ f(1) }}", "{{ a + 1 }}", "{{ x | nope }}", "{{ x is nope }}"]
)
def test_what_is_not_simple_is_compiled(templar: Templar, template: str) -> None:
    assert direct(templar.environment, parse(templar.environment, template, expression=False)) is None
