"""What is known of a template that was never run."""

import pytest

from smolrun.location import Location, SourceFile
from smolrun.source.text import SourceText
from smolrun.templating.analysis import analyse

PLAYBOOK = SourceFile(
    "site.yml",
    """\
- debug:
    msg: "a {{ foo | defalt('x') }} {{ bar.baz | default(1) }}"
  when: foo is defined and foo.x == bar
  literal: |
    line one
    {% for a in things %}
    {{ a.b }} {{ other }}
    {% endfr %}
  folded: >-
    {{ one
       | two }}
""",
)


def at(line: int, column: int, text: str) -> SourceText:
    return SourceText(text, Location(PLAYBOOK, line, column))


def names(text: str, *, expression: bool = False) -> list[tuple[str, bool]]:
    return [(used.name, used.guarded) for used in analyse(text, expression=expression).names]


def test_names_are_found_with_their_places() -> None:
    found = analyse(at(2, 10, "a {{ foo | defalt('x') }} {{ bar.baz | default(1) }}"))
    assert [(used.name, str(used.location), used.guarded) for used in found.names] == [
        ("foo", "site.yml:2:16", False),
        ("bar", "site.yml:2:40", True),
    ]
    (unknown,) = found.unknown_filters
    assert (unknown.name, str(unknown.location), unknown.hint) == ("defalt", "site.yml:2:22", "did you mean 'default'?")


def test_places_are_found_in_folded_scalars() -> None:
    found = analyse(at(9, 11, "{{ one | two }}"))
    assert str(found.names[0].location) == "site.yml:10:8"
    assert str(found.unknown_filters[0].location) == "site.yml:11:10"


def test_a_mistake_in_a_literal_scalar_has_its_line_and_column() -> None:
    found = analyse(at(4, 12, "line one\n{% for a in things %}\n{{ a.b }} {{ other }}\n{% endfr %}\n"))
    assert found.error is not None
    assert (str(found.error.location), found.error.code) == ("site.yml:8:8", "bad-template")
    assert "endfr" in found.error.message


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("x == ", 6, "still to come"),
        ("a b", 3, "unexpected 'b'"),
        ("a ==== b", 5, "unexpected '=='"),
        ("(a", 3, "')' is still to come"),
        ("'abc", 1, "quote"),
        ("x ? y", 3, "'?'"),
        ("[1, 2", 6, "still to come"),
        ("a or * b", 6, "unexpected '*'"),
    ],
)
def test_mistakes_in_expressions_have_their_column(text: str, column: int, said: str) -> None:
    file = SourceFile("site.yml", text)
    found = analyse(SourceText(text, Location(file, 1, 1)), expression=True)
    assert found.error is not None
    assert found.error.code == "bad-expression"
    assert said in found.error.message
    assert found.error.location is not None
    # What lies at the very end is marked where the text ends, as far as the file shows it.
    assert found.error.location.column in (column, len(text.rstrip()) + 1)


def test_braces_in_an_expression_get_a_hint() -> None:
    error = analyse("{{ x }} == 1", expression=True).error
    assert error is not None
    assert "without braces" in (error.hint or "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x is defined and x.y", [("x", True), ("x", True)]),
        ("x is not defined or x == 1", [("x", True), ("x", True)]),
        ("not (x is undefined) and x", [("x", True), ("x", True)]),
        ("x is defined or y", [("x", True), ("y", False)]),
        ("'x' in vars and x", [("x", True)]),
        ("x | default(y)", [("x", True), ("y", False)]),
        ("x | default(y) | default(z)", [("x", True), ("y", True), ("z", False)]),
        ("(x if z else y) | default(1)", [("z", False), ("x", True), ("y", True)]),
        ("x.y.z | d(1)", [("x", True)]),
        ("x.y[z] is defined", [("x", True), ("z", False)]),
        ("x | int | default(0)", [("x", False)]),
        ("a if b is defined else c", [("b", True), ("a", False), ("c", False)]),
        ("b.x if b is defined else c", [("b", True), ("b", True), ("c", False)]),
        ("[a, b] | select('defined') | list", [("a", True), ("b", True)]),
        ("[a] | map('default', c)", [("a", True), ("c", False)]),
        ("x == '{{ y }}'", [("x", False), ("y", False)]),
        ("lookup('env', 'HOME') == range(3) ~ now() ~ omit", []),
        ("(x | default(false)) and x.y", [("x", True), ("x", True)]),
    ],
)
def test_guards_are_seen_in_expressions(text: str, expected: list[tuple[str, bool]]) -> None:
    assert names(text, expression=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{% set a = b %}{{ a }}{{ c }}", [("b", False), ("c", False)]),
        ("{% for a in b %}{{ a }}{{ loop.index }}{% endfor %}{{ a }}", [("b", False), ("a", False)]),
        ("{% for k, v in d.items() if v is defined %}{{ k }}{{ v }}{% endfor %}", [("d", False)]),
        ("{% macro m(x, y=z) %}{{ x }}{{ w }}{{ y }}{% endmacro %}{{ m(1) }}", [("z", False), ("w", False)]),
        ("{% if a is defined %}{{ a }}{% else %}{{ b }}{% endif %}", [("a", True), ("a", True), ("b", False)]),
        ("{% if a is undefined %}{{ b }}{% else %}{{ a }}{% endif %}", [("a", True), ("b", False), ("a", True)]),
        ("{% with a = b %}{{ a }}{% endwith %}", [("b", False)]),
        ("{% set a %}{{ b }}{% endset %}{{ a }}", [("b", False)]),
        ("{% import 'x.j2' as forms %}{{ forms.y }}", []),
        ("{% from 'x.j2' import y as z %}{{ z }}", []),
        ("{% raw %}{{ a }}{% endraw %}{# {{ b }} #}", []),
    ],
)
def test_names_that_a_template_sets_are_its_own(text: str, expected: list[tuple[str, bool]]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "defined"),
    [
        ("x is defined and y is defined", {"x", "y"}),
        ("x is defined or y is defined", set()),
        ("not x is undefined", {"x"}),
        ("x == 1", set()),
        ("x.y is defined", {"x"}),
        ("(x | default('')) == 'on'", {"x"}),
    ],
)
def test_what_a_condition_makes_sure_of(text: str, defined: set[str]) -> None:
    assert analyse(text, expression=True).defines == defined


def test_unknown_functions_are_told_with_what_may_be_meant() -> None:
    found = analyse("{{ x | lenght }}{{ x is defind }}{{ lookup('fil', 'a') }}{{ x | a.b.c }}")
    assert [(one.name, one.hint) for one in found.unknown_tests] == [("defind", "did you mean 'defined'?")]
    assert [(one.name, one.hint) for one in found.unknown_lookups] == [("fil", "did you mean 'file'?")]
    assert [one.name for one in found.unknown_filters] == ["lenght", "a.b.c"]


def test_fully_qualified_names_are_known() -> None:
    found = analyse(
        "{{ x | ansible.builtin.combine(y) is ansible.builtin.version('1', '<') }}{{ q('ansible.builtin.env', 'A') }}"
    )
    assert found.error is None
    assert not found.unknown_filters + found.unknown_tests + found.unknown_lookups


def test_lookups_are_found_with_their_literal_terms() -> None:
    found = analyse("{{ lookup('ansible.builtin.template', 'a.j2') }}{{ q('file', name) }}")
    assert [(used.name, used.term) for used in found.lookups] == [("template", "a.j2"), ("file", None)]


def test_nothing_is_known_of_a_place_where_the_text_has_none() -> None:
    assert analyse("{{ x }}").names[0].location is None


def test_deep_nesting_is_a_mistake_and_no_crash() -> None:
    assert analyse("(" * 5000, expression=True).error is not None
