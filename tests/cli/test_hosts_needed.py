"""Plays whose hosts nothing gives are refused before anything runs, unless the run itself makes hosts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended

Smolrun = Callable[..., Ended]

GROUPING = """
- hosts: localhost
  gather_facts: false
  tasks:
    - {MAKES}
- hosts: made
  gather_facts: false
  tasks:
    - {{debug: {{msg: "on {{{{ inventory_hostname }}}} {{{{ groups.made }}}} {{{{ groups.all }}}}"}}}}
"""


def written(text: str) -> str:
    Path("play.yml").write_text(text)
    return "play.yml"


@pytest.mark.parametrize(
    ("makes", "said"),
    [
        ("group_by: {key: made}", "on localhost ['localhost'] []"),
        ("ansible.builtin.add_host: {name: web, groups: made, ansible_connection: local}", "on web ['web'] ['web']"),
    ],
)
def test_a_play_may_be_for_hosts_that_an_earlier_one_makes(smolrun: Smolrun, makes: str, said: str) -> None:
    ended = smolrun("run", written(GROUPING.format(MAKES=makes)))
    assert ended.code == 0, ended.out + ended.err
    assert said in ended.out


@pytest.mark.parametrize("makes", ["debug: {msg: x}", "set_fact: {made: 1}"])
def test_without_that_it_is_refused(smolrun: Smolrun, makes: str) -> None:
    ended = smolrun("run", written(GROUPING.format(MAKES=makes)))
    assert ended.code == 4
    assert "the play is for 'made', and there is no inventory and no guest" in ended.err


def test_a_missing_inventory_is_a_warning_where_no_play_needs_it_and_an_error_elsewhere(smolrun: Smolrun) -> None:
    here = written("- hosts: localhost\n  gather_facts: false\n  tasks: [{debug: {msg: x}}]\n")
    ended = smolrun("run", here, "-i", "nowhere")
    assert ended.code == 0, ended.err
    assert "warning[missing-inventory]: there is no inventory nowhere" in ended.err
    assert smolrun("run", here, "-i", "nowhere", "--strict").code == 4
    there = written("- hosts: web\n  gather_facts: false\n  tasks: [{debug: {msg: x}}]\n")
    ended = smolrun("run", there, "-i", "nowhere")
    assert ended.code == 4
    assert "error[missing-inventory]: there is no inventory nowhere" in ended.err


def test_a_name_that_nobody_answers_to_can_be_made_an_error(smolrun: Smolrun, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written("- hosts: [localhost, webb]\n  gather_facts: false\n  tasks: [{debug: {msg: x}}]\n")
    assert "no host or group matches 'webb'" in smolrun("run", path, "-i", "web,").err
    monkeypatch.setenv("ANSIBLE_HOST_PATTERN_MISMATCH", "error")
    ended = smolrun("run", path, "-i", "web,")
    assert ended.code == 1
    assert "no host or group matches 'webb'" in ended.out + ended.err
    monkeypatch.setenv("ANSIBLE_HOST_PATTERN_MISMATCH", "ignore")
    ended = smolrun("run", path, "-i", "web,")
    assert (ended.code, "webb" in ended.err) == (0, False)
