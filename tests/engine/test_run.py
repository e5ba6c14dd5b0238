"""Whole runs: their first and last events, their exit codes, and what ends them early."""

import threading
from pathlib import Path

import pytest

from smolrun.engine.events import Event, PlayStarted, RunStarted, Warned
from smolrun.engine.options import RunOptions
from smolrun.engine.run import Run
from smolrun.inventory.inventory import load_inventory
from smolrun.location import SourceFile
from smolrun.modules.base import ModuleResult
from smolrun.playbook.loader import read_playbook
from smolrun.report.event_types import event_adapter
from smolrun.report.plain_values import json_text
from tests.engine.conftest import Play

OK = "- hosts: localhost\n  gather_facts: false\n  tasks: [{name: one, debug: {}}]\n"


def test_a_run_begins_and_ends_with_its_own_events(play: Play) -> None:
    played = play(OK, check=True)
    first = played.events[0]
    assert isinstance(first, RunStarted)
    assert first.check_mode
    assert first.playbooks[0].endswith("playbook0.yml")
    assert (played.finished.exit_code, played.finished.interrupted, played.finished.error) == (0, False, None)


def test_every_event_has_a_json_form_that_reads_back(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          tasks:
            - {name: one, command: "echo {{ item }}", loop: [1, {a: 2}], register: it}
            - {name: two, fail: {}, ignore_errors: true}
            - {name: three, set_fact: {day: 2024-01-01, bytes: "{{ 'x' | b64encode }}"}}
        """
    )
    for event in played.events:
        assert event_adapter().validate_json(json_text(event)).event == event.event


def test_hosts_and_names_of_plays_may_be_templates_of_extra_variables(play: Play) -> None:
    text = OK.replace("localhost", "'{{ target }}'").replace("  gather", "  name: for {{ target }}\n  gather")
    played = play(text, hosts=["a", "b"], extra_vars={"target": ["b"]})
    assert played.of(PlayStarted)[0].hosts == ("b",)
    assert play(text, hosts=["a", "b"], extra_vars={"target": "a:b:!b"}).of(PlayStarted)[0].hosts == ("a",)


def test_hosts_that_match_nothing_are_told_and_harmless(play: Play) -> None:
    played = play(OK.replace("localhost", "nobody") + OK)
    assert played.code == 0
    assert "nobody" in played.of(Warned)[0].message
    assert played.tasks() == ["one"]


def test_a_limit_narrows_every_play(play: Play) -> None:
    played = play(OK.replace("localhost", "all"), hosts=["a", "b"], limit="b")
    assert played.of(PlayStarted)[0].hosts == ("b",)


def test_a_variables_file_of_a_host_that_does_not_load_ends_the_run_before_it_begins(
    play: Play, tmp_path: Path
) -> None:
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "a.yml").write_text("{")
    (tmp_path / "host_vars" / "b.yml").write_text("[")
    played = play(OK.replace("localhost", "all"), hosts=["a", "b"])
    assert played.code == 4
    assert "a.yml" in (played.finished.error or "")
    assert "b.yml" in (played.finished.error or "")
    assert played.tasks() == []


def test_the_next_playbook_runs_only_after_one_that_went_well(play: Play) -> None:
    assert play(OK, OK).tasks() == ["one", "one"]
    assert play(OK.replace("debug", "fail"), OK).tasks() == ["one"]


def test_an_interrupted_run_begins_nothing_new_and_ends_with_99() -> None:
    text = "- hosts: localhost\n  gather_facts: false\n  tasks: [{name: one, debug: {}}, {name: two, debug: {}}]\n"
    events: list[Event] = []
    playbook, _ = read_playbook(SourceFile("interrupted.yml", text))

    def listen(event: Event) -> None:
        events.append(event)
        if event.event == "task_finished":
            run.interrupt()

    run = Run([playbook], load_inventory([]), RunOptions(), [listen])
    assert run.execute() == 99
    assert [event.event for event in events if event.event == "task_finished"] == ["task_finished"]
    assert events[-1].event == "run_finished"


def test_an_interrupt_ends_waiting_at_once() -> None:
    text = "- hosts: localhost\n  gather_facts: false\n  tasks: [{pause: {seconds: 60}}]\n"
    playbook, _ = read_playbook(SourceFile("interrupted.yml", text))
    begun = threading.Event()
    run = Run(
        [playbook],
        load_inventory([]),
        RunOptions(),
        [lambda event: begun.set() if event.event == "task_progress" else None],
    )
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(run.execute()))
    thread.start()
    assert begun.wait(10)
    run.interrupt()
    thread.join(10)
    assert codes == [99]


def test_a_mistake_in_the_engine_is_not_hidden_but_the_last_event_still_comes(
    monkeypatch: pytest.MonkeyPatch, play: Play
) -> None:
    from smolrun.engine.task_runner import TaskRunner

    def broken(*_: object) -> None:
        raise RuntimeError("unheard of")

    monkeypatch.setattr(TaskRunner, "run", broken)
    events: list[Event] = []
    with pytest.raises(RuntimeError, match="unheard of"):
        play(OK, listen=events.append)
    assert events[-1].event == "run_finished"


def test_a_module_that_breaks_fails_its_task_only(monkeypatch: pytest.MonkeyPatch, play: Play) -> None:
    from dataclasses import replace

    from smolrun.modules import registry

    found = registry.find("debug")
    assert found is not None

    def broken(*_: object) -> ModuleResult:
        raise RuntimeError("unheard of")

    monkeypatch.setattr(registry, "find", lambda name: replace(found, module=replace(found.module, run=broken)))
    played = play(OK)
    assert played.code == 2
    assert "unheard of" in played.failure("one").message
    assert "Traceback" in played.task("one").result["exception"]
