"""``smolrun --help`` has to be quick: nothing heavy may be imported for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from smolrun.modules import registry

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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run si", "file,si"),
        ("check si", "file,si"),
        ("test si", "file,si"),
        ("run site.yml -i ho", "file,ho"),
        ("run site.yml --private-key k", "file,k"),
        ("doc lineinf", "plain,lineinfile"),
        ("show la", "plain,last"),
        ("run site.yml --guest em", "plain,embedded"),
    ],
)
def test_completion_knows_files_modules_runs_and_guests(words: str, told: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from smolrun.cli import main; main()"], capture_output=True, text=True, check=False,
        env={
            "_SMOLRUN_COMPLETE": "bash_complete",
            "COMP_WORDS": f"smolrun {words}",
            "COMP_CWORD": str(len(words.split())),
        },
    )  # fmt: skip
    assert told in ended.stdout.splitlines()


def test_kinds_of_connection_are_those_that_there_are() -> None:
    from smolrun.cli.options.shared import CONNECTIONS
    from smolrun.connection.settings import CONNECTION_NAMES

    assert CONNECTIONS == CONNECTION_NAMES


def imported(arguments: list[str], folder: Path) -> set[str]:
    """The modules that one call of the command line has imported."""
    program = (
        "import sys; from smolrun.cli.boundary import exit_code_of; code = exit_code_of(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, cwd=folder, check=True
    )
    return set(ended.stderr.split())


@pytest.fixture
def play(tmp_path: Path) -> Path:
    (tmp_path / "play.yml").write_text("- hosts: localhost\n  gather_facts: false\n  tasks: [{ping: }]\n")
    return tmp_path


NEVER = {
    "rich", "asyncio", "multiprocessing", "http.client", "ssl", "ctypes", "xml.etree.ElementTree", "jinja2",
    "smolrun.cli.output.listing", "smolrun.cli.commands.vault", "smolrun.engine.prompts", "smolrun.guests.embedded",
    "smolrun.guests.providers", "smolrun.playbook.schema", "smolrun.report.events_schema", "smolrun.report.github",
    "smolrun.report.html.page", "smolrun.report.junit", "smolrun.report.live", "smolrun.ssh.client",
}  # fmt: skip
"""What neither a run on this machine nor a check of its play has a use for."""


def test_what_a_plain_run_does_not_need_is_not_imported(play: Path) -> None:
    assert not imported(["run", "play.yml"], play) & (NEVER | {"paramiko", "cryptography"})


def test_what_a_check_does_not_need_is_not_imported(play: Path) -> None:
    of_runs = {"paramiko", "cryptography", "concurrent.futures", "smolrun.engine.run", "smolrun.connection.local"}
    assert not imported(["check", "play.yml"], play) & (NEVER | of_runs)


@pytest.mark.parametrize("command", ["run", "check"])
def test_only_the_modules_that_a_play_names_are_imported(command: str, play: Path) -> None:
    every = {f"smolrun.modules.{name}" for name in registry.names()}
    assert imported([command, "play.yml"], play) & every == {"smolrun.modules.ping"}


def test_a_run_over_ssh_leaves_local_connections_alone(play: Path) -> None:
    unreachable = ["run", "play.yml", "-i", "localhost,", "-e", "ansible_port=1", "-e", "ansible_connection=ssh"]
    program = (
        "import sys; from smolrun.cli.boundary import exit_code_of; exit_code_of(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *unreachable], capture_output=True, text=True, cwd=play, check=True
    )
    seen = set(ended.stderr.split())
    assert "paramiko" in seen
    assert "smolrun.connection.local" not in seen


def test_models_that_no_file_holds_are_not_built() -> None:
    program = (
        "from smolrun.playbook.models import Block, Task; from smolrun.modules.shell import MODULE;"
        "print(*(model.__pydantic_complete__ for model in (Block, Task, MODULE.arguments)))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False"] * 3


def test_nothing_is_looked_through_for_garbage_at_the_end() -> None:
    program = (
        "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 0));"
        "from smolrun.cli import main; main(['--version'])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.split()[-1] == "True"
