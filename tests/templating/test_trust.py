"""What a guest says is data for ever: no nesting, no filter, no way round makes a template of it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smolrun.errors import TemplateError
from smolrun.source.text import SourceText
from smolrun.templating.templar import Templar

TEMPLAR = Templar()
BURNT = "{{ 1 / 0 }}"

marks = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{#", "#}", " 1 / 0 ", "x", "'", '"', "\\", "\n", "lookup('pipe', 'id')"]
)
guest_text = st.lists(marks, max_size=8).map("".join)
guest_values = st.recursive(
    guest_text | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "stdout"]), inner, max_size=3),
    max_leaves=8,
)


@given(guest_values)
@settings(max_examples=150, deadline=None)
def test_guest_values_come_out_as_they_went_in(value: Any) -> None:
    variables = {
        "result": value,
        "indirect": SourceText("{{ result }}"),
        "nested": {"x": [SourceText("{{ indirect }}")]},
    }
    assert TEMPLAR.render(SourceText("{{ result }}"), variables) == value
    assert TEMPLAR.render(SourceText("{{ nested.x[0] }}"), variables) == value
    assert TEMPLAR.render(SourceText("{{ nested }}"), variables) == {"x": [value]}
    assert TEMPLAR.render({"msg": SourceText("{{ indirect }}"), "raw": value}, variables) == {
        "msg": value,
        "raw": value,
    }


@given(guest_text)
@settings(max_examples=150, deadline=None)
def test_guest_text_is_text_wherever_it_is_put(text: str) -> None:
    variables = {"guest": text, "config": {"line": SourceText("a {{ guest }} b"), "plain": text}}
    assert TEMPLAR.render(SourceText("{{ config.line }}"), variables) == f"a {text} b"
    assert TEMPLAR.render(SourceText("{{ config | combine({'y': guest}) }}"), variables)["y"] == text
    assert TEMPLAR.render(SourceText("{{ [guest] | map('string') | first }}"), variables) == text
    assert TEMPLAR.render(SourceText("{{ lookup('vars', 'guest') }}"), variables) == text
    assert TEMPLAR.render_text(SourceText("{{ guest ~ '' }}"), variables) == text
    assert TEMPLAR.render_file(SourceText("{{ guest }}"), variables) == text


@given(guest_text)
@settings(max_examples=100, deadline=None)
def test_guest_text_is_no_condition(text: str) -> None:
    variables = {"guest": text, "alias": SourceText("{{ guest }}")}
    for expression in ("guest", "alias"):
        outcome = TEMPLAR.condition(SourceText(expression), variables)
        assert outcome.value is bool(text)
    with pytest.raises(TemplateError, match="never evaluated"):
        TEMPLAR.condition(SourceText("{{ guest }}"), variables)
    assert TEMPLAR.condition(SourceText("guest == '{{ guest }}'"), variables).value is True


def test_what_a_template_gives_is_never_rendered_again() -> None:
    assert TEMPLAR.render(SourceText("{{ '{' ~ '{ 1 / 0 }}' }}"), {}) == BURNT
    once = TEMPLAR.render(SourceText("{{ x }}"), {"x": SourceText("{{ '{{' }} 1 / 0 }}")})
    assert TEMPLAR.render(once, {}) == once == BURNT


def test_text_loses_its_trust_by_every_operation() -> None:
    written = SourceText(BURNT)
    for computed in (written + "", written.strip() + " ", written[:], f"{written}", "".join([written])):
        assert TEMPLAR.render(SourceText("{{ x }}"), {"x": str(computed)}) == computed


def test_results_of_lookups_and_filters_are_data(tmp_path: Any) -> None:
    (tmp_path / "evil.txt").write_text(BURNT)
    path = str(tmp_path / "evil.txt")
    assert TEMPLAR.render(SourceText("{{ lookup('file', path) }}"), {"path": path}) == BURNT
    assert TEMPLAR.render(SourceText("{{ lookup('pipe', 'cat ' ~ path) }}"), {"path": path}) == BURNT
    assert TEMPLAR.render(SourceText("{{ text | from_json }}"), {"text": '["{{ 1 / 0 }}"]'}) == [BURNT]
    assert TEMPLAR.render(SourceText("{{ text | b64decode }}"), {"text": "e3sgMSAvIDAgfX0="}) == BURNT


def test_a_computed_text_is_neither_expression_nor_condition() -> None:
    for refused in (TEMPLAR.evaluate, TEMPLAR.condition):
        with pytest.raises(TemplateError, match="never evaluated"):
            refused("1 == 1", {})


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__ }}",
        "{{ x.__init__.__globals__ }}",
        "{{ lookup.__globals__ }}",
        "{{ lookup.__wrapped__ }}",
        "{{ self.__init__ }}",
        "{{ x._render }}",
        "{{ (x | list)._render }}",
        "{{ '{0.__class__}'.format(x) }}",
        "{{ ('{0.__class__}' | format)(x) }}",
        "{{ range.mro() }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ x | attr('__class__') }}",
        "{{ [x] | map(attribute='__class__') | first }}",
        "{{ undef().x.__class__ }}",
    ],
)
def test_the_sandbox_has_no_way_out(template: str) -> None:
    with pytest.raises(TemplateError):
        TEMPLAR.render(SourceText(template), {"x": {"a": 1}})
