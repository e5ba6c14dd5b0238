"""Filters on paths, those of the controller's system; and Windows ones as text."""

import glob
import ntpath
import os
from collections.abc import Callable
from typing import Any, Final


def path_join(parts: Any) -> str:
    """The parts, a list or a single one, joined by slashes; an absolute one begins anew."""
    if isinstance(parts, str):
        return parts
    return os.path.join(*map(str, parts))  # noqa: PTH118 - text, not files


def fileglob(pattern: str) -> list[str]:
    """The files of the controller that match."""
    return sorted(name for name in glob.glob(pattern) if os.path.isfile(name))  # noqa: PTH113, PTH207


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "basename": lambda path: os.path.basename(str(path)),  # noqa: PTH119
    "commonpath": lambda paths: os.path.commonpath([str(path) for path in paths]),
    "dirname": lambda path: os.path.dirname(str(path)),  # noqa: PTH120
    "expanduser": lambda path: os.path.expanduser(str(path)),  # noqa: PTH111
    "expandvars": lambda path: os.path.expandvars(str(path)),
    "fileglob": fileglob,
    "normpath": lambda path: os.path.normpath(str(path)),
    "path_join": path_join,
    "realpath": lambda path: os.path.realpath(str(path)),
    "relpath": lambda path, start=os.curdir: os.path.relpath(str(path), str(start)),
    "splitext": lambda path: list(os.path.splitext(str(path))),  # noqa: PTH122
    "win_basename": lambda path: ntpath.basename(str(path)),
    "win_dirname": lambda path: ntpath.dirname(str(path)),
    "win_splitdrive": lambda path: list(ntpath.splitdrive(str(path))),
}
