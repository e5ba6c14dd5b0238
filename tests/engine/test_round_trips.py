"""What whole runs cost in network round trips, counted by a relay."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Play
from tests.engine.test_run_on_sshd import guest
from tests.servers.delay_relay import DelayRelay
from tests.servers.endpoint import Endpoint

DELAY = 0.015  # seconds: longer than what is sent in one go takes, and no more

Count = Callable[[list[Any]], int]


@pytest.fixture
def round_trips(openssh: Endpoint, play: Play, delay_relay: Callable[[Endpoint, float], DelayRelay]) -> Count:
    """How many round trips a run of these tasks waits for, logging in included."""

    def count(tasks: list[Any]) -> int:
        between = delay_relay(openssh, DELAY)
        playbook = json.dumps([{"hosts": "guest", "gather_facts": False, "tasks": tasks}])
        played = play(playbook, hosts=guest(openssh.at(between.port)))
        assert played.code == 0
        return between.turns

    return count


@pytest.mark.parametrize("module", ["shell", "command", "run", "raw"])
def test_a_command_costs_one(round_trips: Count, module: str) -> None:
    task = {module: "echo it"}
    more, few = round_trips([task] * 12), round_trips([task] * 2)
    assert 9 <= more - few <= 11  # one more or less is the login's, whose messages cross


@pytest.mark.parametrize("become", [False, True])
def test_an_environment_costs_no_more(round_trips: Count, become: bool) -> None:
    task = {"shell": "echo $IT", "environment": {"IT": "it"}, "become": become}
    more, few = round_trips([task] * 12), round_trips([task] * 2)
    assert 9 <= more - few <= 11


def test_a_module_costs_two_where_it_writes(round_trips: Count, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("content\n" * 100)
    tasks = [{"copy": {"src": f"{tmp_path}/here", "dest": f"{tmp_path}/there{number}"}} for number in range(6)]
    few = round_trips(tasks[:1])
    more = round_trips(tasks[1:])
    assert 7 <= more - few <= 9, "one for the state and one for the content"


def test_a_module_costs_one_where_nothing_changes(round_trips: Count, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("content\n" * 100)
    (tmp_path / "here.j2").write_text("{{ 1 + 1 }}\n" * 100)
    there = tmp_path / "there"
    tasks = [
        {"file": {"path": f"{there}", "state": "directory", "mode": "0755"}},
        {"copy": {"src": f"{tmp_path}/here", "dest": f"{there}/copied", "mode": "0644"}},
        {"copy": {"content": "some text", "dest": f"{there}/written", "mode": "0644"}},
        {"template": {"src": f"{tmp_path}/here.j2", "dest": f"{there}/rendered", "mode": "0644"}},
        {"file": {"src": "copied", "path": f"{there}/link", "state": "link"}},
        {"lineinfile": {"path": f"{there}/lines", "line": "a line", "create": True}},
        {"blockinfile": {"path": f"{there}/lines", "block": "one\ntwo"}},
        {"replace": {"path": f"{there}/lines", "regexp": "three", "replace": "four"}},
        {"stat": {"path": f"{there}/copied"}},
        {"slurp": {"src": f"{there}/copied"}},
        {"find": {"paths": f"{there}"}},
        {"getent": {"database": "passwd", "key": "root"}},
    ]
    round_trips(tasks)
    whole, one = round_trips(tasks), round_trips(tasks[:1])
    assert len(tasks) - 2 <= whole - one <= len(tasks)
