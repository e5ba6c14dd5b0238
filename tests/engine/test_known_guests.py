"""A guest is worked out once, and anew as soon as something that it depends on has changed."""

from typing import Any

import pytest

from smolrun.connection import settings
from smolrun.engine import guest
from smolrun.engine.known_guests import connection_names
from smolrun.engine.variables.layers import ComputedVariables, LayeredVariables
from tests.engine.conftest import Play


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts whose endpoints were worked out."""
    hosts: list[str] = []
    real = settings.endpoint_from

    def noted(*arguments: Any, host: str, **options: Any) -> Any:
        hosts.append(host)
        return real(*arguments, host=host, **options)

    monkeypatch.setattr(guest, "endpoint_from", noted)
    return hosts


def test_tasks_with_the_same_connection_work_it_out_once(play: Play, worked_out: list[str]) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          vars: {colour: red}
          tasks:
            - shell: "true"
            - shell: "true"
              vars: {colour: blue}
            - set_fact: {colour: green}
            - shell: "true"
        """
    )
    assert played.code == 0
    assert worked_out == ["localhost"]


def test_each_host_has_its_own(play: Play, worked_out: list[str]) -> None:
    play(
        """
        - hosts: all
          gather_facts: false
          tasks:
            - shell: "true"
            - shell: "true"
        """,
        hosts=["one", "two"],
    )
    assert sorted(worked_out) == ["one", "two"]


@pytest.mark.parametrize(
    "change",
    ["become: false", "vars: {ansible_become_user: nobody}", "vars: {ansible_timeout: 11}", "remote_user: somebody"],
)
def test_a_keyword_or_a_variable_that_means_something_to_it_works_it_out_anew(
    play: Play, worked_out: list[str], change: str
) -> None:
    play(
        f"""
        - hosts: localhost
          gather_facts: false
          tasks:
            - shell: "true"
            - {{shell: "true", {change}}}
            - shell: "true"
        """
    )
    assert worked_out == ["localhost", "localhost"]


def test_what_is_learnt_on_the_way_counts(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          tasks:
            - shell: "true"
            - set_fact: {ansible_connection: nowhere}
            - {name: after, shell: "true"}
        """
    )
    assert "nowhere" in played.failure("after").message


def test_a_template_is_rendered_each_time(play: Play, worked_out: list[str]) -> None:
    play(
        """
        - hosts: localhost
          gather_facts: false
          vars: {ansible_timeout: "{{ 10 + 1 }}"}
          tasks:
            - shell: "true"
            - shell: "true"
        """
    )
    assert worked_out == ["localhost", "localhost"]


def test_the_variables_of_a_connection_are_found_in_every_layer() -> None:
    computed = ComputedVariables({"ansible_port": lambda: 22, "play_hosts": list})
    layered = LayeredVariables(({"a": 1}, {"ansible_user": "root", "b": 2}, computed))
    assert connection_names(layered) == {"ansible_user", "ansible_port"}
    assert connection_names({"ansible_host": "there", "c": 3}) == {"ansible_host"}
