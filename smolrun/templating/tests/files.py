"""Tests of files on the controller."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final


def _of(test: Callable[[Path], bool]) -> Callable[[Any], bool]:
    return lambda path: test(Path(str(path)))


def same_file(first: Any, second: Any) -> bool:
    return Path(str(first)).samefile(str(second))


def vaulted_file(path: Any) -> bool:
    with Path(str(path)).open("rb") as file:
        return file.read(15) == b"$ANSIBLE_VAULT;"


_BY_MEANING: Final[dict[tuple[str, ...], Callable[[Any], bool]]] = {
    ("abs", "is_abs"): lambda path: os.path.isabs(str(path)),  # noqa: PTH117 - text, not a file
    ("directory", "is_dir"): _of(Path.is_dir),
    ("exists",): _of(Path.exists),
    ("file", "is_file"): _of(Path.is_file),
    ("link", "is_link"): _of(Path.is_symlink),
    ("link_exists",): lambda path: os.path.lexists(str(path)),
    ("mount", "is_mount"): _of(Path.is_mount),
}

TESTS: Final[dict[str, Callable[..., Any]]] = {
    **{name: test for names, test in _BY_MEANING.items() for name in names},
    "is_same_file": same_file,
    "same_file": same_file,
    "vaulted_file": vaulted_file,
}
