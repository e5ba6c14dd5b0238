"""The strategies beside ``linear``."""

import threading
import time
from pathlib import Path

import pytest

from smolrun.engine.events import Event, HostTaskStarted, TaskFinished, TaskStarted, Warned
from tests.engine.conftest import Play

TWO_TASKS = """
- hosts: all
  gather_facts: false
  strategy: {strategy}
  tasks:
    - {{name: one, command: "sleep {{{{ 0.4 if inventory_hostname == 'a' else 0 }}}}"}}
    - {{name: two, debug: {{}}}}
"""


@pytest.mark.parametrize("strategy", ["free", "host_pinned", "ansible.builtin.free"])
def test_hosts_do_not_wait_for_each_other(play: Play, strategy: str) -> None:
    played = play(TWO_TASKS.format(strategy=strategy), hosts=["a", "b"])
    ends = [(event.host, event.task.name) for event in played.of(TaskFinished)]
    assert ends == [("b", "one"), ("b", "two"), ("a", "one"), ("a", "two")]
    assert played.counts("a") == played.counts("b") == {"ok": 2, "changed": 1}


@pytest.mark.parametrize(
    ("strategy", "order"),
    [("free", ["a1", "b1", "c1", "a2", "b2", "c2"]), ("host_pinned", ["a1", "a2", "b1", "b2", "c1", "c2"])],
)
def test_more_hosts_than_forks_take_turns_or_come_one_after_the_other(
    play: Play, strategy: str, order: list[str]
) -> None:
    played = play(
        f"""
        - hosts: all
          gather_facts: false
          strategy: {strategy}
          tasks:
            - {{name: 1, debug: {{}}}}
            - {{name: 2, debug: {{}}}}
        """,
        hosts=["a", "b", "c"],
        forks=1,
    )
    assert [event.host + event.task.name for event in played.of(TaskFinished)] == order


def test_free_hosts_keep_to_throttle(play: Play) -> None:
    running, most, lock = [0], [0], threading.Lock()

    def listen(event: Event) -> None:
        with lock:
            if isinstance(event, HostTaskStarted):
                running[0] += 1
                most[0] = max(most[0], running[0])
            elif isinstance(event, TaskFinished):
                running[0] -= 1

    play(
        """
        - hosts: all
          gather_facts: false
          strategy: free
          tasks:
            - {command: sleep 0.05, throttle: 2}
        """,
        hosts=["a", "b", "c", "d", "e"],
        listen=listen,
    )
    assert most[0] <= 2


def test_run_once_is_told_to_mean_nothing_and_every_host_runs(play: Play) -> None:
    played = play(
        "- {hosts: all, gather_facts: false, strategy: free, tasks: [{name: x, debug: {}, run_once: true}]}",
        hosts=["a", "b"],
    )
    assert sorted(event.host for event in played.of(TaskFinished)) == ["a", "b"]
    assert [event.message for event in played.of(Warned)] == [
        "'run_once' says nothing to this strategy: every host runs the task"
    ]


def test_a_failed_free_host_drops_out_and_rescue_and_handlers_work(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          strategy: free
          tasks:
            - {name: one, command: "true", notify: handle}
            - block:
                - {name: two, fail: {}, when: inventory_hostname != 'c'}
              rescue:
                - {name: saved, fail: {}, when: inventory_hostname == 'a'}
          handlers:
            - {name: handle, debug: {}}
        """,
        hosts=["a", "b", "c"],
    )
    assert played.code == 2
    assert played.tasks("a") == ["one", "two", "saved"]
    assert played.tasks("b") == ["one", "two", "handle"]
    assert played.tasks("c") == ["one", "handle"]


def test_a_missing_handler_ends_a_free_run_at_once(play: Play) -> None:
    began = time.monotonic()
    played = play(
        """
        - hosts: all
          gather_facts: false
          strategy: free
          tasks:
            - {name: one, command: "true", notify: nobody}
            - {command: sleep 9, when: false}
        """,
        hosts=["a", "b"],
    )
    assert played.code == 1
    assert "nobody" in (played.finished.error or "")
    assert time.monotonic() - began < 8


def test_each_task_is_told_as_begun_before_its_hosts(play: Play) -> None:
    played = play(TWO_TASKS.format(strategy="free"), hosts=["a", "b"])
    begun = {(event.task.name, host) for event in played.of(TaskStarted) for host in event.hosts}
    assert {name for name, _ in begun} == {"one", "two"}


def test_an_unknown_strategy_ends_the_run_at_its_place(play: Play) -> None:
    played = play("- {hosts: all, gather_facts: false, strategy: fast, tasks: [{debug: {}}]}", hosts=["a"])
    assert played.code == 1
    assert "playbook0.yml:1:47: there is no strategy 'fast'" in (played.finished.error or "")


def test_the_strategy_of_plays_that_name_none_comes_from_the_options(play: Play) -> None:
    played = play(TWO_TASKS.format(strategy="''"), hosts=["a", "b"], strategy="free")
    assert played.of(TaskFinished)[1].task.name == "two"


def test_a_free_host_that_is_failed_for_another_goes_through_its_whole_rescue(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          strategy: free
          any_errors_fatal: true
          tasks:
            - block:
                - {name: first, shell: "{{ 'sleep 0.2; exit 1' if inventory_hostname == 'a' else 'sleep 0.6' }}"}
                - {name: never, debug: {}}
              rescue:
                - {name: one, debug: {}}
                - {name: two, debug: {}}
              always:
                - {name: three, debug: {}}
        """,
        hosts=["a", "b"],
    )
    assert played.tasks("b") == ["first", "one", "two", "three"]
    assert played.tasks("a") == ["first", "one", "two", "three"]


@pytest.mark.parametrize("ends", ["meta: end_play", "command: 'false'"])
def test_what_ends_a_free_play_for_all_does_not_break_a_host_in_the_middle_of_an_include(
    play: Play, ends: str, tmp_path: Path
) -> None:
    (tmp_path / "more.yml").write_text("- {name: included, debug: {}}\n")
    played = play(
        f"""
        - hosts: all
          gather_facts: false
          strategy: free
          any_errors_fatal: true
          tasks:
            - {{name: slow, command: "sleep 0.3", when: inventory_hostname == 'a'}}
            - {{{ends}, when: inventory_hostname == 'a'}}
            - name: bring in
              include_tasks: {{file: "{{{{ lookup('pipe', 'sleep 0.8; echo more.yml') }}}}"}}
              when: inventory_hostname == 'b'
        """,
        hosts=["a", "b"],
    )
    assert played.finished.error is None
    assert "included" not in played.tasks("b")
