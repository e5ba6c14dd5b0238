"""``vars_prompt``: variables that are asked for before a play."""

import pytest

from smolrun.engine.events import Warned
from smolrun.report.plain_values import json_text
from tests.engine.conftest import Play


class Terminal:
    """Answers, and what was asked with and without echo."""

    def __init__(self, *answers: str) -> None:
        self.asked: list[tuple[str, bool]] = []
        self._answers = list(answers)

    def __call__(self, text: str, echo: bool) -> str:
        self.asked.append((text, echo))
        return self._answers.pop(0)


def playbook(prompt: str, expression: str = "word", more: str = "") -> str:
    return f"""
        - hosts: localhost
          gather_facts: false
          vars: {{word: of the play, limit: 5}}
          vars_prompt: {prompt}
          tasks:
            - {{name: say, debug: {{msg: "{{{{ {expression} }}}}"}}}}
            {more}
        """


def test_an_answer_beats_the_vars_of_the_play(play: Play) -> None:
    terminal = Terminal("answer")
    played = play(playbook("[{name: word, prompt: Which word, private: false}]"), prompt=terminal)
    assert terminal.asked == [("Which word: ", True)]
    assert played.message("say") == "answer"


def test_what_is_given_on_the_command_line_is_not_asked(play: Play) -> None:
    played = play(playbook("[{name: word}]"), prompt=Terminal(), extra_vars={"word": "given"})
    assert played.message("say") == "given"


def test_an_empty_answer_is_the_default(play: Play) -> None:
    terminal = Terminal("")
    played = play(playbook("[{name: word, default: '{{ limit }}'}]", "word ~ '|' ~ word is string"), prompt=terminal)
    assert terminal.asked == [("word [5]: ", False)]
    assert played.message("say") == "5|True"


def test_without_a_terminal_the_default_counts_with_a_warning(play: Play) -> None:
    played = play(playbook("[{name: word, default: usual}]"))
    assert played.message("say") == "usual"
    assert [event.message for event in played.of(Warned)] == ["not asking for 'word', since there is no terminal"]


def test_without_a_terminal_and_a_default_the_run_ends(play: Play) -> None:
    played = play(playbook("[{name: word}]"))
    assert played.code == 1
    assert "there is no terminal to ask for 'word' on, and it has no default (give it with -e word=…)" in str(
        played.finished.error
    )


def test_a_private_answer_is_shown_nowhere(play: Play) -> None:
    played = play(playbook("[{name: word}]"), prompt=Terminal("top-secret-answer"))
    assert played.code == 0
    assert "top-secret-answer" not in "".join(json_text(event) for event in played.events)


def test_confirming_asks_until_both_are_the_same(play: Play) -> None:
    terminal = Terminal("one", "two", "three", "three")
    played = play(playbook("[{name: word, confirm: true, private: false}]"), prompt=terminal)
    assert [text for text, _ in terminal.asked] == [
        "word: ", "confirm word: ", "The two answers differ.\nword: ", "confirm word: ",
    ]  # fmt: skip
    assert played.message("say") == "three"


def test_an_answer_can_be_kept_as_a_hash(play: Play) -> None:
    prompt = "[{name: word, private: false, encrypt: sha512_crypt, salt: abcdefgh}]"
    played = play(playbook(prompt, "word == 'secret' | password_hash('sha512', 'abcdefgh')"), prompt=Terminal("secret"))
    assert played.message("say") is True


@pytest.mark.parametrize(("unsafe", "said"), [("false", "5"), ("true", "{{ limit }}")])
def test_an_answer_is_a_template_unless_it_is_unsafe(play: Play, unsafe: str, said: str) -> None:
    prompt = f"[{{name: word, private: false, unsafe: {unsafe}}}]"
    assert str(play(playbook(prompt), prompt=Terminal("{{ limit }}")).message("say")) == said


def test_the_next_play_knows_nothing_of_it(play: Play) -> None:
    later = '- {name: later, hosts: localhost, gather_facts: false, tasks: [{name: say, debug: {msg: "{{ word }}"}}]}'
    played = play(playbook("[{name: word, private: false}]"), later, prompt=Terminal("x"))
    assert played.code == 2
