"""The ``sh`` that guests run: clean for shellcheck, and read alike by every shell that guests have."""

import shutil
import subprocess
from pathlib import Path

import pytest

import smolrun.modules.guest
from smolrun.modules.guest import script_text

FILES = sorted(Path(smolrun.modules.guest.__file__).parent.glob("*.sh"))
SHELLS = [["dash"], ["busybox", "ash"], ["bash", "--posix"], ["bash"]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_shellcheck_finds_nothing(file: Path) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    checked = subprocess.run(["shellcheck", "--shell=sh", str(file)], capture_output=True, text=True, check=False)
    assert checked.stdout == ""


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_every_shell_parses_it(file: Path, shell: list[str]) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not installed")
    parsed = subprocess.run([*shell, "-n", str(file)], capture_output=True, text=True, check=False)
    assert (parsed.returncode, parsed.stderr) == (0, "")


def test_files_are_joined_in_the_order_they_are_asked_for() -> None:
    text = script_text("state", "place")
    assert text.index("state_of()") < text.index("state_of_guest\ncase")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_what_is_sent_has_no_comments_and_means_the_same(file: Path) -> None:
    sent = script_text(file.stem)
    assert sent.endswith("\n")  # more lines may follow
    assert not any(line.lstrip().startswith("#") for line in sent.splitlines())
    parsed = subprocess.run(["dash", "-n"], input=sent, capture_output=True, text=True, check=False)
    assert (parsed.returncode, parsed.stderr) == (0, "")


def test_there_is_no_here_document() -> None:
    """A shell writes them to a file, and where the disk is full it goes on with nothing in them."""
    for file in FILES:
        assert "<<" not in file.read_text(), file.name
