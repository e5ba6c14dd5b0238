from typing import Any

import pytest

from smolrun.connection.become_settings import BecomeKeywords, become_from
from smolrun.errors import NotRunError
from smolrun.ssh.request import Become


def test_nobody_is_become_unless_asked_for() -> None:
    assert become_from({}, BecomeKeywords()) is None


def test_a_user_alone_does_not_imply_becoming_it() -> None:
    assert become_from({"ansible_become_user": "db"}, BecomeKeywords(user="db", method="su")) is None


def test_root_through_sudo_is_the_default() -> None:
    assert become_from({}, BecomeKeywords(become=True)) == Become("root", "sudo")


def test_keywords_say_who_and_how() -> None:
    keywords = BecomeKeywords(True, "db", "doas", "-x", "pw")

    assert become_from({}, keywords) == Become("db", "doas", "pw", "-x")


def test_variables_win_over_keywords() -> None:
    variables: dict[str, Any] = {
        "ansible_become": "yes",
        "ansible_become_user": "web",
        "ansible_become_method": "ansible.builtin.sudo",
        "ansible_become_password": 123,
        "ansible_become_flags": "-E",
        "ansible_become_exe": "/opt/sudo",
    }

    found = become_from(variables, BecomeKeywords(False, "db", "su", "-x", "pw"))

    assert found == Become("web", "sudo", "123", "-E", "/opt/sudo")


def test_a_variable_can_switch_it_off() -> None:
    assert become_from({"ansible_become": False}, BecomeKeywords(become=True)) is None


def test_variables_of_the_method_win_over_the_general_ones() -> None:
    variables = {"ansible_become_user": "a", "ansible_sudo_user": "b", "ansible_su_user": "c", "ansible_sudo_pass": "p"}

    found = become_from(variables, BecomeKeywords(become=True))

    assert found is not None
    assert (found.user, found.password) == ("b", "p")


@pytest.mark.parametrize(
    ("variables", "method", "why"),
    [
        ({"ansible_become_method": "pbrun"}, None, "ansible_become_method is 'pbrun'"),
        ({}, "runas", "become_method is 'runas'"),
        ({"ansible_become": "perhaps"}, None, "ansible_become must be true or false"),
        ({"ansible_become_user": ["a"]}, None, "must be text"),
    ],
)
def test_what_cannot_be_is_refused(variables: dict[str, Any], method: str | None, why: str) -> None:
    with pytest.raises(NotRunError, match=why):
        become_from(variables, BecomeKeywords(become=True, method=method), host="web1")


def test_a_bad_variable_does_not_matter_where_nobody_is_become() -> None:
    assert become_from({"ansible_become_method": "pbrun"}, BecomeKeywords()) is None
