"""\"Did you mean ...?\""""

import pytest

from smolrun.playbook.suggestion import did_you_mean, near

KNOWN = ("register", "become", "become_user", "msg", "when")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("regsiter", "register"),
        ("becom", "become"),
        ("become-user", "become_user"),
        ("BECOME", "become"),
        ("mgs", "msg"),
        ("qwerty", None),
        ("a", None),
    ],
)
def test_the_near_word_is_found(word: str, meant: str | None) -> None:
    assert near(word, KNOWN) == meant


def test_the_hint_names_it() -> None:
    assert did_you_mean("wehn", KNOWN) == "did you mean 'when'?"
    assert did_you_mean("qwerty", KNOWN) is None
