"""Filters and tests for addresses, as ansible.utils 6.1 answered (``vectors/addresses.jsonl``), and ``json_query``."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from netaddr import AddrFormatError

from smolrun.templating.filters import filters
from smolrun.templating.tests import tests as all_tests
from tests.templating.conftest import Render

VECTORS = Path(__file__).parents[1] / "vectors/addresses.jsonl"
FAILED = {"failed": True}


def measured() -> dict[tuple[str, str], list[tuple[list[Any], Any]]]:
    cases = defaultdict(list)
    for line in VECTORS.read_text().splitlines():
        kind, name, arguments, answer = json.loads(line)
        cases[kind, name].append((arguments, answer))
    return cases


CASES = measured()


@pytest.mark.parametrize(("kind", "name"), sorted(CASES))
def test_answers_are_those_of_ansible(kind: str, name: str) -> None:
    function = filters()[name] if kind == "filter" else all_tests()["ansible.utils." + name]
    wrong = []
    for arguments, answer in CASES[kind, name]:
        try:
            got = json.loads(json.dumps(function(*arguments)))
        except (ValueError, TypeError, IndexError, AddrFormatError):
            got = FAILED
        if got != answer:
            wrong.append((arguments, got, answer))
    assert wrong == []


def test_there_are_vectors_for_every_filter() -> None:
    known = {name.rpartition(".")[2] for name in filters() if name.startswith("ansible.utils.")}
    assert {name for kind, name in CASES if kind == "filter"} == known
    assert sum(map(len, CASES.values())) > 2000


@pytest.mark.parametrize("name", ["ipaddr", "ansible.utils.ipaddr"])
def test_they_have_short_and_full_names(render: Render, name: str) -> None:
    assert render(f"{{{{ '192.168.1.5/24' | {name}('network') }}}}") == "192.168.1.0"
    assert render("{{ ['10.1.1.1', '8.8.8.8'] | select('ansible.utils.private') }}") == ["10.1.1.1"]


def test_a_query_that_there_is_not_is_named(failure: Callable[..., str]) -> None:
    assert failure("{{ '10.1.1.1' | ipv4('netwrok') }}") == "the filter 'ipv4' failed: ipv4 has no query 'netwrok'"


def test_a_range_of_too_many_addresses_is_refused(failure: Callable[..., str]) -> None:
    assert "usable_range" in failure("{{ '10.0.0.0/8' | ansible.utils.usable_range }}")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("machines[?state=='running'].name", ["a"]),
        ("machines[*].{n: name, s: state}", [{"n": "a", "s": "running"}, {"n": "b", "s": "stopped"}]),
        ("machines[0].name", "a"),
        ("nothing.at.all", None),
        ("length(machines)", 2),
        ("machines[?starts_with(name, 'b')] | [0].state", "stopped"),
    ],
)
def test_json_query_finds(render: Render, expression: str, value: Any) -> None:
    data = {"machines": [{"name": "a", "state": "running"}, {"name": "b", "state": "stopped"}]}
    assert render("{{ data | json_query(q) }}", data=data, q=expression) == value
    assert render("{{ data | community.general.json_query(q) }}", data=data, q=expression) == value


def test_what_json_query_cannot_read_is_told(failure: Callable[..., str]) -> None:
    message = failure("{{ {} | json_query('a[') }}")
    assert message.startswith("the filter 'json_query' failed: 'a['")
    assert "the filter 'json_query' failed" in failure("{{ {'a': 1} | json_query('length(a)') }}")


def test_neither_library_is_imported_before_it_is_used() -> None:
    code = (
        "import sys; from smolrun.templating.templar import Templar; Templar(); "
        "assert not {'netaddr','jmespath'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
