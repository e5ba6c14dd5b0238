"""One task's life: conditions, attempts, what counts as changed and failed."""

from typing import Any

import pytest

from smolrun.engine.events import HostTaskStarted, RetryScheduled, Warned
from tests.engine.conftest import Play

HEAD = """
- hosts: localhost
  gather_facts: false
  vars: {yes_: true, text: words, empty: "", number: 2, items_: [1]}
  tasks:
"""

CONDITIONS = [
    ("true", "ok"),
    ("false", "skipped"),
    ("yes_", "ok"),
    ("not yes_", "skipped"),
    ("[yes_, number == 2]", "ok"),
    ("[yes_, number == 3, nothing]", "skipped"),
    ("nothing is defined", "skipped"),
    ("nothing", "failed"),
    ("text is", "failed"),
]


@pytest.mark.parametrize(("condition", "status"), CONDITIONS)
def test_when(play: Play, condition: str, status: str) -> None:
    assert play(HEAD + f"    - {{name: task, debug: {{}}, when: {condition}}}\n").task("task").status == status


def test_a_skipped_task_registers_why(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {name: task, command: "true", when: [yes_, number == 3], register: it}
    - {name: seen, debug: {msg: "{{ [it.skipped, it.changed, it.skip_reason, it.false_condition, it.ok] }}"}}
"""
    )
    assert played.message("seen") == [True, False, "Conditional result was False", "number == 3", False]


@pytest.mark.parametrize("condition", ["number", "items_", "empty"])
def test_a_condition_that_is_not_boolean_is_a_warning_and_under_strict_an_error(play: Play, condition: str) -> None:
    text = HEAD + f"    - {{name: task, debug: {{}}, when: {condition}}}\n"
    lenient = play(text)
    assert lenient.task("task").status in ("ok", "skipped")
    assert lenient.of(Warned)[0].place is not None
    for strictness in ({"strict": True}, {"allow_broken_conditionals": False}):
        strict = play(text, **strictness)
        assert strict.task("task").status == "failed"
        assert strict.of(Warned) == []


def test_what_assert_is_asked_must_be_boolean_under_strict(play: Play) -> None:
    text = HEAD + "    - {name: task, assert: {that: [items_]}}\n"
    assert play(text).task("task").status == "ok"
    failure = play(text, strict=True).failure("task")
    assert "not a boolean" in failure.message
    assert failure.place is not None


def test_arguments_are_not_rendered_when_the_condition_does_not_hold(play: Play) -> None:
    played = play(HEAD + '    - {name: task, debug: {msg: "{{ nothing }}"}, when: false}\n')
    assert played.task("task").status == "skipped"


JUDGED = [
    ("command: 'false'", "failed", {"rc": 1, "failed": True, "changed": True}),
    (
        "command: 'false'\n      failed_when: false",
        "changed",
        {"failed": False, "failed_when_result": False, "ok": False},
    ),
    ("command: 'false'\n      failed_when: it.rc > 1", "changed", {"failed": False}),
    ("command: 'true'\n      failed_when: [it.rc == 0, true]", "failed", {"failed_when_result": True}),
    ("command: 'true'\n      changed_when: false", "ok", {"changed": False}),
    ("command: 'false'\n      changed_when: false", "failed", {"changed": False, "failed": True}),
    ("command: 'true'\n      changed_when: it.nothing", "failed", {"failed": True}),
    ("command: 'true'\n      failed_when: it.changed\n      changed_when: false", "ok", {"failed": False}),
    ("debug: {}\n      changed_when: true", "changed", {"changed": True}),
    ("fail: {}\n      failed_when: false", "ok", {"failed": False}),
]


@pytest.mark.parametrize(("task", "status", "result"), JUDGED)
def test_changed_when_and_failed_when(play: Play, task: str, status: str, result: dict[str, Any]) -> None:
    played = play(HEAD + f"    - name: task\n      register: it\n      {task}\n")
    assert played.task("task").status == status
    assert result.items() <= played.task("task").result.items()


def test_a_condition_on_the_result_that_cannot_be_evaluated_shows_the_values_involved(play: Play) -> None:
    played = play(
        HEAD + "    - {name: task, command: 'true', register: it, failed_when: it.rc == nothing.x + number}\n"
    )
    failure = played.failure("task")
    assert "failed_when" in failure.message
    assert "nothing" in failure.message
    assert failure.variables == {"it.rc": 0, "nothing": "(undefined)", "number": 2}
    assert any("failed_when: it.rc" in line for _, line in failure.source_lines)
    assert failure.place is not None


RETRIES = [
    # written, the exit codes of the attempts, how many run, status, attempts as registered
    ("until: it.rc == 0", [1, 1, 0], 3, "changed", 3),
    ("until: it.rc == 0", [1] * 9, 4, "failed", 3),
    ("until: it.rc == 0\n      retries: 1", [1] * 9, 2, "failed", 1),
    ("until: it.rc == 0\n      retries: 0", [1] * 9, 1, "failed", None),
    ("retries: 2", [1, 0], 2, "changed", 2),
    ("retries: 2", [1, 1, 1], 3, "failed", 2),
    ("until: it.rc == 1", [0, 1], 2, "failed", 2),
    ("until: [it.rc < 3, it.rc > 0]\n      failed_when: false", [0, 3, 1], 3, "changed", 3),
]


@pytest.mark.parametrize(("written", "codes", "runs", "status", "attempts"), RETRIES)
def test_until_and_retries(
    play: Play, tmp_path: Any, written: str, codes: list[int], runs: int, status: str, attempts: int | None
) -> None:
    counter = tmp_path / "count"
    counter.write_text("")
    script = f"echo x >> {counter}; set -- {' '.join(map(str, codes))}; shift $(($(wc -l < {counter}) - 1)); exit $1"
    played = play(
        HEAD + f"    - name: task\n      shell: {script}\n      register: it\n      delay: 0\n      {written}\n"
    )
    assert len(counter.read_text().splitlines()) == runs
    assert played.task("task").status == status
    assert played.task("task").result.get("attempts") == attempts
    assert [event.attempt for event in played.of(RetryScheduled)] == list(range(1, runs))
    assert [event.attempt for event in played.of(HostTaskStarted)] == list(range(1, runs + 1))


def test_until_is_judged_for_each_item(play: Play) -> None:
    played = play(
        HEAD
        + """
    - name: task
      command: "echo {{ item }}"
      loop: [1, 2]
      register: it
      until: it.stdout == '2'
      retries: 1
      delay: 0
"""
    )
    assert [result["attempts"] for result in played.task("task").result["results"]] == [1, 1]
    assert [result["failed"] for result in played.task("task").result["results"]] == [True, False]


def test_a_kill_that_is_not_verified_forbids_another_attempt(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from smolrun.connection.local import LocalConnection
    from smolrun.errors import OperationTimeoutError

    def run(*_: Any) -> Any:
        raise OperationTimeoutError("too long", timeout=1, unverified=True)

    monkeypatch.setattr(LocalConnection, "run", run)  # a kill cannot be made to fail at will
    played = play(HEAD + "    - {name: task, command: 'true', retries: 3, delay: 0}\n")
    assert len(played.of(HostTaskStarted)) == 1
    assert played.task("task").status == "timed_out"
    assert "may still be running" in (played.failure("task").hint or "")


def test_a_registered_result_that_was_cut_fails_its_task_and_names_the_setting(play: Play) -> None:
    text = HEAD + "    - {name: task, shell: 'yes | head -c 100000' REGISTER}\n"
    registered = play(text.replace("REGISTER", ", register: it"), output_limit=1000)
    assert registered.task("task").status == "failed"
    assert "--output-limit" in (registered.failure("task").hint or "")
    assert play(text.replace("REGISTER", ""), output_limit=1000).task("task").status == "changed"


def test_a_module_that_does_not_exist_fails_only_when_it_would_run(play: Play) -> None:
    text = HEAD + "    - {name: task, some.where.module: {}, when: COND}\n"
    assert play(text.replace("COND", "false")).task("task").status == "skipped"
    played = play(text.replace("COND", "true"))
    assert "some.where.module" in played.failure("task").message


def test_unknown_and_wrong_arguments_fail_with_their_place(play: Play) -> None:
    played = play(
        HEAD
        + """
    - name: task
      wait_for_connection:
        timeout: "{{ text }}"
"""
    )
    failure = played.failure("task")
    assert "'timeout'" in failure.message
    assert failure.place is not None
    assert failure.place.line == 9


def test_an_omitted_argument_is_not_given(play: Play) -> None:
    played = play(HEAD + '    - {name: task, debug: {msg: "{{ nothing | default(omit) }}"}}\n')
    assert played.message("task") == "Hello world!"


def test_the_rendered_line_of_a_command_is_text_and_a_list_stays_words(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {name: number, run: "{{ number }}", failed_when: false}
    - {name: words, run: "{{ ['echo', 'a b'] }}"}
"""
    )
    assert played.task("number").command_line == "2"
    assert played.task("words").result["output"] == "a b"
