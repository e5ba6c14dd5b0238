"""Which tasks ``--tags`` and ``--skip-tags`` choose."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smolrun.engine.options import RunOptions
from smolrun.engine.plan import tasks_of
from smolrun.engine.plan_builder import PlanBuilder
from smolrun.engine.tags import TagSelection
from smolrun.location import SourceFile
from smolrun.playbook.loader import read_playbook
from tests.engine.conftest import Play

TAGGED = {
    "plain": "",
    "a": "a",
    "b": "b",
    "ab": "a,b",
    "always": "always",
    "always_a": "always,a",
    "never": "never",
    "never_a": "never,a",
}

# What ansible-playbook 2.19.3 --list-tasks lists for tasks with the tags above.
CASES = [
    ("", "", "plain a b ab always always_a"),
    ("all", "", "plain a b ab always always_a"),
    ("a", "", "a ab always always_a never_a"),
    ("a,b", "", "a b ab always always_a never_a"),
    ("a", "b", "a always always_a never_a"),
    ("tagged", "", "a b ab always always_a"),
    ("untagged", "", "plain always always_a"),
    ("never", "", "always always_a never never_a"),
    ("always", "", "always always_a"),
    ("", "a", "plain b always"),
    ("", "always", "plain a b ab"),
    ("", "tagged", "plain"),
    ("", "untagged", "a b ab always always_a"),
    ("a", "always", "a ab never_a"),
    ("nosuch", "", "always always_a"),
    ("all", "all", "always always_a"),
]


@pytest.mark.parametrize(("only", "skip", "chosen"), CASES)
def test_tags_and_skip_tags_choose_as_in_ansible(only: str, skip: str, chosen: str) -> None:
    selection = TagSelection.of([only], [skip])
    found = [name for name, tags in TAGGED.items() if selection.chooses(frozenset(filter(None, tags.split(","))))]
    assert found == chosen.split()


def test_tags_are_inherited_from_plays_and_blocks_and_may_be_templates(play: Play) -> None:
    text = """
    - hosts: localhost
      gather_facts: false
      vars: {word: fourth}
      tags: [first]
      tasks:
        - block:
            - {name: one, debug: {}, tags: third}
            - {name: two, debug: {}}
          tags: second
        - {name: three, debug: {}}
        - {name: four, debug: {}, tags: "{{ word }}"}
    """
    assert play(text, tags=("first",)).tasks() == ["one", "two", "three", "four"]
    assert play(text, tags=("second",)).tasks() == ["one", "two"]
    assert play(text, tags=("third", "fourth")).tasks() == ["one", "four"]
    assert play(text, skip_tags=("second",)).tasks() == ["three", "four"]


def test_handlers_run_whatever_tags_are_asked_for(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          tasks:
            - {name: change, command: "true", tags: x, notify: handle}
            - {name: other, command: "true"}
          handlers:
            - {name: handle, debug: {}}
        """,
        tags=("x",),
    )
    assert played.tasks() == ["change", "handle"]


def test_start_at_task_leaves_out_what_comes_before(play: Play) -> None:
    text = """
    - hosts: localhost
      gather_facts: false
      tasks:
        - {name: one, debug: {}}
        - block:
            - {name: two, debug: {}}
            - {name: three, debug: {}}
        - {name: four, debug: {}}
    - hosts: localhost
      gather_facts: false
      tasks:
        - {name: five, debug: {}}
    """
    assert play(text, start_at_task="three").tasks() == ["three", "four", "five"]
    assert play(text, start_at_task="t*").tasks() == ["two", "three", "four", "five"]
    assert play(text, start_at_task="five").tasks() == ["five"]


def test_a_start_that_no_task_has_is_told(play: Play) -> None:
    from smolrun.engine.events import Warned

    played = play("- hosts: localhost\n  gather_facts: false\n  tasks: [{name: one, debug: {}}]", start_at_task="two")
    assert played.tasks() == []
    assert "two" in played.of(Warned)[0].message


def test_step_asks_before_each_task_until_told_to_continue(play: Play) -> None:
    asked: list[str] = []
    answers = iter(["n", "y", "c"])

    def prompt(text: str, echo: bool) -> str:
        asked.append(text)
        return next(answers)

    played = play(
        """
        - hosts: localhost
          gather_facts: false
          tasks: [{name: one, debug: {}}, {name: two, debug: {}}, {name: three, debug: {}}, {name: four, debug: {}}]
        """,
        step=True,
        prompt=prompt,
    )
    assert played.tasks() == ["two", "three", "four"]
    assert len(asked) == 3


RECORDED = (Path(__file__).parent / "vectors" / "tags.jsonl").read_text().splitlines()


def test_random_tags_are_chosen_as_ansible_core_chose_them() -> None:
    wrong = []
    for row in RECORDED:
        tags, only, skip, chosen = json.loads(row)
        if TagSelection.of(only, skip).chooses(frozenset(tags)) is not chosen:
            wrong.append(row)
    assert len(RECORDED) == 400
    assert wrong == []


WORDS = ["a", "b", "always", "never"]
SPECIAL = [*WORDS, "all", "tagged", "untagged"]


def chosen_by_ansible(tags: set[str], only: set[str], skip: set[str]) -> bool:
    """The rule of ansible-core 2.19 (``Taggable.evaluate_tags``), told once more as its documentation has it."""
    words = tags or {"untagged"}
    wanted = "always" in words or bool(words & only)
    wanted = wanted or ("all" in only and "never" not in words)
    wanted = wanted or ("tagged" in only and bool(tags) and "never" not in words)
    if "all" in skip:
        return wanted and "always" in words and "always" not in skip
    return wanted and not words & skip and not ("tagged" in skip and tags)


@given(
    st.sets(st.sampled_from(WORDS)),
    st.sets(st.sampled_from(SPECIAL)),
    st.sets(st.sampled_from(SPECIAL)),
)
def test_any_tags_are_chosen_by_the_rule(tags: set[str], only: set[str], skip: set[str]) -> None:
    selection = TagSelection.of(only, skip)
    assert selection.chooses(frozenset(tags)) is chosen_by_ansible(tags, only or {"all"}, skip)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.sampled_from("abc")), min_size=4, max_size=4), st.sampled_from("abc"))
def test_a_task_has_the_tags_of_all_that_is_around_it(levels: list[set[str]], asked: str) -> None:
    of_play, outer, inner, own = map(sorted, levels)
    text = f"""
- hosts: all
  tags: {of_play}
  tasks:
    - block:
        - block: [{{name: deep, debug: {{}}, tags: {own}}}]
          tags: {inner}
      tags: {outer}
"""
    (play,) = read_playbook(SourceFile("p.yml", text))[0].plays
    body = PlanBuilder(play, "p", 1, RunOptions(tags=(asked,)), str).build(gather=False).body
    assert bool(list(tasks_of(body))) is any(asked in level for level in levels)
