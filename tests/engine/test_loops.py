"""Loops: what they go over, what they register, and what their controls do."""

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smolrun.engine.events import ItemFinished
from tests.engine.conftest import Play

HEAD = """
- hosts: localhost
  gather_facts: false
  vars:
    pairs: {a: 1, b: 2}
    nested: [[1, 2], [3, [4]]]
  tasks:
"""

ITEMS = [
    ("loop: [1, two, '{{ 1 + 2 }}']", [1, "two", 3]),
    ("loop: '{{ pairs | dict2items }}'", [{"key": "a", "value": 1}, {"key": "b", "value": 2}]),
    ("with_items: '{{ nested }}'", [1, 2, 3, [4]]),
    ("with_items: ['{{ nested[0] }}', 5]", [1, 2, 5]),
    ("with_items: one", ["one"]),
    ("with_list: '{{ nested }}'", [[1, 2], [3, [4]]]),
    ("with_flattened: '{{ nested }}'", [1, 2, 3, 4]),
    ("with_dict: '{{ pairs }}'", [{"key": "a", "value": 1}, {"key": "b", "value": 2}]),
    ("with_together: [[1, 2], [a, b]]", [[1, "a"], [2, "b"]]),
    ("with_nested: [[1, 2], [a]]", [[1, "a"], [2, "a"]]),
    ("with_indexed_items: [a, b]", [[0, "a"], [1, "b"]]),
    ("with_sequence: start=1 end=3", ["1", "2", "3"]),
    ("loop: ['{{ omit }}', 1]", [1]),
]


@pytest.mark.parametrize(("loop", "items"), ITEMS)
def test_what_a_loop_goes_over(play: Play, loop: str, items: list[Any]) -> None:
    played = play(HEAD + f"    - debug: {{msg: '{{{{ item }}}}'}}\n      {loop}\n      name: task\n")
    assert [result["item"] for result in played.task("task").result["results"]] == items
    assert played.counts() == {"ok": 1}


def test_the_registered_result_of_a_loop(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {name: task, command: "test {{ item }} != 2", loop: [1, 2, 3], when: item != 3, register: it, ignore_errors: true}
    - {name: seen, debug: {msg: "{{ [it.changed, it.failed, it.skipped, it.msg, it is failed] }}"}}
    - {name: each, debug: {msg: "{{ it.results | map(attribute='failed') | list }}"}, when: false}
    - {name: items, debug: {msg: "{{ it.results | map(attribute='item') | list }}"}}
    - {name: skips, debug: {msg: "{{ it.results | select('skipped') | map(attribute='item') | list }}"}}
"""
    )
    assert played.message("seen") == [True, True, False, "One or more items failed", True]
    assert played.message("items") == [1, 2, 3]
    assert played.message("skips") == [3]
    assert [event.status for event in played.of(ItemFinished)] == ["changed", "failed", "skipped"]
    assert played.counts() == {"ok": 4, "changed": 1, "ignored": 1, "skipped": 1}


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("loop: []", {"skipped": True, "changed": False, "results": [], "skipped_reason": "No items in the list"}),
        ("loop: [1, 2]\n      when: false", {"skipped": True, "changed": False, "msg": "All items skipped"}),
    ],
)
def test_a_loop_that_does_nothing_is_skipped(play: Play, task: str, expected: dict[str, Any]) -> None:
    played = play(HEAD + f"    - debug: {{}}\n      name: task\n      {task}\n")
    assert expected.items() <= played.task("task").result.items()
    assert played.task("task").status == "skipped"
    assert played.counts() == {"skipped": 1}


def test_an_undefined_loop_matters_only_when_the_task_would_run(play: Play) -> None:
    text = HEAD + '    - {name: task, debug: {}, loop: "{{ nothing }}", when: COND}\n'
    assert play(text.replace("COND", "false")).task("task").status == "skipped"
    assert play(text.replace("COND", "true")).task("task").status == "failed"


@pytest.mark.parametrize("value", ["text", {"a": 1}, 3])
def test_loop_wants_a_list(play: Play, value: Any) -> None:
    played = play(HEAD + '    - {name: task, debug: {}, loop: "{{ given }}"}\n', extra_vars={"given": value})
    assert "list" in played.failure("task").message
    assert played.code == 2


def test_loop_control(play: Play) -> None:
    played = play(
        HEAD
        + """
    - name: task
      vars: {previous: "{{ ansible_loop.previtem | default('-') }}"}
      debug: {msg: "{{ n }}/{{ at }}/{{ ansible_loop.index }}/{{ ansible_loop.last }}/{{ previous }}"}
      loop: [a, b]
      loop_control: {loop_var: n, index_var: at, extended: true, label: "no. {{ at }}"}
"""
    )
    results = played.task("task").result["results"]
    assert [result["msg"] for result in results] == ["a/0/1/False/-", "b/1/2/True/a"]
    assert [(result["n"], result["at"], result["ansible_loop_var"]) for result in results] == [
        ("a", 0, "n"),
        ("b", 1, "n"),
    ]
    assert [event.item for event in played.of(ItemFinished)] == ["no. 0", "no. 1"]


def test_break_when_ends_a_loop_after_the_item(play: Play) -> None:
    played = play(
        HEAD
        + """
    - name: task
      command: echo {{ item }}
      loop: [1, 2, 3]
      register: it
      loop_control: {break_when: it.stdout == '2'}
"""
    )
    assert [result["item"] for result in played.task("task").result["results"]] == [1, 2]


def test_the_registered_name_is_the_single_item_inside_the_loop(play: Play) -> None:
    played = play(
        HEAD
        + """
    - name: task
      command: echo {{ item }}
      loop: [1, 2]
      register: it
      changed_when: it.stdout == '2'
      failed_when: it.stdout == '3'
"""
    )
    assert [result["changed"] for result in played.task("task").result["results"]] == [False, True]


def test_set_fact_is_seen_by_the_next_item(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {set_fact: {all: "{{ (all | default([])) + [item] }}"}, loop: [1, 2, 3]}
    - {name: seen, debug: {msg: "{{ all }}"}}
"""
    )
    assert played.message("seen") == [1, 2, 3]


def test_ignored_failures_of_items_do_not_stop_the_play(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {name: task, command: "false", loop: [1, 2], ignore_errors: true, register: it}
    - {name: after, debug: {msg: "{{ it.results | length }}"}}
"""
    )
    assert played.message("after") == 2
    assert all(event.ignored for event in played.of(ItemFinished))


def test_extended_loops_may_come_without_the_list_of_all_items(play: Play) -> None:
    played = play(
        HEAD
        + """
    - debug: {msg: "{{ ansible_loop.length }} {{ 'allitems' in ansible_loop }}"}
      loop: [1, 2]
      loop_control: {extended: true, extended_allitems: "{{ 1 == 2 }}"}
      register: it
    - {name: it, debug: {msg: "{{ it.results | map(attribute='msg') }}"}}
"""
    )
    assert played.message("it") == ["2 False", "2 False"]


def test_a_loop_pauses_between_its_items(play: Play) -> None:
    began = time.monotonic()
    played = play(HEAD + '    - {debug: {}, loop: [1, 2, 3], loop_control: {pause: "{{ 0.1 }}"}}\n')
    assert played.code == 0
    assert time.monotonic() - began >= 0.2


def test_environment_is_a_variable(play: Play) -> None:
    played = play(
        HEAD
        + """
    - block:
        - name: it
          debug: {msg: "{{ environment }}"}
          environment: {B: "{{ 1 + 1 }}"}
      environment: {A: x}
"""
    )
    assert played.message("it") == [{"A": "x"}, {"B": 2}]


def test_ignore_errors_may_be_a_template(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {name: one, fail: {}, ignore_errors: "{{ yes_please }}", vars: {yes_please: true}}
    - {name: two, fail: {}, ignore_errors: "{{ 1 == 2 }}"}
"""
    )
    assert (played.code, played.tasks()) == (2, ["one", "two"])
    assert played.task("one").ignored
    assert not played.task("two").ignored


def test_conditions_see_the_attempts_and_failed_when_has_the_last_word_over_until(play: Play) -> None:
    played = play(
        HEAD
        + """
    - name: it
      command: "true"
      register: it
      until: false
      retries: 2
      delay: 0
      changed_when: it.attempts == 3
      failed_when: it.attempts > 3
    - {name: seen, debug: {msg: "{{ [it.attempts, it.changed, it.failed] }}"}}
"""
    )
    assert played.code == 0
    assert played.message("seen") == [2, True, False]


def test_a_label_may_speak_of_the_result_that_is_registered(play: Play) -> None:
    played = play(
        HEAD
        + """
    - name: it
      debug: {msg: "{{ item }}!"}
      loop: [a, b]
      loop_control: {label: "said {{ r.msg }}"}
      register: r
"""
    )
    assert [event.item for event in played.of(ItemFinished)] == ["said a!", "said b!"]


def test_set_fact_takes_names_that_are_templates(play: Play) -> None:
    played = play(
        HEAD
        + """
    - set_fact: "{{ item ~ 1 }}={{ item }}"
      loop: [a, b]
    - {name: it, debug: {msg: "{{ a1 ~ b1 }}"}}
    - {name: bad, set_fact: {"{{ 1 }}": x}}
"""
    )
    assert played.message("it") == "ab"
    assert "Invalid variable name '1' of type 'int'" in played.failure("bad").message


@pytest.mark.parametrize("name", ["true", "class", "a-b", "1a", "none"])
def test_set_fact_refuses_names_that_no_expression_could_speak_of(play: Play, name: str) -> None:
    played = play(
        HEAD
        + f"""
    - name: it
      set_fact: {{"{{{{ name }}}}": 1}}
      vars: {{name: "{name}"}}
"""
    )
    assert played.code == 2
    assert "Invalid variable name" in played.failure("it").message


@pytest.mark.parametrize(
    "terms",
    [
        "['{{ nope }}.yml', vars/b.yml]",
        "[{files: ['{{ nope }}.yml', b.yml], paths: [vars]}]",
        "'{{ search }}'",
    ],
)
def test_the_first_file_is_looked_for_without_what_is_undefined(play: Play, tmp_path: Path, terms: str) -> None:
    (tmp_path / "vars").mkdir()
    (tmp_path / "vars/b.yml").write_text("")
    text = f"""
    - hosts: localhost
      gather_facts: false
      vars: {{search: {{files: ['{{{{ nope }}}}.yml', b.yml], paths: [vars]}}}}
      tasks:
        - {{name: found, command: "echo {{{{ item }}}}", with_first_found: {terms}, register: r}}
        - {{name: x, debug: {{msg: "{{{{ r.results[0].stdout }}}}"}}}}
    """
    assert play(text).message("x") == str(tmp_path / "vars/b.yml")
    other = text.replace("with_first_found", "with_fileglob")
    assert play(other).code == 2


ENDS = st.lists(st.sampled_from(["ok", "changed", "failed", "skipped"]), min_size=1, max_size=6)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ends=ENDS)
def test_the_result_of_any_loop_is_that_of_its_items(play: Play, ends: list[str]) -> None:
    played = play(f"""
        - hosts: localhost
          gather_facts: false
          tasks:
            - name: t
              assert: {{that: "item != 'failed'", quiet: true}}
              changed_when: item == 'changed'
              when: item != 'skipped'
              loop: {ends}
              register: it
        """)
    result = played.task("t").result
    assert [entry["item"] for entry in result["results"]] == ends
    assert result["changed"] is ("changed" in ends)
    assert result["failed"] is ("failed" in ends)
    assert result["skipped"] is all(end == "skipped" for end in ends)
    assert played.code == (2 if "failed" in ends else 0)
    for entry, end in zip(result["results"], ends, strict=True):
        states = (bool(entry["changed"]), bool(entry["failed"]), bool(entry.get("skipped")))
        assert states == (end == "changed", end == "failed", end == "skipped")
