"""Trust is a type: what is computed from trusted text is plain."""

import copy
import pickle

import pytest

from smolrun.location import Location, SourceFile
from smolrun.source.text import SourceText, is_template, location_of

PLACE = Location(SourceFile("p.yml", "a"), 1, 1)


@pytest.mark.parametrize("text", ["{{ a }}", "x {% if y %}", "{# note #}"])
def test_text_with_marks_is_a_template(text: str) -> None:
    assert SourceText(text).is_template
    assert is_template(SourceText(text))


def test_only_trusted_text_is_a_template() -> None:
    assert not is_template("{{ a }}")
    assert not is_template(SourceText("a { b } c"))


@pytest.mark.parametrize(
    "computed",
    [
        SourceText("a") + "b",
        SourceText("ab")[1:],
        SourceText("a").upper(),
        f"{SourceText('a')}",
        "".join([SourceText("a")]),
        SourceText("a b").split()[0],
        SourceText("a").replace("a", "b"),
        str(SourceText("a")),
    ],
)
def test_what_is_computed_is_plain(computed: str) -> None:
    assert type(computed) is str


def test_copies_stay_trusted_and_keep_their_place() -> None:
    text = SourceText("{{ a }}", PLACE)
    for other in (copy.deepcopy(text), copy.copy(text), pickle.loads(pickle.dumps(text))):
        assert type(other) is SourceText
        assert other == text
        assert location_of(other) == PLACE


def test_what_remembers_no_place_has_none() -> None:
    assert location_of("a") is None
    assert location_of(5) is None
