"""Filters give what Ansible's documentation says they give. The values were compared with ansible-core 2.19."""

from collections.abc import Callable
from typing import Any

import pytest

from smolrun.templating.filters import filters
from tests.templating.conftest import Render

USERS = [
    {"name": "al", "keys": ["k1", "k2"], "group": {"id": 1}},
    {"name": "bo", "keys": ["k3"], "group": {"id": 2}},
]
URL = "https://us:pw@example.com:8080/p/a?x=1&y=2#frag"

VALUES: list[tuple[str, Any]] = [
    ("[nope | default(1), none | default(1), none | default(1, true), nope.x.y | d('z')]", [1, None, 1, "z"]),
    ("['yes', 'On', '1', 'TRUE', 1, true] | map('bool') | unique", [True]),
    ("['no', 'off', 'foo', '', 0, 2, none, 'y'] | map('bool') | unique", [False]),
    ("[true | ternary(1, 2), '' | ternary(1, 2), none | ternary(1, 2, 3), none | ternary(1, 2)]", [1, 2, 3, 2]),
    ("[1, 'a', [], {}, none, true] | map('type_debug')", ["int", "str", "list", "dict", "NoneType", "bool"]),
    ("5 | mandatory", 5),
]
TEXT: list[tuple[str, Any]] = [
    ("['a b', '', none, 5] | map('quote')", ["'a b'", "''", "''", "5"]),
    ("'a,b,c' | split(',', 1)", ["a", "b,c"]),
    ("'a b  c' | split", ["a", "b", "c"]),
    ("'a' | comment", "#\n# a\n#"),
    ("'a\n\nb' | comment('c')", "//\n// a\n//\n// b\n//"),
    ("'a' | comment('cblock')", "/*\n *\n * a\n *\n */"),
    ("'a' | comment('xml')", "<!--\n -\n - a\n -\n-->"),
    ("'a' | comment('erlang')", "%\n% a\n%"),
    ("'a' | comment(decoration='! ')", "!\n! a\n!"),
    ("'a' | comment('plain', prefix='')", "# a\n#"),
    ("'a' | comment('plain', prefix_count=2, postfix_count=0)", "#\n#\n# a"),
    ("'C' | comment('plain', prefix='###\n#', postfix='#\n###')", "###\n#\n# C\n#\n###"),
    ("'a\nb' | indent(2, true)", "  a\n  b"),
    ("'%s=%d' | format('a', 3)", "a=3"),
    ("'aXb' | replace('X', '-') | upper | capitalize", "A-b"),
    ("'abcdef' | truncate(3, true, '', 0)", "abc"),
    ("' a ' | trim", "a"),
]
REGEX: list[tuple[str, Any]] = [
    (r"'ab12' | regex_replace('\d', 'x')", "abxx"),
    (r"'ansible' | regex_replace('^a.*i(.*)$', 'a\1')", "able"),
    ("'AB' | regex_replace('a', 'z', ignorecase=true)", "zB"),
    ("'aaa' | regex_replace('a', 'b', count=2)", "bba"),
    ("'a\nb' | regex_replace('^', '# ', multiline=True)", "# a\n# b"),
    ("[5, none] | map('regex_replace', '5', '6')", ["6", "None"]),
    ("'server1/database42' | regex_search('database[0-9]+')", "database42"),
    (r"'server1/database42' | regex_search('server([0-9]+)/database([0-9]+)', '\1', '\2')", ["1", "42"]),
    (r"'server1/database42' | regex_search('(?P<db>data)', '\g<db>')", ["data"]),
    ("'abc' | regex_search('x')", None),
    ("'foo\nBAR' | regex_search('^bar', multiline=True, ignorecase=True)", "BAR"),
    (r"'a1b2' | regex_findall('\d')", ["1", "2"]),
    (r"'a1b2' | regex_findall('([a-z])(\d)')", [["a", "1"], ["b", "2"]]),
    ("'^f.*o(.*)$' | regex_escape", r"\^f\.\*o\(\.\*\)\$"),
    ("'^f.*o(.*)$' | regex_escape('posix_basic')", r"\^f\.\*o(\.\*)\$"),
]
NESTED = "{'a': {'b': 1, 'c': [1]}}"
LISTS = "{'a': [1, 2]} | combine({'a': [2, 3]}"
TWICE = "[{'n': 'a', 'z': 1}, {'n': 'a', 'z': 2}]"
COLLECTIONS: list[tuple[str, Any]] = [
    (NESTED + " | combine({'a': {'d': 2}})", {"a": {"d": 2}}),
    (NESTED + " | combine({'a': {'d': 2}}, recursive=True)", {"a": {"b": 1, "c": [1], "d": 2}}),
    (LISTS + ")", {"a": [2, 3]}),
    (LISTS + ", list_merge='keep')", {"a": [1, 2]}),
    (LISTS + ", list_merge='append')", {"a": [1, 2, 2, 3]}),
    (LISTS + ", list_merge='prepend')", {"a": [2, 3, 1, 2]}),
    (LISTS + ", list_merge='append_rp')", {"a": [1, 2, 3]}),
    (LISTS + ", list_merge='prepend_rp')", {"a": [2, 3, 1]}),
    ("[{'a': 1}, {'b': 2}] | combine({'c': 3}, {'a': 4})", {"a": 4, "b": 2, "c": 3}),
    ("{'a': 1} | dict2items", [{"key": "a", "value": 1}]),
    ("{'a': 1} | dict2items('k', 'v') | items2dict('k', 'v')", {"a": 1}),
    ("[1, [2, [3, none, [4]]]] | flatten", [1, 2, 3, 4]),
    ("[1, [2, [3, none]]] | flatten(levels=1)", [1, 2, [3, None]]),
    ("[1, [none]] | flatten(skip_nulls=False)", [1, None]),
    ("users | subelements('keys') | map('last')", ["k1", "k2", "k3"]),
    ("users | subelements('nope', skip_missing=True)", []),
    ("[1, 2] | zip(['a', 'b', 'c'])", [[1, "a"], [2, "b"]]),
    ("[1, 2] | zip_longest(['a', 'b', 'c'], fillvalue='x')", [[1, "a"], [2, "b"], ["x", "c"]]),
    ("[1, 2] | product([3, 4])", [[1, 3], [1, 4], [2, 3], [2, 4]]),
    ("[1, 2] | product(repeat=2) | length", 4),
    ("[1, 2, 3] | permutations(2) | length", 6),
    ("[1, 2, 3] | combinations(2)", [[1, 2], [1, 3], [2, 3]]),
    ("'a' | extract({'a': {'b': {'c': 6}}}, ['b', 'c'])", 6),
    ("['a', 'b'] | map('extract', {'a': 1, 'b': 2})", [1, 2]),
    ("'z' | extract({'a': 1}) | default('q')", "q"),
    ("[{'n': 'a', 'v': 1}] | rekey_on_member('n')", {"a": {"n": "a", "v": 1}}),
    (TWICE + " | rekey_on_member('n', duplicates='overwrite')", {"a": {"n": "a", "z": 2}}),
    ("users | groupby('group.id') | map('first')", [1, 2]),
    ("users | selectattr('name', 'match', '^a') | map(attribute='group.id')", [1]),
    ("users | rejectattr('name', 'equalto', 'al') | map(attribute='name')", ["bo"]),
    ("[1, 2, 3] | select('gt', 1) | reject('equalto', 3)", [2]),
    ("users | sum(attribute='group.id')", 3),
    ("users | map(attribute='keys') | flatten | join(',')", "k1,k2,k3"),
    ("['b', 'A'] | sort", ["A", "b"]),
    ("{'b': 1, 'a': 2} | dictsort", [["a", 2], ["b", 1]]),
]
SETS: list[tuple[str, Any]] = [
    ("[1, 2, 2, 1, 'a', 'A'] | unique", [1, 2, "a"]),
    ("['a', 'A'] | unique(case_sensitive=true)", ["a", "A"]),
    ("users | unique(attribute='group.id') | length", 2),
    ("[[1], [1]] | unique", [[1]]),
    ("[3, 1, 2] | union([3, 4, 1])", [3, 1, 2, 4]),
    ("[3, 1, 1] | intersect([1, 3])", [3, 1]),
    ("[3, 1, 1, 2] | difference([1])", [3, 2]),
    ("[5, 3, 1] | symmetric_difference([1, 9, 4])", [5, 3, 9, 4]),
    ("[{'a': 1}] | union([{'a': 1}, {'b': 1}])", [{"a": 1}, {"b": 1}]),
]
ENCODING: list[tuple[str, Any]] = [
    ("'é' | b64encode | b64decode", "é"),
    ("'é' | b64encode('utf-16-le')", "6QA="),
    ("url | urlsplit('port')", 8080),
    ("(url | urlsplit).username", "us"),
    ("'a b&c/d' | urlencode | urldecode", "a b&c/d"),
    ("{'a': 'b c', 'd': 1} | urlencode", "a=b+c&d=1"),
    ("'abc' | to_uuid(namespace='6ba7b810-9dad-11d1-80b4-00c04fd430c8')", "6cb8e707-0fc5-5f55-88d4-d4fed43e64a8"),
]
HASHES: list[tuple[str, Any]] = [
    ("'abc' | hash", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("'abc' | checksum == 'abc' | sha1", True),
    ("'abc' | md5", "900150983cd24fb0d6963f7d28e17f72"),
    ("'abc' | hash('sha256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
]
PATHS: list[tuple[str, Any]] = [
    ("'/a/b.tar.gz' | splitext", ["/a/b.tar", ".gz"]),
    ("['/a/b.c' | basename, '/a/b.c' | dirname]", ["b.c", "/a"]),
    ("['/a', 'b', 'c'] | path_join", "/a/b/c"),
    ("['/a', '/b'] | path_join", "/b"),
    ("'/a/../b' | normpath", "/b"),
    ("'/a/b' | relpath('/a/c')", "../b"),
    ("['/a/b', '/a/c'] | commonpath", "/a"),
    (r"'C:\a\b.txt' | win_basename", "b.txt"),
]
NUMBERS: list[tuple[str, Any]] = [
    ("[100 | log(10), 8 | log(2), 2 | pow(10), 16 | root, 1 | log]", [2.0, 3.0, 1024.0, 4.0, 0.0]),
    ("27 | root(3) | round", 3.0),
    ("[1024, 10, 0, 123456789] | map('human_readable')", ["1.00 KB", "10.00 Bytes", "0.00 Bytes", "117.74 MB"]),
    ("123456 | human_readable(isbits=True, unit='M')", "0.12 Mb"),
    ("['10M', '1.5 KB', 10, '3 B', '1 megabyte'] | map('human_to_bytes')", [10485760, 1536, 10, 3, 1048576]),
    ("['10Mb' | human_to_bytes(isbits=True), '5' | human_to_bytes('G')]", [10485760, 5368709120]),
    ("['5' | int, 'x' | int(7), '0x1f' | int(base=16), '1.5' | float]", [5, 7, 31, 1.5]),
]
DATES: list[tuple[str, Any]] = [
    ("'%Y-%m-%d' | strftime(0, utc=True)", "1970-01-01"),
    ("(('2016-08-14 20:00:12' | to_datetime) - ('2015-12-25' | to_datetime('%Y-%m-%d'))).days", 233),
]
NICE_JSON = '{\n    "a": [\n        1,\n        {\n            "c": 2\n        }\n    ],\n    "b": 1\n}'
FORMATS: list[tuple[str, Any]] = [
    ("{'b': 1, 'a': 'é'} | to_json", '{"b": 1, "a": "\\u00e9"}'),
    ("{'b': 1, 'a': [1, {'c': 2}]} | to_nice_json", NICE_JSON),
    ("{'a': 1} | to_nice_json(indent=2)", '{\n  "a": 1\n}'),
    ("{'b': 1, 'a': [1, {'c': 2}], 'e': [], 's': 'yes'} | to_yaml", "a:\n- 1\n- {c: 2}\nb: 1\ne: []\ns: 'yes'\n"),
    ("{'b': {'x': 1}, 'a': [1], 'n': none, 'd': '0123'} | to_nice_yaml", "a:\n- 1\nb:\n    x: 1\nd: '0123'\nn: null\n"),
    ("{'a': [{'b': 1, 'c': 2}]} | to_nice_yaml(indent=2)", "a:\n- b: 1\n  c: 2\n"),
    ("{'b': 1, 'a': 1} | to_nice_yaml(sort_keys=False)", "b: 1\na: 1\n"),
    ("[5, 'abc', none] | map('to_yaml') | list", ["5\n", "abc\n", "null\n"]),
    ("'é' | to_yaml", "é\n"),
    ("'{\"a\": [1, null, true]}' | replace(backslash, '') | from_json", {"a": [1, None, True]}),
    ("'a: 1\nb: [x, yes]' | from_yaml", {"a": 1, "b": ["x", True]}),
    ("'a: 1\n---\nb: 2\n' | from_yaml_all", [{"a": 1}, {"b": 2}]),
]
EVERY = [*VALUES, *TEXT, *REGEX, *COLLECTIONS, *SETS, *ENCODING, *HASHES, *PATHS, *NUMBERS, *DATES, *FORMATS]


@pytest.mark.parametrize(("expression", "value"), EVERY)
def test_a_filter_gives_what_is_documented(render: Render, expression: str, value: Any) -> None:
    assert render("{{ " + expression + " }}", users=USERS, url=URL, backslash="\\") == value


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("nope | mandatory", "'nope' is not defined"),
        ("nope | mandatory('give it')", "give it"),
        ("'a' | comment('pascal')", "there is no style 'pascal'"),
        ("'a' | regex_replace('(', '')", "not a regular expression"),
        ("'abc' | regex_replace('z', '6', mandatory_count=1)", "matches 0 times"),
        ("'a' | regex_search('a', 'x')", "names no group"),
        ("'a' | regex_escape('perl')", "no kind 'perl'"),
        ("{'a': 1} | combine('x')", "mappings are needed"),
        ("{'a': 1} | combine({}, list_merge='mix')", "list_merge is 'mix'"),
        ("[1] | dict2items", "a mapping is needed"),
        ("[{'k': 'a'}] | items2dict", "needs the keys"),
        ("users | subelements('nope')", "there is no key 'nope'"),
        ("users | subelements('name')", "not to a list"),
        ("[{'n': 'a'}, {'n': 'a'}] | rekey_on_member('n')", "twice"),
        ("'abc' | hash('md6')", "no hash algorithm 'md6'"),
        ("url | urlsplit('door')", "no part 'door'"),
        ("'YWJ' | b64decode", "the filter 'b64decode' failed"),
        ("'x' | log", "a number is needed"),
        ("'10Mb' | human_to_bytes", "not a size in bytes"),
        ("'10X' | human_to_bytes", "unknown unit 'X'"),
        ("'{a' | from_json", "not JSON"),
        ("'a: b: c' | from_yaml", "not YAML"),
        ("5 | from_json", "text is needed"),
        ("'%Y' | strftime('abc')", "not a number of seconds"),
        ("'x' | password_hash('md6')", "'md6' is not supported"),
        ("'x' | password_hash('sha512', 'bad salt!')", "a salt has at most"),
    ],
)
def test_a_filter_that_fails_names_itself_and_says_why(failure: Callable[..., str], expression: str, said: str) -> None:
    assert said in failure("{{ " + expression + " }}", users=USERS, url=URL)


@pytest.mark.parametrize(
    "expression", ["100 | random(seed='x')", "[1, 2, 3] | shuffle(seed='a')", "'abc' | random(seed=3)"]
)
def test_the_same_seed_gives_the_same_chance(render: Render, expression: str) -> None:
    assert render("{{ " + expression + " }}") == render("{{ " + expression + " }}")


def test_chance_stays_within_what_is_given(render: Render) -> None:
    assert render("{{ 100 | random(start=50, step=10) }}") in range(50, 100, 10)
    assert render("{{ ['a', 'b'] | random }}") in ("a", "b")
    assert sorted(render("{{ [3, 1, 2] | shuffle }}")) == [1, 2, 3]


def test_fully_qualified_names_mean_the_same(render: Render) -> None:
    assert render("{{ 'abc' | ansible.builtin.regex_replace('b', '-') }}") == "a-c"


USED = [
    "default",
    "length",
    "bool",
    "join",
    "int",
    "list",
    "lower",
    "ternary",
    "map",
    "regex_replace",
    "replace",
    "first",
    "basename",
    "dirname",
    "string",
    "selectattr",
    "from_json",
    "regex_search",
    "b64decode",
    "combine",
    "comment",
    "trim",
    "to_json",
    "to_nice_yaml",
    "sort",
    "flatten",
    "select",
    "difference",
    "from_yaml",
    "unique",
    "indent",
    "quote",
    "dict2items",
    "upper",
    "to_nice_json",
    "reject",
    "last",
    "rejectattr",
    "split",
    "hash",
    "regex_escape",
    "random",
    "union",
    "product",
    "extract",
    "d",
    "format",
    "count",
    "intersect",
    "items2dict",
    "float",
    "capitalize",
    "type_debug",
    "mandatory",
    "regex_findall",
    "password_hash",
    "to_yaml",
    "b64encode",
    "dictsort",
    "max",
    "zip",
    "urlsplit",
    "min",
    "realpath",
    "sum",
    "subelements",
    "urlencode",
    "to_uuid",
    "truncate",
    "round",
    "splitext",
    "path_join",
    "symmetric_difference",
    "abs",
    "shuffle",
    "expanduser",
    "title",
    "reverse",
]


@pytest.mark.parametrize("name", USED)
def test_every_filter_that_three_repositories_use_is_there(name: str) -> None:
    assert name in filters()
