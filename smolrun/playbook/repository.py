"""What a folder holds that can be checked: playbooks wherever they are, and roles."""

import os
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from smolrun.lazy_dataclass import dataclass

_YAML: Final = (".yml", ".yaml")
_NO_PLAYBOOKS: Final = frozenset(
    {
        "tasks", "handlers", "vars", "defaults", "meta", "templates", "files", "group_vars", "host_vars", "library",
        "filter_plugins", "test_plugins", "lookup_plugins", "action_plugins", "module_utils", "inventory",
        "inventories",
    }
)  # fmt: skip
"""Folders that hold something else, in the layouts that Ansible documents ("Sample directory layout", "Roles")."""

_NOT_OURS: Final = frozenset({"molecule", "collections", "ansible_collections", "node_modules", "venv"})
"""Folders of tests of roles, which need a tool of their own, and of what was installed."""

_PLAY: Final = re.compile(r"^(?:- |  )[\"']?(?:hosts|(?:ansible\.builtin\.)?import_playbook)[\"']? *:", re.MULTILINE)
_LIST: Final = re.compile(r"(?:\s*(?:#.*|---.*|%.*)?\n)*-\s")


@dataclass(frozen=True)
class Contents:
    """Attributes:
    playbooks: files with plays, in the order of their names.
    roles: folders.
    """

    playbooks: tuple[Path, ...]
    roles: tuple[Path, ...]


def contents_of(folder: Path) -> Contents:
    """Everything in a folder and those below it, but for what begins with a dot."""
    playbooks: list[Path] = []
    roles: list[Path] = [folder] if is_role(folder) else []
    for at, folders, files in os.walk(folder):
        here = Path(at)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_OURS)
        roles += [
            here / name for name in folders if "roles" in here.parts[len(folder.parts) :] and is_role(here / name)
        ]
        folders[:] = [name for name in folders if name not in _NO_PLAYBOOKS]
        playbooks += [here / name for name in sorted(files) if name.endswith(_YAML) and _has_plays(here / name)]
    return Contents(tuple(playbooks), tuple(roles))


def is_role(folder: Path) -> bool:
    """Whether a folder is laid out as a role."""
    return any((folder / kind / f"main{end}").is_file() for kind in ("tasks", "meta", "handlers") for end in _YAML)


def role_of(file: Path) -> Path | None:
    """The role that a file of tasks belongs to; None where it stands in none."""
    parents = list(file.absolute().parents)
    return next((role for tasks, role in pairwise(parents) if tasks.name == "tasks" and is_role(role)), None)


def task_files(role: Path, read: Iterable[str] = ()) -> Iterator[str]:
    """The names of a role's files of tasks, as ``tasks_from`` takes them.

    Args:
        read: real paths of files that are left out.
    """
    known = frozenset(read)
    for path in sorted((role / "tasks").rglob("*")):
        if path.suffix in _YAML and path.is_file() and os.path.realpath(path) not in known:
            yield str(path.relative_to(role / "tasks"))


def _has_plays(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return _LIST.match(text) is not None and _PLAY.search(text) is not None
