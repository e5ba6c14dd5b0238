"""``smolrun doc``: what modules are, on the terminal and as pages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from smolrun.cli.output.doc_pages import files, page_of
from smolrun.errors import LoadError
from smolrun.modules import registry
from smolrun.playbook.loader import load_playbook
from smolrun.playbook.module_groups import GROUPS, OTHERS, grouped
from tests.cli.conftest import ROOT, Ended

Smolrun = Callable[..., Ended]
FOLDER = ROOT / "docs/modules"


def test_committed_pages_are_what_the_modules_give() -> None:
    assert {path.name: path.read_text() for path in FOLDER.glob("*.md")} == files(), "smolrun doc --write docs/modules"


def test_all_modules_are_listed_in_groups(smolrun: Smolrun) -> None:
    told = smolrun("doc")
    assert told.code == 0
    words = {line.split()[0] for line in told.out.splitlines() if line.startswith("  ")}
    assert words == set(registry.names())
    assert "Files\n" in told.out
    assert max(map(len, told.out.splitlines())) <= 100


def test_no_name_stands_in_two_groups() -> None:
    names = [name for members in GROUPS.values() for name in members]
    assert len(names) == len(set(names))
    assert grouped(["copy", "something_new"]) == {"Files": ["copy"], OTHERS: ["something_new"]}


def test_one_module(smolrun: Smolrun) -> None:
    told = smolrun("doc", "ansible.builtin.copy").out
    assert told.startswith("copy  (ansible.builtin.copy)\n")
    assert "  dest (text, required)\n" in told
    assert "  force / thirsty (boolean, default true)\n" in told
    assert "validate: nginx -t -c %s" in told
    assert "Returns" not in told
    service = smolrun("doc", "get_url", "systemd").out
    assert "get_url  (" in service
    assert "started | stopped" in service or "started" in service


def test_a_wrong_name_is_told_with_what_was_meant(smolrun: Smolrun) -> None:
    told = smolrun("doc", "cpoy")
    assert told.code == 5
    assert "there is no module 'cpoy' (did you mean 'copy'?)" in told.err


def test_pages_are_written_and_checked(smolrun: Smolrun, tmp_path: Path) -> None:
    assert smolrun("doc", "--write", "pages", "--check").code == 1
    assert smolrun("doc", "--write", "pages").code == 0
    assert smolrun("doc", "--write", "pages", "--check").code == 0
    (tmp_path / "pages/gone.md").write_text("x")
    (tmp_path / "pages/copy.md").write_text("x")
    told = smolrun("doc", "--write", "pages", "--check")
    assert told.code == 1
    assert sorted(told.err.split(" is out of date\n")) == ["", "pages/copy.md", "pages/gone.md"]
    smolrun("doc", "--write", "pages")
    assert not (tmp_path / "pages/gone.md").exists()


@pytest.mark.parametrize("arguments", [("--check",), ("--write", "x", "copy")])
def test_what_does_not_go_together_is_told(smolrun: Smolrun, arguments: tuple[str, ...]) -> None:
    assert smolrun("doc", *arguments).code == 5


@pytest.mark.parametrize("name", registry.names())
def test_the_example_loads_without_a_mistake(name: str, tmp_path: Path) -> None:
    page = page_of(name)
    assert page is not None
    playbook = tmp_path / "example.yml"
    playbook.write_text(page.example)
    for folder in ("tasks", "roles"):
        (tmp_path / folder).mkdir()
    try:
        found = load_playbook(playbook)[1]
    except LoadError as error:
        found = error.diagnostics
    assert [each.message for each in found if each.code not in ("missing-file", "missing-role")] == []


@pytest.mark.parametrize("name", registry.names())
def test_a_page_has_all_its_parts(name: str) -> None:
    page = page_of(name)
    assert page is not None
    assert page.summary.endswith(".")
    assert page.example
    assert page.returns
    assert page.needs
    assert all(argument.description for argument in page.arguments)
