import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from smolrun.inventory.ini_words import QuotingError, words


def test_words_know_their_columns() -> None:
    found = words("web1  a='x y' b=2 # comment")

    assert [(word.text, word.column, word.end) for word in found] == [("web1", 1, 5), ("a=x y", 7, 14), ("b=2", 15, 18)]


def test_a_comment_sign_inside_a_word_ends_it_and_is_remembered() -> None:
    found = words("web1 password=ab#cd more=1")

    assert [word.text for word in found] == ["web1", "password=ab"]
    assert found[-1].cut == 17


@pytest.mark.parametrize(("line", "column"), [("a b='c", 5), ('a "b', 3), ("a b\\", 4)])
def test_an_open_quote_is_told_where_it_begins(line: str, column: int) -> None:
    with pytest.raises(QuotingError) as caught:
        words(line)

    assert caught.value.column == column


@settings(deadline=None)
@given(some.text(alphabet="ab='\"\\# \t", max_size=25))
def test_words_are_those_of_a_shell(line: str) -> None:
    try:
        expected = shlex.split(line, comments=True)
    except ValueError:
        with pytest.raises(QuotingError):
            words(line)
        return
    assert [word.text for word in words(line)] == expected
