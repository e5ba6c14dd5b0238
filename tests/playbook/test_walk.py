"""The order in which tasks are come by, and what is around each."""

from smolrun.playbook.models import Task
from smolrun.playbook.walk import tasks_of, walk
from tests.playbook.reading import load

PLAY = load(
    """\
- hosts: all
  handlers: [{name: h, run: last}]
  post_tasks: [{run: post}]
  tasks:
    - block:
        - run: one
        - block: [{run: two}]
          rescue: [{run: three}]
      always: [{run: four}]
  pre_tasks: [{run: pre}]
"""
).plays[0]


def test_tasks_come_in_the_order_in_which_they_run() -> None:
    commands = [task.arguments["cmd"] for _, task in tasks_of(PLAY)]
    assert commands == ["pre", "one", "two", "three", "four", "post", "last"]


def test_a_visit_knows_its_parents_and_in_which_of_their_lists_it_stands() -> None:
    sections = {task.arguments["cmd"]: (len(visit.parents), visit.sections) for visit, task in tasks_of(PLAY)}
    assert sections["three"] == (3, ("block", "rescue"))
    assert sections["four"] == (2, ("always",))
    assert sections["pre"] == (1, ())


def test_handlers_are_marked() -> None:
    assert [isinstance(visit.node, Task) and visit.node.name for visit in walk(PLAY) if visit.handler] == ["h"]
