"""Ansible's coercions: what each type takes, what it makes of it, and what it refuses."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from smolrun.source.coercions import Boolean, FileMode, Integer, Number, Pattern, Seconds, Text, TextList, Texts


def take(kind: Any, value: object) -> object:
    return TypeAdapter(kind).validate_python(value)


def refusal(kind: Any, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        take(kind, value)
    return str(caught.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Boolean, "Yes", True),
        (Boolean, "on", True),
        (Boolean, "1", True),
        (Boolean, 1, True),
        (Boolean, "t", True),
        (Boolean, "off", False),
        (Boolean, "N", False),
        (Boolean, 0, False),
        (Integer, "42", 42),
        (Integer, " -7 ", -7),
        (Integer, 2.0, 2),
        (Number, "1.5", 1.5),
        (Number, 3, 3.0),
        (Seconds, "0", 0.0),
        (Text, 5, "5"),
        (Text, True, "True"),
        (Text, 1.5, "1.5"),
        (TextList, "a, b,c", ["a", "b", "c"]),
        (TextList, "", []),
        (TextList, ["a", 5], ["a", "5"]),
        (TextList, 5, ["5"]),
        (Texts, "a,b", ["a,b"]),
        (FileMode, 0o644, "0644"),
        (FileMode, "0644", "0644"),
        (FileMode, "755", "0755"),
        (FileMode, "0o600", "0600"),
        (FileMode, "u=rw,g=r,o=", "u=rw,g=r,o="),
        (FileMode, "a+x", "a+x"),
        (FileMode, "preserve", "preserve"),
    ],
)
def test_a_value_becomes(kind: Any, value: object, expected: object) -> None:
    result = take(kind, value)
    assert (type(result), result) == (type(expected), expected)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (Boolean, "maybe", "expected true or false, found the text 'maybe'"),
        (Boolean, 2, "expected true or false, found the number 2"),
        (Integer, "1.5", "expected a whole number, found the text '1.5'"),
        (Integer, True, "expected a whole number, found true"),
        (Number, "nan", "expected a number, found the text 'nan'"),
        (Number, "inf", "expected a number, found the text 'inf'"),
        (Seconds, -1, "expected a number of seconds, zero or more, found the number -1"),
        (Text, None, "expected text, found nothing"),
        (Text, ["a"], "expected text, found a list"),
        (TextList, {"a": 1}, "expected a list, found a mapping"),
        (FileMode, "0999", "expected a file mode such as \"0644\" or u=rw,g=r,o=r, found the text '0999'"),
        (FileMode, 0o10000, 'expected a file mode such as "0644" or u=rw,g=r,o=r, found the number 4096'),
        (Pattern, "a(", "not a regular expression of Python's: missing ), unterminated subpattern at position 1"),
        (
            Pattern,
            "a{99999999999999999999}",
            "not a regular expression of Python's: the repetition number is too large",
        ),
        (Pattern, None, "expected text, found nothing"),
    ],
)
def test_a_value_is_refused_in_plain_words(kind: Any, value: object, message: str) -> None:
    assert refusal(kind, value) == message


@given(st.integers())
def test_an_integer_survives_its_text(number: int) -> None:
    assert take(Integer, str(number)[:30]) == int(str(number)[:30])


@given(st.integers(min_value=0, max_value=0o7777))
def test_a_file_mode_is_the_same_as_number_and_as_text(mode: int) -> None:
    assert take(FileMode, mode) == take(FileMode, f"{mode:04o}")


@given(st.text() | st.floats() | st.binary() | st.none() | st.lists(st.none()))
def test_any_value_is_taken_or_refused_and_nothing_else_happens(value: object) -> None:
    for kind in (Boolean, Integer, Number, Pattern, Seconds, Text, TextList, Texts, FileMode):
        try:
            take(kind, value)
        except ValidationError as error:
            assert re.match("expected|not a regular expression", error.errors()[0]["msg"])  # noqa: PT017 - both ways out are right
