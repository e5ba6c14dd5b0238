"""Places in a template are found in the file it stands in."""

import pytest

from smolrun.location import Location, SourceFile
from smolrun.source.text import SourceText
from smolrun.templating.locate import locate, locate_offset

FILE = SourceFile("a.yml", 'x: "say {{ one }}"\ny: |\n  first\n  {{ two }}\nz: >-\n  {{ three\n  }}\nw: {{ four }}\n')


@pytest.mark.parametrize(
    ("text", "start", "fragment", "line", "expected"),
    [
        ("say {{ one }}", (1, 4), "one", 1, "a.yml:1:12"),
        ("first\n{{ two }}\n", (2, 4), "two", 2, "a.yml:4:6"),
        ("{{ three }}", (5, 4), "three", 1, "a.yml:6:6"),
        ("{{ three }}", (5, 4), "four", 1, "a.yml:5:4"),  # beyond the scalar: only its beginning is known
    ],
)
def test_a_fragment_is_found(text: str, start: tuple[int, int], fragment: str, line: int, expected: str) -> None:
    assert str(locate(SourceText(text, Location(FILE, *start)), fragment, line)) == expected


def test_an_offset_is_found() -> None:
    text = SourceText("first\n{{ two }}\n", Location(FILE, 2, 4))
    assert str(locate_offset(text, text.index("two"), 3)) == "a.yml:4:6"


def test_text_without_a_place_has_none() -> None:
    assert locate("{{ x }}", "x") is None
    assert locate_offset(SourceText("{{ x }}"), 3) is None
