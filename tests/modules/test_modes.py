"""Symbolic modes: the same bits as the system's own chmod gives."""

import itertools
import subprocess
from pathlib import Path

import pytest

from smolrun.modules.files.modes import final_mode, mode_of_listing

SYMBOLIC = [
    "u=rw,g=r,o=r", "a+x", "go-rwx", "u+s", "g+s", "o+t", "+t", "u=rwX,g=rX,o=", "a=r", "g=u", "o=g-w", "u+rwx,g-w",
    "ug=rw,o-rwx", "a-x+X", "u-s,+x", "=r", "-w", "+rwx", "u=,g=,o=",
]  # fmt: skip


@pytest.mark.parametrize("mode", SYMBOLIC)
def test_symbolic_modes_are_those_of_chmod(tmp_path: Path, mode: str) -> None:
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir()
    file.touch()
    for path, current in itertools.product((folder, file), (0o644, 0o755, 0o4750, 0o600, 0o1777)):
        # chmod keeps the set-id bits of folders whatever the mode says: folders are looked at without them
        path.chmod(current & 0o1777 if path is folder else current)
        before = path.stat().st_mode & 0o7777
        subprocess.run(["sh", "-c", 'umask 022; chmod -- "$1" "$2"', "sh", mode, str(path)], check=False)
        after = path.stat().st_mode & 0o7777
        assert final_mode(mode, before, directory=path is folder, umask=0o022) == after, (mode, oct(before))


@pytest.mark.parametrize(("mode", "bits"), [("0644", 0o644), ("755", 0o755), ("04755", 0o4755)])
def test_octal_modes_are_taken_as_they_are(mode: str, bits: int) -> None:
    assert final_mode(mode, 0, directory=False, umask=0o077) == bits


@pytest.mark.parametrize("mode", ["rw", "u=z", "0999", "u~x"])
def test_what_is_no_mode_is_refused(mode: str) -> None:
    with pytest.raises(ValueError, match="is not a file mode"):
        final_mode(mode, 0, directory=False, umask=0)


def test_the_letters_of_ls_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    for mode in (0o0, 0o644, 0o4755, 0o2644, 0o1777, 0o6711, 0o7000, 0o4644):
        path.chmod(mode)
        letters = subprocess.run(["ls", "-l", str(path)], capture_output=True, text=True, check=True).stdout
        assert mode_of_listing(letters) == path.stat().st_mode & 0o7777, oct(mode)
