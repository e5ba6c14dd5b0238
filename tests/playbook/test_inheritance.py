"""What plays and blocks hand down: the nearest word wins, some add up."""

from smolrun.playbook.inheritance import Effective, effective
from smolrun.playbook.models import Block, Task
from tests.playbook.reading import load

TEXT = """\
- name: play
  hosts: all
  become: yes
  timeout: 100
  tags: [p]
  environment: {A: play}
  vars: {v: play}
  tasks:
    - name: outer
      when: outer
      tags: [b, p]
      become: no
      environment: {A: outer}
      notify: first
      delegate_to: other
      block:
        - name: inner
          when: [inner, again]
          timeout: 50
          block:
            - name: task
              run: ls
              when: own
              tags: t
              environment: ["{{ more }}"]
              notify: second
              mode: raw
"""


def of_task(text: str = TEXT) -> Effective:
    play = load(text).plays[0]
    outer = play.tasks[0]
    assert isinstance(outer, Block)
    inner = outer.block[0]
    assert isinstance(inner, Block)
    task = inner.block[0]
    assert isinstance(task, Task)
    return effective(task, [play, outer, inner])


def test_the_nearest_word_wins() -> None:
    found = of_task()
    assert (found.become, found.timeout, found.mode, found.delegate_to) == (False, 50.0, "raw", "other")


def test_conditions_add_up_the_outermost_first() -> None:
    assert of_task().when == ("outer", "inner", "again", "own")


def test_tags_and_notifications_add_up_each_once() -> None:
    assert (of_task().tags, of_task().notify) == (("p", "b", "t"), ("first", "second"))


def test_environments_add_up_the_outermost_first() -> None:
    assert of_task().environment == ({"A": "play"}, {"A": "outer"}, "{{ more }}")


def test_names_and_variables_are_the_tasks_own() -> None:
    assert (of_task().name, of_task().vars) == ("task", {})


def test_what_nobody_says_is_none() -> None:
    assert (of_task().no_log, of_task().port, of_task().check_mode) == (None, None, None)
