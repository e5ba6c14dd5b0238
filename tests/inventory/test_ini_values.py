import ast
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from smolrun.inventory.ini_values import read_value
from smolrun.location import Location, SourceFile
from smolrun.source.text import SourceText

HERE = Location(SourceFile("hosts", ""), 3, 7)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("0", 0),
        ("-5", -5),
        ("0x10", 16),
        ("1.5", 1.5),
        ("True", True),
        ("None", None),
        ("true", "true"),
        ("yes", "yes"),
        ("0644", "0644"),
        ("10.0.0.1", "10.0.0.1"),
        ("web.lab:80", "web.lab:80"),
        ("'5'", "5"),
        ("[1, 'a']", [1, "a"]),
        ("{'a': ['b']}", {"a": ["b"]}),
        ("(1, 2)", [1, 2]),
        ("two words", "two words"),
        ("{{ other }}", "{{ other }}"),
        ("{{ 1 }}", "{{ 1 }}"),
        ("b'x'", "x"),
        ("b'\\xff'", "\\xff"),
        ("1j", "1j"),
        ("[b'x', ..., {2j}, set()]", ["x", "...", ["2j"], []]),
        ("...", "..."),
        ("C:\\dir", "C:\\dir"),
        ("", ""),
        ("(" * 5000, "(" * 5000),
    ],
)
def test_python_literals_are_values_and_all_else_is_text(text: str, value: Any) -> None:
    found = read_value(text, HERE)

    assert found == value
    assert type(found) is (SourceText if isinstance(value, str) else type(value))


def test_text_is_trusted_and_knows_its_place_also_inside_a_literal() -> None:
    value = read_value("{'k': ['{{ x }}']}", HERE)

    assert isinstance(value["k"][0], SourceText)
    assert value["k"][0].is_template
    assert value["k"][0].location == HERE


@settings(deadline=None)
@given(some.text(alphabet="aTrueFalsNon019._-+exb/:@~'\"[](),{} ", max_size=12))
def test_shortcuts_agree_with_pythons_own_reading(text: str) -> None:
    expected: Any = text
    try:
        literal = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError):
        literal = text
    if isinstance(literal, str | int | float | bool) or literal is None:
        expected = literal
    elif isinstance(literal, bytes):
        expected = literal.decode()
    else:
        return
    assert read_value(text, None) == expected
