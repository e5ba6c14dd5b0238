"""``smolrun.run`` from Python."""

import time
from pathlib import Path

import pytest

import smolrun
from smolrun.engine import events
from smolrun.errors import LoadError, UsageError

LOCAL = {"here": {"ansible_connection": "local"}}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def play(tasks: str) -> Path:
    path = Path("play.yml")
    path.write_text(
        "- hosts: all\n  gather_facts: false\n  tasks:\n" + "".join(f"    {line}\n" for line in tasks.split("\n"))
    )
    return path


def test_events_come_as_they_happen_and_the_result_has_them_all() -> None:
    with smolrun.run(play("- name: One\n  command: echo {{ word }}"), hosts=LOCAL, extra_vars={"word": "hi"}) as run:
        heard = list(run)
    assert isinstance(heard[0], events.RunStarted)
    assert isinstance(heard[-1], events.RunFinished)
    result = run.result
    assert (result.ok, result.changed, result.events) == (True, True, tuple(heard))
    (task,) = result.finished
    assert (task.host, task.task.name, task.result["stdout"]) == ("here", "One", "hi")
    assert list(run) == [], "iterating again ends at once"


def test_failures_are_told_and_are_no_exceptions() -> None:
    result = smolrun.run(
        play("- command: 'false'\n  ignore_errors: true\n- name: Bad\n  command: exit 3"), hosts=LOCAL
    ).result
    assert (result.ok, result.exit_code, result.statistics["here"].failed) == (False, 2, 1)
    assert [failure.task.name for failure in result.failures] == ["Bad"]


def test_mistakes_are_raised_before_anything_runs() -> None:
    with pytest.raises(LoadError) as caught:
        smolrun.run(play("- rnu: x\n- comand: y"), hosts=LOCAL)
    assert len(caught.value.diagnostics) == 2
    with pytest.raises(LoadError):
        smolrun.run(play("- ping:"))
    with pytest.raises(UsageError):
        smolrun.run(play("- ping:"), guest="nothing")


def test_it_can_be_stopped() -> None:
    run = smolrun.run(play("- command: sleep 60"), hosts=LOCAL)
    for event in run:
        if isinstance(event, events.HostTaskStarted):
            run.stop()
    assert run.result.exit_code == 99


def test_an_exception_in_the_block_stops_it() -> None:
    began = time.monotonic()
    run = smolrun.run(play("- command: sleep 60"), hosts=LOCAL)

    def leave() -> None:
        with run:
            next(iter(run))
            raise KeyError

    with pytest.raises(KeyError):
        leave()
    assert time.monotonic() - began < 30
    assert run.result.exit_code == 99


def test_a_guest_is_made_for_it_and_gone_after() -> None:
    result = smolrun.run(play("- command: pwd"), guest="embedded").result
    (task,) = result.finished
    assert "smolrun-guest-home-" in task.result["stdout"]
    assert not Path(task.result["stdout"]).exists()


def test_several_playbooks_inventories_and_check_mode() -> None:
    Path("hosts.ini").write_text("[web]\na ansible_connection=local\nb ansible_connection=local\n")
    result = smolrun.run([play("- copy: {content: x, dest: ./x}")], inventory="hosts.ini", limit="b", check=True).result
    assert list(result.statistics) == ["b"]
    assert result.changed
    assert not Path("x").exists()
