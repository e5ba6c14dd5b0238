"""Blocks: what rescue takes up, what always runs, and how it is counted."""

import pytest

from smolrun.engine.events import TaskFinished
from tests.engine.conftest import Play

OK = "{name: ok, debug: {}}"
FAIL = "{name: fail, fail: {}}"

# block, rescue, always -> the tasks that ran, the exit code, the counts
CASES = [
    ([OK], [OK], [OK], ["ok", "ok"], 0, {"ok": 2}),
    ([FAIL, OK], [], [OK], ["fail", "ok"], 2, {"ok": 1, "failed": 1}),
    ([FAIL, OK], [OK], [], ["fail", "ok", "after"], 0, {"ok": 2, "rescued": 1}),
    ([FAIL], [OK], [OK], ["fail", "ok", "ok", "after"], 0, {"ok": 3, "rescued": 1}),
    ([FAIL], [FAIL, OK], [OK], ["fail", "fail", "ok"], 2, {"ok": 1, "failed": 1, "rescued": 1}),
    ([OK], [], [FAIL, OK], ["ok", "fail"], 2, {"ok": 1, "failed": 1}),
    ([FAIL], [OK], [FAIL], ["fail", "ok", "fail"], 2, {"ok": 1, "failed": 1, "rescued": 1}),
    ([], [], [OK], ["ok", "after"], 0, {"ok": 2}),
]


@pytest.mark.parametrize(("block", "rescue", "always", "ran", "code", "counts"), CASES)
def test_sections_of_a_block(
    play: Play,
    block: list[str],
    rescue: list[str],
    always: list[str],
    ran: list[str],
    code: int,
    counts: dict[str, int],
) -> None:
    sections = {"block": block, "rescue": rescue, "always": always}
    lines = [f"{name}: [{', '.join(tasks)}]" for name, tasks in sections.items() if tasks or name == "block"]
    text = "- hosts: localhost\n  gather_facts: false\n  tasks:\n    - " + "\n      ".join(lines)
    played = play(text + "\n    - {name: after, debug: {}}\n")
    expected = [*ran, "after"] if code == 0 and "after" not in ran else ran
    assert played.tasks() == expected
    assert played.code == code
    assert played.counts() == ({**counts, "ok": counts["ok"] + (expected != ran)} if code == 0 else counts)


def test_a_failure_goes_up_to_the_nearest_block_that_rescues_and_runs_every_always_on_its_way(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          tasks:
            - block:
                - block:
                    - block: [{name: fail, fail: {}}]
                      always: [{name: innermost, debug: {}}]
                  always: [{name: inner, debug: {}}]
                - {name: not reached, debug: {}}
              rescue: [{name: rescued, debug: {}}]
            - {name: after, debug: {}}
        """
    )
    assert played.tasks() == ["fail", "innermost", "inner", "rescued", "after"]
    assert played.counts() == {"ok": 4, "rescued": 1}


def test_the_rescue_knows_what_failed_and_it_stays_known(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          tasks:
            - block: [{name: broken, command: "false"}]
              rescue: [{name: known, debug: {msg: "{{ ansible_failed_task.name }} {{ ansible_failed_result.rc }}"}}]
            - {name: still, debug: {msg: "{{ ansible_failed_task.name }}"}}
        """
    )
    assert played.message("known") == "broken 1"
    assert played.message("still") == "broken"


def test_undefined_variables_and_bad_arguments_are_rescued_like_any_failure(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          tasks:
            - block: [{name: one, debug: {msg: "{{ nothing }}"}}]
              rescue: [{name: rescued, debug: {}}]
            - block: [{name: two, pause: {seconds: "{{ 'x' }}"}}]
              rescue: [{name: rescued too, debug: {}}]
            - block: [{name: three, debug: {}, when: nothing.x == 1}]
              rescue: [{name: rescued as well, debug: {}}]
        """
    )
    assert played.tasks() == ["one", "rescued", "two", "rescued too", "three", "rescued as well"]


def test_blocks_hand_their_keywords_down(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          vars: {level: play}
          tasks:
            - block:
                - {name: inherits, debug: {msg: "{{ level }}"}}
                - {name: own, debug: {msg: "{{ level }}"}, vars: {level: task}}
                - {name: env, shell: "echo $A-$B"}
                - {name: failing, fail: {}}
                - {name: skipped, debug: {}, when: false}
              vars: {level: block}
              environment: {A: block, B: block}
              ignore_errors: true
              when: level == 'block' or level == 'task'
            - {name: outside, debug: {msg: "{{ level }}"}}
          environment: {A: play}
        """
    )
    assert [played.message(name) for name in ("inherits", "own", "outside")] == ["block", "task", "play"]
    assert played.task("env").result["stdout"] == "block-block"
    assert played.counts() == {"ok": 5, "changed": 1, "ignored": 1, "skipped": 1}
    assert played.code == 0


def test_hosts_in_a_rescue_and_hosts_that_went_well_meet_again_after_the_block(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          tasks:
            - block:
                - {name: one, fail: {}, when: inventory_hostname == 'a'}
                - {name: two, debug: {}}
              rescue: [{name: rescued, debug: {}}]
              always: [{name: always, debug: {}}]
            - {name: after, debug: {}}
        """,
        hosts=["a", "b"],
    )
    assert played.tasks("a") == ["one", "rescued", "always", "after"]
    assert played.tasks("b") == ["two", "always", "after"]
    ended = [(event.task.name, event.host) for event in played.of(TaskFinished)]
    assert ended.index(("always", "b")) > ended.index(("rescued", "a"))
