"""Texts are looked at once, and what is known of them depends on the functions there are."""

from smolrun.playbook.analyses import KnownTexts
from smolrun.source.text import SourceText
from smolrun.templating.plugins import Functions


def test_a_text_is_looked_at_once() -> None:
    texts = KnownTexts()
    one = texts.read_with(Functions()).of(SourceText("{{ a }}"), expression=False)
    assert texts.read_with(Functions()).of(SourceText("{{ a }}"), expression=False) is one
    assert texts.read_with(Functions()).of(SourceText("a"), expression=True) is not one


def test_other_functions_give_other_answers() -> None:
    texts = KnownTexts()
    own = Functions(filters={"mine": str})
    text = SourceText("{{ 1 | mine }}")
    assert texts.read_with(Functions()).of(text, expression=False).unknown_filters
    assert not texts.read_with(own).of(text, expression=False).unknown_filters
