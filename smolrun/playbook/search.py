"""Where a playbook's files are looked for: the folder of their kind beside the playbook, then beside it.

The rule: docs.ansible.com, "Search paths in Ansible", for tasks outside of roles.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from smolrun.source.files import shown_path

FolderKind = Literal["files", "templates", "vars", "tasks"]


def places(kind: FolderKind, name: str, folders: Sequence[Path]) -> tuple[Path, ...]:
    """All the places that `name` is looked for in, the first first."""
    path = Path(name).expanduser()
    if path.is_absolute():
        return (path,)
    return unlooped(place for folder in folders for place in (folder / kind / path, folder / path))


def find(kind: FolderKind, name: str, folders: Sequence[Path]) -> Path | None:
    """The first of the places where there is something; None where there is nothing in any."""
    return next((place for place in places(kind, name, folders) if place.exists()), None)


def unlooped(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The paths, each once, without their ``..``: as in Ansible, what is before one of these need not exist."""
    return tuple(dict.fromkeys(Path(os.path.normpath(path)) for path in paths))


def looked_for(tried: Iterable[Path]) -> str:
    """The hint that tells where a file was looked for in vain."""
    return "looked for " + ", ".join(dict.fromkeys(map(shown_path, tried)))
