"""Templates that are evaluated from their tree give what the compiled ones give."""

from typing import Any

import pytest

from smolrun.errors import TemplateError
from smolrun.location import Location, SourceFile
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
        "n + t * 2 - 1",
        "n % 2 + s",
        "'%s' % n",
        "nope + 1",
        "s - 1",
        "a.b + [3]",
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
    "template", ["{% set x = 1 %}", "{{ f(1) }}", "{{ s ~ 1 }}", "{{ x | nope }}", "{{ x is nope }}"]
)
def test_what_is_not_simple_is_compiled(templar: Templar, template: str) -> None:
    assert direct(templar.environment, parse(templar.environment, template, expression=False)) is None


@pytest.mark.parametrize(
    "text",
    [
        "plain\n",
        "n = {{ n }}\n\n{{ t + 1 }}{{ none }}\n",
        "{{ a.b }} {{ s | upper }}\r\n{# nothing #}\nend",
        "{{ a }}",
        "one\ntwo {{ nope }}\n",
        "one\n\n{{ n }} {{ s + 1 }}\n",
        "{{ s | replace('t', 1, 2, 3) }}",
        "one\n{{ nope.x }}",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_files_come_out_the_same(templar: Templar, text: str, newline: str) -> None:
    def outcome(text: str) -> Any:
        try:
            return templar.render_file(SourceText(text), VARIABLES, newline_sequence=newline)
        except TemplateError as error:
            return error.message, error.location and error.location.line

    assert outcome(text) == outcome(text + "{% if false %}{% endif %}")


def test_a_file_that_names_what_is_undefined_is_told_with_its_line(templar: Templar) -> None:
    where = Location(SourceFile("x.j2", "one\n{{ n }}\n{{ nope }}\n"), 1, 1)
    with pytest.raises(TemplateError) as caught:
        templar.render_file(SourceText("one\n{{ n }}\n{{ nope }}\n", where), VARIABLES)
    assert caught.value.location is not None
    assert (caught.value.location.line, "nope" in caught.value.message) == (3, True)
