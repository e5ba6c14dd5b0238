import itertools
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from smolrun.connection.script import LINE_LIMIT, AfterMark, after_mark, script_line
from smolrun.errors import NotRunError
from smolrun.ssh.result import Stream

TEXT = some.text(some.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=40)


@settings(max_examples=50, deadline=None)
@given(argument=TEXT, secret=TEXT, exported=TEXT)
def test_every_value_arrives_as_it_is(argument: str, secret: str, exported: str) -> None:
    line = script_line('printf "%s\\0" "$a" "$s" "$E"; cat', {"a": argument}, {"s": secret}, {"E": exported})

    sent = line.preamble + b"rest"
    ended = subprocess.run(["/bin/sh", "-c", line.command], input=sent, capture_output=True, check=True)

    assert after_mark(ended.stdout, line.mark) == f"{argument}\0{secret}\0{exported}\0rest".encode()


def test_the_line_is_safe_for_every_shell() -> None:
    line = script_line("echo 'it''s' !x \\\\ \"$a\" `id`\n\n", {"a": "\u00e9"}, {}, {})

    assert line.command.isascii()
    assert line.command.isprintable()
    assert line.command.count("'") == 2
    assert "!" not in line.command


def test_secrets_and_environment_are_not_on_the_line() -> None:
    line = script_line("true", {"a": "open"}, {"s": "hidden"}, {"E": "exported"})

    assert "open" in line.command
    assert "hidden" not in line.command
    assert "exported" not in line.command
    assert b"hidden" in line.preamble
    assert "hidden" not in repr(line)


def test_without_anything_to_hide_nothing_goes_over_stdin() -> None:
    assert script_line("true", {"a": "b"}, {}, {}).preamble == b""


def test_what_is_too_long_for_a_line_goes_over_stdin() -> None:
    line = script_line(f": {'x' * LINE_LIMIT}; exit 5", {}, {}, {})

    assert len(line.command) < 1000
    assert subprocess.run(["/bin/sh", "-c", line.command], input=line.preamble, check=False).returncode == 5


@pytest.mark.parametrize("name", ["1a", "a b", "a-b", "", "a;b"])
def test_what_is_no_name_of_a_variable_is_refused(name: str) -> None:
    for arguments, hidden, environment in (({name: ""}, {}, {}), ({}, {name: ""}, {}), ({}, {}, {name: ""})):
        with pytest.raises(NotRunError, match="cannot be the name"):
            script_line("true", arguments, hidden, environment)


def test_a_nul_is_refused() -> None:
    with pytest.raises(NotRunError, match="NUL"):
        script_line("true", {"a": "\0"}, {}, {})


@settings(deadline=None)
@given(some.lists(some.integers(0, 40), max_size=6))
def test_streaming_begins_after_the_mark_wherever_the_pieces_are_cut(cuts: list[int]) -> None:
    seen: list[bytes] = []

    def listen(_stream: Stream, piece: bytes) -> None:
        seen.append(piece)

    whole = b"noise<<mark>>output and more"
    stream = AfterMark(b"<<mark>>", listen)
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    for begin, end in itertools.pairwise(places):
        stream("stdout", whole[begin:end])

    assert b"".join(seen) == b"output and more"
