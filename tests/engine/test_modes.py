"""Check mode, differences, environment, timeouts and the mode of a command."""

from pathlib import Path
from typing import Any

import pytest

from smolrun.engine.events import HostTaskStarted, Warned
from tests.engine.conftest import Play

HEAD = """
- hosts: localhost
  gather_facts: false
  vars: {one: 1, env: {FROM: template}}
  KEYWORDS
  tasks:
"""


def head(keywords: str = "") -> str:
    return HEAD.replace("KEYWORDS", keywords) if keywords else HEAD.replace("  KEYWORDS\n", "")


@pytest.mark.parametrize(
    ("keyword", "check", "status"),
    [
        ("", False, "changed"),
        ("", True, "skipped"),
        (", check_mode: false", True, "changed"),
        (", check_mode: true", False, "skipped"),
        (", check_mode: '{{ one == 1 }}'", False, "skipped"),
    ],
)
def test_check_mode_of_a_task_overrides_that_of_the_run(play: Play, keyword: str, check: bool, status: str) -> None:
    text = head() + f"    - {{name: task, command: 'true'{keyword}}}\n"
    text += "    - {name: told, debug: {msg: '{{ ansible_check_mode }}'}}\n"
    played = play(text, check=check)
    assert played.task("task").status == status
    assert played.message("told") is check


def test_environments_add_up_from_play_to_task_and_may_be_templates_and_lists(play: Play) -> None:
    played = play(
        head("environment: {A: play, B: play}")
        + """
    - {name: task, shell: "echo $A $B $FROM $N", environment: ["{{ env }}", {B: task, N: "{{ one }}"}]}
"""
    )
    assert played.task("task").result["stdout"] == "play task template 1"


def test_an_environment_that_is_no_mapping_fails_the_task(play: Play) -> None:
    played = play(head() + "    - {name: task, command: 'true', environment: '{{ one }}'}\n")
    assert "mapping" in played.failure("task").message


def test_an_environment_in_raw_mode_is_ignored_with_a_warning(play: Play) -> None:
    played = play(head() + "    - {name: task, run: 'echo $A', mode: raw, environment: {A: x}}\n")
    assert played.task("task").result["output"] == ""
    assert "environment" in played.of(Warned)[0].message


@pytest.mark.parametrize(
    ("keywords", "task", "options", "timeout"),
    [
        ("", "run: 'true'", {}, 600),
        ("", "run: 'true'", {"timeout": 7}, 7),
        ("timeout: 9", "run: 'true'", {"timeout": 7}, 9),
        ("timeout: 9", "run: 'true'\n      timeout: '{{ one + 1 }}'", {}, 2),
        ("timeout: 9", "run: 'true'\n      timeout: 0", {}, None),
        ("timeout: 9", "pause: {seconds: 0}", {}, None),
        ("", "pause: {seconds: 0}\n      timeout: 5", {}, 5),
    ],
)
def test_which_timeout_holds(
    play: Play, keywords: str, task: str, options: dict[str, Any], timeout: float | None
) -> None:
    played = play(head(keywords) + f"    - name: task\n      {task}\n", **options)
    assert [event.timeout for event in played.of(HostTaskStarted)] == [timeout]


def test_the_timeout_is_for_one_attempt_and_not_for_the_delays(play: Play, tmp_path: Path) -> None:
    played = play(
        head()
        + f"""
    - name: task
      shell: test -e {tmp_path}/x || {{ touch {tmp_path}/x; exit 1; }}
      timeout: 1
      retries: 1
      delay: 1.2
"""
    )
    assert played.task("task").status == "changed"


def test_facts_that_nothing_looks_at_are_not_gathered(play: Play) -> None:
    played = play("- hosts: localhost\n  tasks: [{name: t, debug: {msg: no facts here}}]\n")
    assert played.tasks() == ["t"]


@pytest.mark.parametrize(
    "use",
    [
        "debug: {msg: '{{ ansible_facts.hostname }}'}",
        "debug: {msg: '{{ ansible_hostname }}'}",
        "debug: {msg: x}\n      when: ansible_facts['hostname'] is defined",
        "debug: {var: ansible_hostname}",
        "debug: {msg: '{{ hostvars.localhost.ansible_hostname }}'}",
        'debug: {msg: \'{{ vars["ansible_" ~ "hostname"] }}\'}',
        'debug: {msg: \'{{ lookup("vars", "ansible_hostname") }}\'}',
    ],
)
def test_facts_are_gathered_where_something_may_look_at_them(play: Play, use: str) -> None:
    played = play(f"- hosts: localhost\n  tasks:\n    - name: t\n      {use}\n")
    assert played.tasks() == ["Gathering Facts", "t"]
    assert played.code == 0


def test_facts_of_one_play_that_only_a_later_one_looks_at_are_gathered(play: Play) -> None:
    text = """
    - hosts: localhost
      tasks: [{name: one, debug: {}}]
    - hosts: localhost
      gather_facts: GATHER
      tasks: [{name: two, debug: {msg: "{{ ansible_hostname }}"}}]
    """
    assert play(text.replace("GATHER", "false")).tasks() == ["Gathering Facts", "one", "two"]
    assert play(text.replace("GATHER", "true")).tasks() == ["one", "Gathering Facts", "two"]
