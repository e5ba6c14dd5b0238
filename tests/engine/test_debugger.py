"""``debugger`` and ``strategy: debug``: what can be asked and done where a task has ended."""

from collections.abc import Iterable

import pytest

from smolrun.engine.events import TaskFinished, Warned
from tests.engine.conftest import Play


class Terminal:
    """Types lines; keeps what it was shown before each of them."""

    def __init__(self, *lines: str) -> None:
        self.shown: list[str] = []
        self._lines: Iterable[str] = iter(lines)

    def __call__(self, text: str, echo: bool) -> str | None:
        self.shown.append(text)
        return next(self._lines, None)  # type: ignore[call-overload, no-any-return]


def playbook(keywords: str = "debugger: on_failed", action: str = "fail: {msg: 'no {{ word }}'}") -> str:
    return f"""
        - hosts: localhost
          gather_facts: false
          vars: {{word: luck}}
          tasks:
            - name: step
              {action}
              {keywords}
            - {{name: after, debug: {{msg: done}}}}
        """


def test_it_tells_what_there_is_and_goes_on(play: Play) -> None:
    terminal = Terminal(
        "p task", "p task.args", "p task_vars['word']", "p host", "p result._result.msg", "p nothing", "c"
    )
    played = play(playbook(), prompt=terminal)
    assert terminal.shown == [
        "failed: no luck\n[localhost] TASK: step (debug)> ",
        "{'args': {'msg': 'no {{ word }}'}, 'name': 'step'}\n[localhost] TASK: step (debug)> ",
        "{'msg': 'no {{ word }}'}\n[localhost] TASK: step (debug)> ",
        "'luck'\n[localhost] TASK: step (debug)> ",
        "'localhost'\n[localhost] TASK: step (debug)> ",
        "'no luck'\n[localhost] TASK: step (debug)> ",
        "*** the variable 'nothing' is undefined\n[localhost] TASK: step (debug)> ",
    ]
    assert played.code == 2


def test_an_argument_is_changed_and_the_task_runs_again(play: Play) -> None:
    terminal = Terminal("task.args['that'] = \"word == 'luck'\"", "redo")
    played = play(playbook(action="assert: {that: word == 'fate'}"), prompt=terminal)
    assert played.code == 0
    assert [event.status for event in played.of(TaskFinished) if event.task.name == "step"] == ["ok"]
    assert played.counts() == {"ok": 2}


def test_a_variable_is_changed_and_the_arguments_are_rendered_anew(play: Play) -> None:
    terminal = Terminal("task_vars['word'] = 'one ' ~ 'more'", "update_task", "r", "c")
    play(playbook(), prompt=terminal)
    assert terminal.shown[-1] == "failed: no one more\n[localhost] TASK: step (debug)> "


def test_update_takes_the_arguments_as_they_were_written(play: Play) -> None:
    terminal = Terminal("task.args['msg'] = 'x'", "u", "p task.args['msg']", "c")
    play(playbook(), prompt=terminal)
    assert terminal.shown[-1].startswith("'no {{ word }}'\n")


@pytest.mark.parametrize("lines", [["q"], ["quit"], []])
def test_quitting_ends_the_run_as_an_interruption(play: Play, lines: list[str]) -> None:
    played = play(playbook(), prompt=Terminal(*lines))
    assert played.code == 99
    assert "after" not in played.tasks()


def test_what_it_does_not_know_is_told_with_what_it_does(play: Play) -> None:
    terminal = Terminal("import os", "help", "task.args[", "c")
    play(playbook(), prompt=terminal)
    assert terminal.shown[1].startswith("*** unknown command\np EXPRESSION")
    assert terminal.shown[2].startswith("p EXPRESSION")


@pytest.mark.parametrize(
    ("keywords", "action", "stops"),
    [
        ("debugger: always", "debug: {}", True),
        ("debugger: never", "fail: {}", False),
        ("debugger: on_failed", "debug: {}", False),
        ("{debugger: on_failed, ignore_errors: true}", "fail: {}", False),
        ("{debugger: on_skipped, when: false}", "debug: {}", True),
        ("debugger: on_skipped", "fail: {}", False),
        ("debugger: on_unreachable", "fail: {}", False),
        ("{debugger: on_unreachable, delegate_to: no.such.host.invalid}", "ping: {}", True),
        ("{}", "fail: {}", False),
    ],
)
def test_when_it_stops(play: Play, keywords: str, action: str, stops: bool) -> None:
    terminal = Terminal("c")
    lines = keywords.strip("{}").split(", ") if keywords.startswith("{d") else [keywords] if keywords != "{}" else []
    play(playbook("\n              ".join(lines), action), prompt=terminal)
    assert bool(terminal.shown) is stops


def test_the_nearest_word_counts_and_the_strategy_stops_at_failures(play: Play) -> None:
    text = """
        - hosts: localhost
          gather_facts: false
          strategy: debug
          tasks:
            - {fail: {}, debugger: never, ignore_errors: true}
            - {fail: {}, ignore_errors: true}
            - block: [{name: step, fail: {}}]
        """
    terminal = Terminal("c")
    assert play(text, prompt=terminal).code == 2
    assert terminal.shown == ["failed: Failed as requested from task\n[localhost] TASK: step (debug)> "]


def test_without_a_terminal_it_warns_and_goes_on(play: Play) -> None:
    played = play(playbook())
    assert played.code == 2
    assert [event.message for event in played.of(Warned)] == ["the debugger does not stop, since there is no terminal"]


def test_secrets_are_not_shown(play: Play) -> None:
    terminal = Terminal("p result", "c")
    play(playbook("debugger: always\n              no_log: true"), prompt=terminal)
    assert "luck" not in "".join(terminal.shown)
