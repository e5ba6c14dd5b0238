"""``key=value`` strings: cut as a shell would, Jinja's braces kept together, places kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smolrun.location import Location, SourceFile
from smolrun.source.key_value import KeyValueError, parse_key_values, split_words
from smolrun.source.text import SourceText, location_of


def parse(text: str, only: frozenset[str] | None = None) -> tuple[dict[str, str], str | None]:
    found = parse_key_values(SourceText(text), only)
    return dict(found.options), found.free_form


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("name=nginx state=present", {"name": "nginx", "state": "present"}),
        ('msg="hello world"', {"msg": "hello world"}),
        ("msg='it is {{ x }}'", {"msg": "it is {{ x }}"}),
        ("msg={{ a | default('b c') }} x=1", {"msg": "{{ a | default('b c') }}", "x": "1"}),
        ("msg={{ f('{{ a }}' + '_b c') }} x=1", {"msg": "{{ f('{{ a }}' + '_b c') }}", "x": "1"}),
        ("msg={{ {'a': {'b': 1}} }} x=1", {"msg": "{{ {'a': {'b': 1}} }}", "x": "1"}),
        ("path=/a/{{ b }}/c d=e", {"path": "/a/{{ b }}/c", "d": "e"}),
        ("line='a=b c=d'", {"line": "a=b c=d"}),
        ("line=a=b", {"line": "a=b"}),
        ("  a=1\n  b=2\n", {"a": "1", "b": "2"}),
        ('a=""', {"a": ""}),
        ("a=", {"a": ""}),
        ('msg="say \\"hi\\""', {"msg": 'say "hi"'}),
        ("a=1 a=2", {"a": "2"}),
        ("{{ item[1] + 'b c' }}=1 x{{ n }}_y={{ n }}", {"{{ item[1] + 'b c' }}": "1", "x{{ n }}_y": "{{ n }}"}),
    ],
)
def test_options_are_taken_apart(text: str, options: dict[str, str]) -> None:
    assert parse(text) == (options, None)


@pytest.mark.parametrize(
    ("text", "options", "rest"),
    [
        ("ls -l chdir=/tmp", {"chdir": "/tmp"}, "ls -l"),
        ('creates="/a b" make  install', {"creates": "/a b"}, "make  install"),
        ("FOO=bar make PREFIX=/usr", {}, "FOO=bar make PREFIX=/usr"),
        ("echo 'chdir=/x'", {}, "echo 'chdir=/x'"),
        ("dd if=/dev/zero of=/x", {}, "dd if=/dev/zero of=/x"),
        ("echo {{ a b }} chdir={{ c }}/d", {"chdir": "{{ c }}/d"}, "echo {{ a b }}"),
    ],
)
def test_a_free_form_gives_up_only_the_words_that_are_options(text: str, options: dict[str, str], rest: str) -> None:
    assert parse(text, frozenset({"chdir", "creates"})) == (options, rest)


@pytest.mark.parametrize(("text", "offset"), [("echo 'a", 5), ('a="b', 2), ("x={{ a", 2), ("ls {% if x", 3)])
def test_what_is_never_closed_is_told_with_its_place(text: str, offset: int) -> None:
    with pytest.raises(KeyValueError, match="opened and never closed") as caught:
        split_words(text)
    assert caught.value.offset == offset


def test_values_and_keys_keep_their_places() -> None:
    file = SourceFile("p.yml", "- debug: msg=hello verbosity=2\n")
    found = parse_key_values(SourceText("msg=hello verbosity=2", Location(file, 1, 10, 31)))
    assert location_of(found.options["verbosity"]) == Location(file, 1, 30, 31)
    assert found.options.key_locations["verbosity"] == Location(file, 1, 20, 29)


def test_values_in_a_literal_block_keep_their_places() -> None:
    file = SourceFile("p.yml", "- debug: |\n    msg=hello\n    verbosity=2\n")
    found = parse_key_values(SourceText("msg=hello\nverbosity=2\n", Location(file, 1, 10)))
    assert location_of(found.options["verbosity"]) == Location(file, 3, 15, 16)


@given(st.lists(st.text(alphabet="abc=_-/.", min_size=1), max_size=6))
def test_words_without_quotes_are_cut_at_spaces(words: list[str]) -> None:
    assert [word.text for word in split_words(" ".join(words))] == words


@given(st.text(alphabet="ab '\"\\{}%=\n", max_size=40))
def test_every_text_is_cut_or_refused(text: str) -> None:
    try:
        words = split_words(text)
    except KeyValueError as error:
        assert 0 <= error.offset < len(text)  # noqa: PT017 - both ways out are right
        return
    assert all(text[word.start : word.start + len(word.text)] == word.text for word in words)
    assert "".join("".join(text.split())) == "".join("".join(word.text.split()) for word in words)
