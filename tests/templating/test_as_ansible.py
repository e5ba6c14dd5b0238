"""What ansible-core 2.19.3 made of templates (``vectors/``), and what we make of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from smolrun.errors import SmolVMError
from smolrun.source.text import SourceText
from smolrun.templating.filters import filters
from smolrun.templating.lookups import lookups
from smolrun.templating.templar import Templar
from smolrun.templating.tests import tests as all_tests

VECTORS = Path(__file__).parent / "vectors"
FAILED = {"failed": True}
RESULTS: dict[str, Any] = {
    "r": {"failed": False, "changed": True},
    "rf": {"failed": True, "changed": False},
    "rs": {"skipped": True},
    "ru": {"unreachable": True},
    "rt": {"timedout": {"period": 1}},
}
INVENTORY = {"all": ["h1", "h2", "h3"], "ungrouped": [], "web": ["h1", "h2"], "db": ["h2", "h3"]}


def cases(name: str) -> list[tuple[str, Any]]:
    return [tuple(json.loads(line)) for line in (VECTORS / name).read_text().splitlines()]


def differing(templar: Templar, measured: list[tuple[str, Any]], variables: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The templates that come to something else, what they should come to, and what they do."""
    wrong = []
    for template, answer in measured:
        try:
            got = json.loads(json.dumps(templar.render(SourceText(template), variables), default=str))
        except SmolVMError:
            got = FAILED
        if json.dumps(got) != json.dumps(answer):
            wrong.append((template, answer, got))
    return wrong


def test_filters_and_tests_give_what_they_give_there() -> None:
    measured = cases("expressions.jsonl")
    assert len(measured) > 350
    assert differing(Templar(), measured, RESULTS) == []


def test_lookups_give_what_they_give_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in json.loads((VECTORS / "lookup_files.json").read_text()).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setenv("LOOKUP_TEST", "env value")
    measured = [
        (template.replace("@BASE@", str(tmp_path)), json.loads(json.dumps(answer).replace("@BASE@", str(tmp_path))))
        for template, answer in cases("lookups.jsonl")
    ]
    variables = {
        "name": "world", "num": 5, "lst": [1, 2], "tpl": SourceText("{{ name }}!"), "BASE": str(tmp_path),
        "playbook_dir": str(tmp_path), "ansible_search_path": [str(tmp_path)], "groups": INVENTORY,
    }  # fmt: skip
    assert len(measured) > 120
    assert differing(Templar(base=tmp_path), measured, variables) == []


@pytest.mark.parametrize(
    ("kind", "ours"), [("filters", filters()), ("tests", all_tests()), ("lookups", lookups())], ids=lambda x: str(x)[:7]
)
def test_every_function_of_ansible_core_is_there(kind: str, ours: dict[str, Any]) -> None:
    assert set(json.loads((VECTORS / "names.json").read_text())[kind]) - set(ours) == set()
