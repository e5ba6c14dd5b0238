"""The command line, inside this process for speed, or as a program of its own where that matters."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smolrun.cli.boundary import exit_code_of
from tests.guests.marks import mark as mark

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests reaches them."""
    for name in list(os.environ):
        if name.startswith(("ANSIBLE_", "SMOLRUN_", "NO_COLOR", "FORCE_COLOR")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def smolrun(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs the command line inside this process."""

    def run(*arguments: str) -> Ended:
        capfd.readouterr()
        code = exit_code_of(list(arguments))
        captured = capfd.readouterr()
        return Ended(code, captured.out, captured.err)

    return run


def program(*arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Runs ``python -m smolrun``."""
    settings.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(
        [sys.executable, "-m", "smolrun", *arguments],
        capture_output=True, text=True, timeout=90, check=False, **settings,
    )  # fmt: skip


@pytest.fixture
def playbook(tmp_path: Path) -> Callable[..., str]:
    """Writes a playbook of one play for all hosts with these tasks, and gives its path."""

    def write(tasks: str, head: str = "- hosts: all\n  gather_facts: false\n", name: str = "play.yml") -> str:
        lines = "".join(f"    {line}\n" for line in tasks.strip("\n").split("\n"))
        (tmp_path / name).write_text(f"{head}  tasks:\n{lines}")
        return str(tmp_path / name)

    return write
