"""When handlers run, and which."""

import pytest

from smolrun.engine.events import HandlerNotified
from tests.engine.conftest import Play

HEAD = """
- hosts: localhost
  gather_facts: false
"""


def test_they_run_in_the_order_of_their_definition_once_each(play: Play) -> None:
    played = play(
        HEAD
        + """
  tasks:
    - {name: one, command: "true", notify: [second, first]}
    - {name: two, command: "true", notify: second}
  handlers:
    - {name: first, debug: {}}
    - {name: second, debug: {}}
    - {name: third, debug: {}}
"""
    )
    assert played.tasks() == ["one", "two", "first", "second"]
    assert [event.handler for event in played.of(HandlerNotified)] == ["second", "first"]


def test_only_what_changed_notifies(play: Play) -> None:
    played = play(
        HEAD
        + """
  tasks:
    - {name: one, command: "true", changed_when: false, notify: handle}
    - {name: two, command: "false", ignore_errors: true, notify: handle}
    - {name: three, debug: {}, notify: nobody}
    - {name: four, command: "true", loop: [1, 2], changed_when: item == 2, notify: loop}
  handlers:
    - {name: handle, debug: {}}
    - {name: loop, debug: {}}
"""
    )
    assert played.tasks() == ["one", "two", "three", "four", "loop"]


def test_they_are_flushed_after_each_section_and_where_meta_says_so(play: Play) -> None:
    played = play(
        HEAD
        + """
  pre_tasks: [{name: pre, command: "true", notify: handle}]
  tasks:
    - {name: one, command: "true", notify: handle}
    - meta: flush_handlers
    - {name: two, command: "true", notify: handle}
  post_tasks: [{name: post, debug: {}}]
  handlers: [{name: handle, debug: {}}]
"""
    )
    assert played.tasks() == ["pre", "handle", "one", "handle", "two", "handle", "post"]


def test_a_handler_may_notify_a_later_one_now_and_an_earlier_one_for_the_next_flush(play: Play) -> None:
    played = play(
        HEAD
        + """
  tasks: [{name: one, command: "true", notify: middle}]
  post_tasks: [{name: post, debug: {}}]
  handlers:
    - {name: early, debug: {}}
    - {name: middle, command: "true", notify: [early, late]}
    - {name: late, debug: {}}
"""
    )
    assert played.tasks() == ["one", "middle", "late", "post", "early"]


def test_topics_reach_all_who_listen_and_the_first_of_several_names_wins(play: Play) -> None:
    played = play(
        HEAD
        + """
  vars: {what: templated}
  tasks:
    - {name: one, command: "true", notify: [topic, same, "{{ what }}"]}
  handlers:
    - {name: listens, debug: {}, listen: topic}
    - {name: same, debug: {msg: old}}
    - {name: also, debug: {}, listen: [other, topic]}
    - {name: same, debug: {msg: new}}
    - {name: "{{ what }}", debug: {}}
"""
    )
    assert played.tasks() == ["one", "listens", "same", "also", "templated"]
    assert played.message("same") == "old"


def test_a_handler_that_does_not_exist_ends_the_run_when_it_is_notified(play: Play) -> None:
    text = (
        HEAD
        + """
  tasks:
    - {name: one, command: "true", changed_when: "{{ changes }}", notify: handel}
    - {name: two, debug: {}}
  handlers: [{name: handle, debug: {}}]
"""
    )
    text = text.replace("'{{ changes }}'", "changes").replace('"{{ changes }}"', "changes")
    assert play(text, extra_vars={"changes": False}).tasks() == ["one", "two"]
    played = play(text, extra_vars={"changes": True})
    assert played.tasks() == ["one"]
    assert played.code == 1
    assert "handel" in (played.finished.error or "")
    assert "did you mean 'handle'" in (played.finished.error or "")
    assert "playbook0.yml:6:67: there is" in (played.finished.error or "")
    assert any(text.startswith("  > 6 | ") for text in (played.finished.error or "").splitlines())


def test_a_template_behind_listen_is_told_where_nothing_hears(play: Play) -> None:
    played = play("""
- hosts: localhost
  gather_facts: false
  tasks:
    - {name: one, command: "true", notify: app changed}
  handlers:
    - {name: handle, listen: "{{ 'app' }} changed", debug: {msg: told}}
""")
    assert "is no template where it stands behind 'listen'" in (played.finished.error or "")


@pytest.mark.parametrize(("forced", "ran"), [(False, ["one", "two"]), (True, ["one", "two", "handle"])])
def test_handlers_of_a_failed_host_run_only_when_forced(play: Play, forced: bool, ran: list[str]) -> None:
    played = play(
        HEAD
        + """
  tasks:
    - {name: one, command: "true", notify: handle}
    - {name: two, command: "false"}
  post_tasks: [{name: post, debug: {}}]
  handlers: [{name: handle, debug: {}}]
""",
        force_handlers=forced,
    )
    assert played.tasks() == ran
    assert played.code == 2


def test_a_handler_honours_when_and_its_failure_fails_the_host(play: Play) -> None:
    played = play(
        HEAD
        + """
  tasks: [{name: one, command: "true", notify: [skipped, fails, later]}]
  post_tasks: [{name: post, debug: {}}]
  handlers:
    - {name: skipped, debug: {}, when: false}
    - {name: fails, command: "false"}
    - {name: later, debug: {}}
"""
    )
    assert played.tasks() == ["one", "fails"]
    assert played.code == 2
    assert played.counts() == {"ok": 1, "changed": 1, "failed": 1, "skipped": 1}


def test_a_rescue_takes_up_a_failing_handler_that_is_flushed_in_its_block(play: Play) -> None:
    played = play(
        HEAD
        + """
  tasks:
    - block:
        - {name: one, command: "true", notify: fails}
        - meta: flush_handlers
        - {name: not reached, debug: {}}
      rescue: [{name: rescued, debug: {}}]
  handlers: [{name: fails, command: "false"}]
"""
    )
    assert played.tasks() == ["one", "fails", "rescued"]
    assert played.code == 0


def test_each_host_runs_only_what_it_was_notified_of(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          tasks: [{name: one, command: "true", changed_when: inventory_hostname == 'a', notify: handle}]
          handlers: [{name: handle, debug: {}}]
        """,
        hosts=["a", "b"],
    )
    assert played.tasks("a") == ["one", "handle"]
    assert played.tasks("b") == ["one"]


def test_a_block_of_handlers_gives_them_its_keywords(play: Play) -> None:
    played = play(
        HEAD
        + """
  tasks:
    - {name: one, command: "true", notify: [b, topic]}
  handlers:
    - block:
        - {name: a, listen: topic, assert: {that: v == 1}}
        - {name: b, debug: {}}
      vars: {v: 1}
"""
    )
    assert played.tasks() == ["one", "a", "b"]
    assert played.code == 0
