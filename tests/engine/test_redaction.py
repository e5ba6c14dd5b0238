"""Secrets in events: in none of the forms in which they come up."""

import base64
import json
import shlex
from urllib.parse import quote

import pytest

from smolrun.engine.events import Event, OutputReceived, Warned
from smolrun.engine.options import RunOptions
from smolrun.engine.output_stream import CUT, LONGEST_LINE, LineStream
from smolrun.engine.redaction import MASK, Redactor
from smolrun.report.plain_values import json_text
from smolrun.ssh.result import Stream
from tests.engine.conftest import Play, Played

SECRET = 's3cr+t/"it\'s" & ünique'


def redactor(*secrets: str) -> Redactor:
    made = Redactor()
    for secret in secrets:
        made.add(secret)
    return made


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        shlex.quote(SECRET),
        shlex.quote(f"before {SECRET} after"),
        quote(SECRET),
        quote(SECRET, safe=""),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        repr(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"user:{SECRET}".encode()).decode(),
        base64.b64encode(f"ab{SECRET} and more".encode()).decode(),
    ],
)
def test_every_form_of_a_secret_is_masked(form: str) -> None:
    shown = redactor(SECRET).text(f"<{form}>")
    assert MASK in shown
    assert "s3cr" not in shown
    assert base64.b64encode(SECRET.encode()).decode()[8:16] not in shown


def test_secrets_are_found_however_deep_and_in_keys() -> None:
    shown = redactor("hunter2").data({"a": ["x hunter2 y", {"hunter2": ("hunter2",)}], "n": 5})
    assert shown == {"a": [f"x {MASK} y", {MASK: [MASK]}], "n": 5}


def test_each_line_of_a_secret_of_several_lines_is_masked() -> None:
    assert redactor("-----BEGIN\nabcdefgh\nijklmnop").text("got ijklmnop") == f"got {MASK}"


def test_secrets_of_fewer_than_four_characters_are_not_masked_but_told(play: Play) -> None:
    assert redactor("abc").text("abcabc") == "abcabc"
    played = play("- hosts: localhost\n  gather_facts: false\n  tasks: [{debug: {}}]\n", secrets=("abc",))
    assert "3 characters" in played.of(Warned)[0].message
    assert "abc" not in played.of(Warned)[0].message


def test_a_longer_secret_is_masked_before_a_shorter_one_within_it() -> None:
    assert redactor("pass", "password1").text("password1") == MASK


def text_of(played: Played) -> str:
    return "\n".join(json_text(event) for event in played.events)


def test_no_event_shows_a_secret_but_variables_keep_it(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          name: play of {{ word }}
          vars: {word: opensesame}
          tasks:
            - {name: "say {{ word }}", command: "echo {{ word }}; ", register: it}
            - {name: loops, command: "echo {{ item }}", loop: ["{{ word }}"]}
            - {name: fails, fail: {msg: "{{ word }}"}, ignore_errors: true}
            - {name: breaks, debug: {msg: "{{ word.nothing }} opensesame"}, ignore_errors: true}
            - {name: knows, debug: {msg: "{{ it.stdout | length }}"}}
        """,
        secrets=("opensesame",),
    )
    assert "opensesame" not in text_of(played)
    assert played.message("knows") == len("opensesame;")


def test_a_vaulted_value_is_masked_as_soon_as_it_was_opened(play: Play) -> None:
    from smolrun.source.vault import VaultSecret, VaultSecrets, VaultText

    vault = VaultSecrets((VaultSecret("default", b"key"),))

    class Opened(VaultText):
        def reveal(self) -> str:
            vault.revealed.add("opensesame")
            return "opensesame"

    played = play(
        "- hosts: localhost\n  gather_facts: false\n  tasks: [{name: t, command: 'echo {{ v }}'}]\n",
        options=RunOptions(vault=vault, extra_vars={"v": Opened("")}),
    )
    assert played.code == 0
    assert played.task("t").result["stdout"] == MASK
    assert "opensesame" not in text_of(played)


def test_no_log_hides_everything_but_that_it_happened_and_register_keeps_it(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          vars: {hidden: opensesame}
          tasks:
            - {name: one, shell: "echo {{ hidden }}; exit 1", no_log: true, register: it, ignore_errors: true}
            - {name: two, command: "echo {{ item }}", no_log: true, loop: ["{{ hidden }}"]}
            - {name: three, debug: {msg: "{{ hidden.nothing }}"}, no_log: true, ignore_errors: true}
            - {name: four, shell: "echo {{ hidden }}; exit 1", no_log: true, retries: 1, delay: 0, ignore_errors: true}
            - {name: some, command: "echo {{ item }}", no_log: "{{ item != 'open' }}", loop: [open, "{{ hidden }}"]}
            - {name: five, debug: {msg: "{{ it.stdout | length }}"}}
        """
    )
    shown = [event for event in played.events if event.event not in ("play_started",)]
    assert "opensesame" not in "\n".join(json_text(event) for event in shown)
    assert [line for event in played.of(OutputReceived) for line in event.lines] == ["open"]
    assert "censored" in played.task("one").result
    assert "censored" in played.task("some").result
    assert played.task("one").command_line is None
    assert played.message("five") == len("opensesame")


def collected(*pieces: tuple[Stream, bytes], hidden: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    seen: list[tuple[str, str]] = []
    stream = LineStream(lambda name, lines: seen.extend((name, line) for line in lines), redactor(*hidden))
    for name, data in pieces:
        stream(name, data)
    stream.close()
    return seen


def test_output_is_shown_by_whole_lines_so_that_a_secret_in_two_pieces_is_found() -> None:
    assert collected(("stdout", b"my open"), ("stderr", b"e\n"), ("stdout", b"sesame\nx"), hidden=("opensesame",)) == [
        ("stderr", "e"),
        ("stdout", f"my {MASK}"),
        ("stdout", "x"),
    ]


def test_a_character_in_two_pieces_is_one_character() -> None:
    assert collected(("stdout", "ü".encode()[:1]), ("stdout", "ü".encode()[1:] + b"\r\n")) == [("stdout", "ü")]


def test_an_endless_line_is_cut_and_not_through_a_secret() -> None:
    secret = "opensesame"
    start = b"a" * (LONGEST_LINE - 5)
    ((_, line),) = collected(("stdout", start), ("stdout", secret.encode() * 3 + b"\n"), hidden=(secret,))
    assert line.endswith(CUT)
    assert "open" not in line
    assert len(line) <= LONGEST_LINE + len(CUT)


def listens(_: Event) -> None:
    raise RuntimeError("broken")


def test_a_listener_that_raises_is_dropped_and_told_once(play: Play) -> None:
    text = "- hosts: localhost\n  gather_facts: false\n  tasks: [{debug: {}}, {debug: {}}]\n"
    played = play(text, listen=listens)
    assert played.code == 0
    assert played.counts() == {"ok": 2}
    assert [("listens" in event.message, "broken" in event.message) for event in played.of(Warned)] == [(True, True)]


def test_no_thread_shows_a_vaulted_value_while_another_is_still_taking_it_over() -> None:
    redactor = Redactor(lambda: ["abc", "hunter22"])
    shown: list[str] = []
    redactor.on_short = lambda length: shown.append(redactor.text("it is hunter22"))
    redactor.text("")
    assert shown == [f"it is {MASK}"]


@pytest.mark.parametrize(
    ("shown", "masked"),
    [
        ("it says hunt…", f"it says {MASK}…"),
        ("…er22 it says", f"…{MASK} it says"),
        ("…unter22", f"…{MASK}"),
        ("'…er22'", f"'…{MASK}'"),
        ("…er22 and hunte…", f"…{MASK} and {MASK}…"),
        ("er22 it says hunt", "er22 it says hunt"),
        ("…r22 it says hun…", "…r22 it says hun…"),
        ("hunt\n[... 9 bytes left out ...]\ner22", f"{MASK}\n[... 9 bytes left out ...]\n{MASK}"),
    ],
)
def test_what_is_left_of_a_secret_that_was_cut_in_two_is_masked(shown: str, masked: str) -> None:
    redactor = Redactor()
    redactor.add("hunter22")
    assert redactor.text(shown) == masked
