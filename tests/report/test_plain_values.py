"""Values as JSON: what is written at once is what looking through them first would give."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smolrun.report.plain_values import json_text, plain

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_both_ways_give_the_same(value: Any) -> None:
    assert json_text(value) == json.dumps(plain(value), ensure_ascii=False)
    assert json.loads(json_text(value, ascii_only=True)) == json.loads(json.dumps(plain(value)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": math.inf}, '{"a": "inf"}'),
        ({"a": "\udc80"}, '{"a": "?"}'),
        ({"a": b"\xff"}, '{"a": "\ufffd"}'),
        ({("a", 1): {2}}, "{\"('a', 1)\": [2]}"),
    ],
)
def test_what_json_does_not_have_is_told_as_text(value: Any, text: str) -> None:
    assert json_text(value) == text
    assert json.loads(json_text(value, ascii_only=True)) == json.loads(text)


def test_nothing_that_a_terminal_takes_for_a_code_is_left() -> None:
    assert json_text("\x1b\x7f\u009b", ascii_only=True).isprintable()
