"""``smolrun --help`` has to be quick: nothing heavy may be imported for it."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"paramiko", "cryptography", "pydantic", "jinja2", "yaml", "rich"}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["exec", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; from smolrun.cli.boundary import exit_code_of; code = exit_code_of(sys.argv[1:]);"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr); sys.exit(code)"
    )
    ended = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(ended.stderr.split())
    assert ended.stdout


def test_help_of_every_command_has_examples() -> None:
    from click.testing import CliRunner

    from smolrun.cli.app import app

    runner = CliRunner()
    for command in ("run", "check", "exec", "inventory", "explain", "vault", "config", "schema", "completion"):
        assert "Examples:" in runner.invoke(app, [command, "--help"]).output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(shell: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "smolrun", "completion", shell], capture_output=True, text=True, check=True
    )
    assert "_SMOLRUN_COMPLETE" in ended.stdout


def test_completion_knows_commands_and_options() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from smolrun.cli import main; main()"], capture_output=True, text=True, check=False,
        env={"_SMOLRUN_COMPLETE": "fish_complete", "COMP_WORDS": "smolrun run --start", "COMP_CWORD": "--start"},
    )  # fmt: skip
    assert "--start-at-task" in ended.stdout


def test_kinds_of_connection_are_those_that_there_are() -> None:
    from smolrun.cli.options import CONNECTIONS
    from smolrun.connection.settings import CONNECTION_NAMES

    assert CONNECTIONS == CONNECTION_NAMES


def test_what_a_plain_run_does_not_need_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text("- hosts: localhost\n  gather_facts: false\n  tasks: [{ping: }]\n")
    program = (
        "import sys; from smolrun.cli.boundary import exit_code_of; code = exit_code_of(['run', 'play.yml']);"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr); sys.exit(code)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert {"rich", "paramiko", "asyncio"}.isdisjoint(ended.stderr.split())
