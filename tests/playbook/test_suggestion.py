"""\"Did you mean ...?\""""

import pytest

from smolrun.playbook.suggestion import Slips, did_you_mean, near

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


@pytest.mark.parametrize("word", ["pakages", "packagess", "packeges", "pacakges"])
def test_one_letter_is_a_slip(word: str) -> None:
    if word == "packagess":  # a last letter more may be meant
        assert Slips(["packages"]).meant_by(word) is None
    else:
        assert Slips(["other", "packages"]).meant_by(word) == "packages"


@pytest.mark.parametrize(
    ("word", "other"),
    [("node", "nodes"), ("compilers", "compiler"), ("ipv4_net", "ipv6_net"), ("admin_user", "admin_pass"), ("ab", "ac"),
     ("domain", "cgit_domain"), ("same_word", "same_word")],
)  # fmt: skip
def test_plurals_numbers_and_other_words_are_no_slips(word: str, other: str) -> None:
    assert Slips([other]).meant_by(word) is None
