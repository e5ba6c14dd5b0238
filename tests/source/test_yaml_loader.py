"""YAML as Ansible reads it: the same values as PyYAML's safe loader, every place, every limit."""

import time
import tracemalloc
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smolrun.diagnostic import Diagnostic
from smolrun.errors import LoadError
from smolrun.location import SourceFile
from smolrun.source.containers import LocatedDict, LocatedList, location_at
from smolrun.source.text import SourceText, location_of
from smolrun.source.vault import VaultSecret, VaultSecrets, VaultText
from smolrun.source.yaml_loader import Limits, load_yaml
from tests.source.test_vault import LABELLED, PASSWORD


def load(text: str, **options: Any) -> Any:
    return load_yaml(SourceFile("f.yml", text), **options)


def mistakes(text: str, **options: Any) -> tuple[Diagnostic, ...]:
    with pytest.raises(LoadError) as caught:
        load(text, **options)
    return caught.value.diagnostics


def place(value: object) -> tuple[int, int, int | None]:
    location = location_of(value)
    assert location is not None
    return (location.line, location.column, location.end_column)


# --- values ---------------------------------------------------------------------------------------------

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufeff\ufffe\uffff"))
    | st.sampled_from(["yes", "no", "0755", "12:30:45", "1e3", "~", "null", "=", "<<", "0x1f", "1_000", ".5", "- a"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdef{}:- ", max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, True, False]), st.sampled_from([None, '"', "|", ">"]))
@settings(max_examples=150)
def test_what_yaml_writes_is_read_back(value: object, flow: bool | None, style: str | None) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, default_style=style, allow_unicode=True)
    assert load(text) == yaml.safe_load(text)


# YAML 1.1 knows "=" and "<<" as types of their own, which PyYAML cannot construct where they stand as a value.
UNCONSTRUCTED = ("2002:value'", "2002:merge'")


@given(st.text("ab01:-[]{},&*!|>'\"%@`#=<~?. \n", max_size=30))
@example("=")
@example("<<")
@example("- <<: {a: 1}\n  <<: {a: 0, b: 1}")
@settings(max_examples=400)
def test_any_text_means_what_pyyaml_says_or_is_refused(text: str) -> None:
    try:
        ours = load(text)
    except LoadError as error:
        assert all(d.location is not None for d in error.diagnostics)  # noqa: PT017 - both ways out are right
        return
    try:
        theirs = yaml.load(text, yaml.CSafeLoader)
    except yaml.constructor.ConstructorError as error:
        assert any(tag in str(error) for tag in UNCONSTRUCTED)  # noqa: PT017 - we take them as the text they are
        return
    assert ours == theirs


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("0755", 493),
        ("12:30:45", 45045),
        ("0x1F", 31),
        ("1_000", 1000),
        ("1.5e+3", 1500.0),
        ("1e3", "1e3"),
        ("0o17", "0o17"),
        ("~", None),
        ("", None),
        ("2001-12-14", date(2001, 12, 14)),
        ("=", "="),
        ("<<", "<<"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("'yes'", "yes"),
        ("!!binary aGk=", b"hi"),
    ],
)
def test_scalars_are_those_of_yaml_1_1(text: str, value: object) -> None:
    assert load(text) == value


def test_strings_are_trusted_text_and_keys_are_plain() -> None:
    loaded = load("a: b\n'{{ c }}': d\n")
    assert type(loaded["a"]) is SourceText
    assert [type(key) for key in loaded] == [str, SourceText]


def test_unsafe_text_is_plain_wherever_it_stands() -> None:
    loaded = load("a: !unsafe '{{ x }}'\nb: !unsafe [y, {c: z}]\nd: e\n")
    assert [type(loaded["a"]), type(loaded["b"][0]), type(loaded["b"][1]["c"])] == [str, str, str]
    assert type(loaded["d"]) is SourceText


def test_a_vaulted_value_stays_closed_until_it_is_used() -> None:
    vault = VaultSecrets((VaultSecret("dev", PASSWORD),))
    indented = LABELLED.replace("\n", "\n  ").rstrip()
    loaded = load(f"secret: !vault |\n  {indented}\n", vault=vault)
    assert isinstance(loaded["secret"], VaultText)
    assert loaded["secret"].reveal() == "labelled"
    assert place(loaded["secret"])[:2] == (1, 9)


def test_a_vaulted_value_that_no_password_opens_is_told_at_once() -> None:
    found = mistakes("a: !vault hello\nb: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n")
    assert [(d.code, d.location and d.location.line) for d in found] == [("damaged-vault", 1), ("damaged-vault", 2)]
    assert "begins with $ANSIBLE_VAULT" in found[0].message
    assert "damaged" in found[1].message


def test_merge_keys_fill_up_what_is_not_written() -> None:
    loaded = load("base: &b {x: 1, y: 2}\nother: &o {y: 3, z: 4}\nall: {<<: [*b, *o], x: 0}\n")
    assert loaded["all"] == {"x": 0, "y": 2, "z": 4}
    assert loaded["all"].value_locations["y"].line == 1


def test_a_merge_key_takes_mappings_only() -> None:
    (mistake,) = mistakes("a: {<<: 5}")
    assert mistake.message == "'<<' takes a mapping or a list of mappings"


def test_an_alias_is_the_same_value_again() -> None:
    loaded = load("a: &x [1, 2]\nb: *x\n")
    assert loaded["a"] is loaded["b"]


# --- places ---------------------------------------------------------------------------------------------


def test_keys_values_and_items_know_where_they_stand() -> None:
    loaded = load("- name: hello\n  list: [a, 'b c', 5]\n  on: yes\n")
    assert isinstance(loaded, LocatedList)
    mapping = loaded[0]
    assert isinstance(mapping, LocatedDict)
    assert place(loaded) == (1, 1, None)
    assert place(mapping) == (1, 3, None)
    assert place(mapping["name"]) == (1, 9, 14)
    assert str(mapping.key_locations["list"]) == "f.yml:2:3"
    assert place(mapping["list"]) == (2, 9, 22)
    assert [item.column for item in mapping["list"].item_locations] == [10, 13, 20]
    assert str(mapping.value_locations[True]) == "f.yml:3:7"
    assert str(location_at(loaded, [0, "list", 1])) == "f.yml:2:13"


def test_a_block_scalar_stands_where_its_indicator_does() -> None:
    assert place(load("a: |\n  one\n  two\n")["a"]) == (1, 4, None)


def test_columns_count_characters_not_bytes() -> None:
    assert place(load("- [日本, x]")[0][1]) == (1, 8, 9)


# --- mistakes -------------------------------------------------------------------------------------------


def test_all_duplicate_keys_are_told() -> None:
    found = mistakes("a: 1\nb: 2\na: 3\nc: {d: 1, d: 2}\na: 4\n")
    assert [(d.message, str(d.location)) for d in found] == [
        ("the key 'a' is written twice; the first is on line 1", "f.yml:3:1"),
        ("the key 'd' is written twice; the first is on line 4", "f.yml:4:11"),
        ("the key 'a' is written twice; the first is on line 3", "f.yml:5:1"),
    ]


def test_duplicate_keys_are_told_together_with_a_later_syntax_error() -> None:
    assert [d.code for d in mistakes("a: 1\na: 2\nb: 'x\n")] == ["duplicate-key", "yaml-syntax"]


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("a: !foo x", "unknown-tag", "f.yml:1:4"),
        ("a: !foo {b: c}", "unknown-tag", "f.yml:1:4"),
        ("a: !!set {b, c}", "unknown-tag", "f.yml:1:4"),
        ("a: !!python/object:os.system x", "bad-value", "f.yml:1:4"),
        ("a: *b", "unknown-alias", "f.yml:1:4"),
        ("a: &a [*a]", "recursive-alias", "f.yml:1:8"),
        ("a: 1\n---\nb: 2", "several-documents", "f.yml:2:1"),
        ("a: 2001-99-99", "bad-value", "f.yml:1:4"),
        ("a: 0x_", "bad-value", "f.yml:1:4"),
        ("a: " + "9" * 5000, "bad-value", "f.yml:1:4"),
        ("a: b\x07c", "control-character", "f.yml:1:5"),
        ("? [a, b]\n: c", "yaml-syntax", "f.yml:1:3"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, code: str, where: str) -> None:
    (mistake,) = mistakes(text)
    assert (mistake.code, str(mistake.location)) == (code, where)


def test_a_flood_of_mistakes_is_cut_off() -> None:
    assert len(mistakes("a: 1\n" * 10_000)) == Limits().reported


# --- bounds ---------------------------------------------------------------------------------------------

ALIAS_BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
MERGE_BOMB = "a0: &a0 {k: v}\n" + "".join(
    f"a{n}: &a{n}\n  <<: *a{n - 1}\n  x{n}: [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
STRING_BOMB = f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 1_000)}]\n"
RECURSION = "a: &a\n  b: {c: [*a]}\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ALIAS_BOMB, "too-large"),
        (MERGE_BOMB, "too-large"),
        (STRING_BOMB, "too-large"),
        (RECURSION, "recursive-alias"),
        ("[" * 20_000, "too-deep"),
        ("{a: " * 20_000, "too-deep"),
        ("- " * 20_000, "too-deep"),
        ("[" * 20_000 + "]" * 20_000, "too-deep"),
        ("".join(" " * n + "a:\n" for n in range(2_000)), "too-deep"),
        ("- a\n" * 500_000, "too-large"),
    ],
    ids=["aliases", "merges", "strings", "recursion", "[", "{", "-", "[]", "indented", "items"],
)
def test_a_bomb_is_refused_in_little_time_and_memory(text: str, code: str) -> None:
    tracemalloc.start()
    start = time.process_time()
    found = mistakes(text, limits=Limits(size=20_000))
    seconds, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [d.code for d in found] == [code]
    assert peak < 64 * 1024 * 1024
    assert seconds < 20  # tracing makes it several times slower than it is


def test_a_deep_but_sane_file_loads() -> None:
    depth = Limits().depth
    assert load("[" * depth + "]" * depth) == yaml.safe_load("[" * depth + "]" * depth)
