import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from smolrun.report.escaping import escape, escape_line


@given(st.text())
def test_nothing_is_left_that_a_terminal_acts_upon(text: str) -> None:
    assert all(c.isprintable() or c in "\n\t" for c in escape(text))
    assert "\n" not in escape_line(text)


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S"))))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert escape(text) == text


def test_control_sequences_are_written_out() -> None:
    assert escape("\x1b[31mred\r\x07") == "\\x1b[31mred\\x0d\\x07"
    assert escape("\x9b31m\x9d0;title\x9c") == "\\x9b31m\\x9d0;title\\x9c"


def test_bidirectional_overrides_are_written_out() -> None:
    assert escape("abc\u202edcba\u2066") == "abc\\u202edcba\\u2066"


def test_every_control_and_format_character_is_written_out() -> None:
    for code in range(0x110000):
        character = chr(code)
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in "\n\t":
            assert escape(character).startswith("\\"), hex(code)


def test_newlines_and_tabs_are_kept() -> None:
    assert escape("a\tb\nc") == "a\tb\nc"


def test_lone_surrogates_can_be_printed_afterwards() -> None:
    assert escape("\udc80").encode() == b"\\udc80"
