"""Words for a guest's shell."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smolrun.modules.commands.quoting import command_line, expanding

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


def printed(word: str, **environment: str) -> str:
    given_environment = {"PATH": "/bin", **environment}
    return subprocess.run(
        ["dash", "-c", f"printf %s {word}"], capture_output=True, check=True, env=given_environment
    ).stdout.decode()


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=20))
def test_quoted_words_come_back_as_they_were(words: list[str]) -> None:
    line = command_line(words)
    found = subprocess.run(["dash", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True).stdout.decode()
    assert found.split("\0")[:-1] == words


@settings(max_examples=50, deadline=None)
@given(TEXT)
def test_expansion_runs_nothing_and_splits_nothing(text: str) -> None:
    plain = text.replace("~", "-").replace("$", "%")
    assert printed(expanding(plain)) == plain


@pytest.mark.parametrize(
    ("written", "expanded"),
    [
        ("~", "/home/me you"), ("~/a b", "/home/me you/a b"), ("~root", "/root"), ("~root/x", "/root/x"),
        ("~no-such-user/x", "~no-such-user/x"), ("a~", "a~"), ("~a b", "~a b"), ("/x:~", "/x:~"),
        ("$A", "1 2"), ("${A}b", "1 2b"), ("$Ab", "$Ab"), ("${A", "${A"), ("$", "$"), ("$1", "$1"), ("$(id)", "$(id)"),
        ("${A:-x}", "${A:-x}"), ("$$", "$$"), ("\\$A", "\\1 2"), ("'$A'", "'1 2'"), ("$NOPE/x", "$NOPE/x"),
    ],
)  # fmt: skip
def test_home_and_variables_as_python_would_expand_them(written: str, expanded: str) -> None:
    assert printed(expanding(written), HOME="/home/me you", A="1 2") == expanded
