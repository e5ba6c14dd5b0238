"""What installed packages add, each test in a process of its own with a package of its own."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli.conftest import program

CODE = """\
from smolrun.modules.base import Arguments, Module, ModuleResult

MODULE = Module(Arguments, lambda arguments, task: ModuleResult(msg='notified'), collection='our.tools')

def shout(text):
    return text.upper()

def twice(context, terms, options):
    return [*terms, *terms]
"""
POINTS = """\
[smolrun.modules]
notify_us = our_tools:MODULE
not_one = our_tools:shout
[smolrun.filters]
shout = our_tools:shout
gone = our_tools:gone
[smolrun.tests]
loud = our_tools:str.isupper
[smolrun.lookups]
twice = our_tools:twice
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an installed package."""
    (tmp_path / "our_tools.py").write_text(CODE.replace("def shout", "str = str\n\ndef shout"))
    about = tmp_path / "our_tools-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: our-tools\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(POINTS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def played(tasks: str) -> CompletedProcess[str]:
    Path("site.yml").write_text(f"- hosts: localhost\n  gather_facts: false\n  tasks:\n{tasks}")
    return program("run", "site.yml", "-v")


@pytest.mark.usefixtures("package")
def test_modules_filters_tests_and_lookups_of_a_package_are_used() -> None:
    done = played(
        "    - notify_us:\n"
        "    - our.tools.notify_us:\n"
        "    - debug: {msg: \"{{ 'a' | shout }} {{ 'a' is loud }} {{ lookup('twice', 'x') }}\"}\n"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("notified") == 2
    assert "A False x,x" in done.stdout


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("debug: {msg: \"{{ 'a' | gone }}\"}", "gone of the package our-tools cannot be loaded"),
        ("not_one:", "what an installed package offers as the module not_one is no Module"),
        ("other.tools.notify_us:", "the module 'other.tools.notify_us' is not available here"),
    ],
)
@pytest.mark.usefixtures("package")
def test_what_cannot_be_used_is_told(task: str, message: str) -> None:
    done = played(f"    - {task}\n")
    assert done.returncode != 0
    assert message in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
