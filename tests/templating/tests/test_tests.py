"""Tests answer what Ansible's documentation says they answer. The values were compared with ansible-core 2.19."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smolrun.templating import tests as themes
from tests.templating.conftest import Render

RESULTS = [
    ("{'changed': true} is changed", True),
    ("{} is changed", False),
    ("{'results': [{}, {'changed': true}]} is changed", True),
    ("{'failed': true} is failed", True),
    ("{'failed': false} is failed", False),
    ("{} is succeeded", True),
    ("{'failed': true} is success", False),
    ("{} is ok", True),
    ("{'skipped': true} is skipped", True),
    ("{} is skip", False),
    ("{'unreachable': true} is unreachable", True),
    ("{} is reachable", True),
    ("{'started': 1} is started", True),
    ("{'finished': 0} is finished", False),
    ("{'timedout': {'period': 3}} is timedout", True),
    ("{'timed_out': true} is timedout", True),
    ("{} is timedout", False),
]
REGEX = [
    ("'abc' is match('b')", False),
    ("'abc' is match('a')", True),
    ("'abc' is search('b')", True),
    ("'ABC' is search('b', ignorecase=true)", True),
    ("'a\nb' is search('^b', multiline=true)", True),
    ("'abc' is regex('^b')", False),
    ("'abc' is regex('b', match_type='fullmatch')", False),
    ("5 is match('5')", True),
]
VERSIONS = [
    ("'1.2.3' is version('1.10', '<')", True),
    ("'1.2' is version('1.2')", True),
    ("'1.2rc1' is version('1.2', '>')", True),
    ("1.2 is version('1.3', 'lt')", True),
    ("'1.2.0' is version('1.2', '==')", False),
    ("'v1.2' is version('v1.3', '<')", True),
    ("'7' is version_compare('7.1', '<')", True),
    ("'20.04' is version('18.04', 'ge')", True),
    ("'1.2b1' is version('1.2', 'lt', strict=True)", True),
    ("'1.2.3-rc.1' is version('1.2.3', 'lt', version_type='semver')", True),
    ("'1.2.3+b' is version('1.2.3', 'eq', version_type='semantic')", True),
    ("'1.0.0-alpha.1' is version('1.0.0-alpha.beta', '<', version_type='semver')", True),
    ("'1.0.0-2' is version('1.0.0-11', '<', version_type='semver')", True),
    ("'1.2rc1' is version('1.2', 'lt', version_type='pep440')", True),
    ("'1.2.post1' is version('1.2', '>', version_type='pep440')", True),
    ("'1.2.dev1' is version('1.2a1', '<', version_type='pep440')", True),
    ("'1.2.0' is version('1.2', '==', version_type='pep440')", True),
    ("'1!0.1' is version('2', '>', version_type='pep440')", True),
    ("'1.0+local' is version('1.0', '>', version_type='pep440')", True),
    ("'1.0a1.dev1' is version('1.0a1', '<', version_type='pep440')", True),
]
COLLECTIONS = [
    ("[1, 2] is subset([1, 2, 3])", True),
    ("[1, 4] is subset([1, 2, 3])", False),
    ("[1, 2] is superset([1])", True),
    ("[1] is contains(1)", True),
    ("{'a': 1} is contains('a')", True),
    ("[true, 0] is any", True),
    ("[true, 0] is all", False),
    ("[] is all", True),
    ("'a' is in(['a'])", True),
]
VALUES = [
    ("nope is defined", False),
    ("nope.x.y is undefined", True),
    ("'x' is truthy", True),
    ("'no' is truthy", True),
    ("'no' is truthy(convert_bool=True)", False),
    ("'no' is falsy(convert_bool=True)", True),
    ("'' is falsy", True),
    ("none is none", True),
    ("'s' is string and [] is sequence and {} is mapping and 1 is number and true is boolean", True),
    ("'s' is iterable and 1 is integer and 1.5 is float", True),
    ("1 is sameas(1) and 1 is eq(1) and 2 is gt(1) and 'a' is equalto('a') and 1 is ne(2)", True),
    ("('nan' | float) is nan", True),
    ("'x' is nan", False),
    ("'plain' is vault_encrypted", False),
    ("'$ANSIBLE_VAULT;1.1;AES256' is vault_encrypted", True),
    ("'http://a.b' is uri and 'http://a.b' is url and 'urn:isbn:1' is urn", True),
    ("'urn:isbn:1' is url", False),
    ("'ftp://a' is url(['http'])", False),
    ("true is true and false is false", True),
    ("'x' is ansible.builtin.match('x')", True),
    ("['a', 'b1'] | select('search', '1') | list == ['b1']", True),
    ("[nope, 1] | select('defined') | list == [1]", True),
]


@pytest.mark.parametrize(("expression", "answer"), [*RESULTS, *REGEX, *VERSIONS, *COLLECTIONS, *VALUES])
def test_a_test_answers_what_is_documented(render: Render, expression: str, answer: bool) -> None:
    assert render("{{ " + expression + " }}") is answer


def test_files_of_the_controller_are_looked_at(render: Render, tmp_path: Path) -> None:
    file, link, gone = tmp_path / "file", tmp_path / "link", tmp_path / "gone"
    file.write_text("$ANSIBLE_VAULT;1.1;AES256\n")
    link.symlink_to(gone)

    def answer(test: str, path: Path | str) -> Any:
        return render("{{ path is " + test + " }}", path=str(path), other=str(tmp_path / "." / "file"))

    assert [answer(test, file) for test in ("file", "exists", "directory", "link", "vaulted_file")] == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert [answer(test, link) for test in ("exists", "link", "link_exists")] == [False, True, True]
    assert [answer(test, tmp_path) for test in ("directory", "abs", "file")] == [True, True, False]
    assert answer("same_file(other)", file) is True
    assert answer("abs", "etc/hosts") is False
    assert answer("mount", "/") is True


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("'x' is failed", "asks about a registered result"),
        ("[] is changed", "asks about a registered result"),
        ("'a' is match('(')", "not a regular expression"),
        ("'a' is regex('a', match_type='some')", "match_type is 'some'"),
        ("'1.a' is version('1.2', '<')", "cannot be compared"),
        ("'' is version('1', '<')", "is empty"),
        ("'x' is version('1.2', '<', strict=True)", "not a strict version"),
        ("'x' is version('1.2', '<', version_type='semver')", "not a semantic version"),
        ("'x y' is version('1.2', '<', version_type='pep440')", "PEP 440"),
        ("'1' is version('1', 'like')", "no operator 'like'"),
        ("'1' is version('1', '<', version_type='odd')", "no version type 'odd'"),
        ("'1' is version('1', '<', strict=True, version_type='loose')", "not both"),
        ("nope is failed", "'nope' is undefined"),
    ],
)
def test_a_test_that_fails_says_why(failure: Callable[..., str], expression: str, said: str) -> None:
    assert said in failure("{{ " + expression + " }}")


USED = [
    "defined",
    "version",
    "changed",
    "undefined",
    "string",
    "failed",
    "search",
    "match",
    "succeeded",
    "none",
    "equalto",
    "success",
    "mapping",
    "version_compare",
    "iterable",
    "skipped",
    "number",
    "in",
    "sequence",
    "boolean",
    "truthy",
    "sameas",
    "regex",
    "true",
    "false",
    "!=",
    "eq",
    "contains",
    "ne",
    "falsy",
    "==",
    "integer",
    "<=",
    "subset",
    "superset",
    "any",
    "all",
    "vault_encrypted",
    "abs",
    "file",
    "directory",
    "exists",
    "link",
    "reachable",
    "unreachable",
    "started",
    "finished",
]


@pytest.mark.parametrize("name", USED)
def test_every_test_that_three_repositories_use_is_there(name: str) -> None:
    assert name in themes.tests()
