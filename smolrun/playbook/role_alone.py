"""A role that no playbook is there for, checked as if one used it: its whole, or some of its files of tasks."""

import json
from collections.abc import Sequence
from pathlib import Path

from smolrun.diagnostic import Diagnostic
from smolrun.location import SourceFile
from smolrun.playbook.file_reader import FileReader
from smolrun.playbook.loader import read_playbook
from smolrun.playbook.models import Playbook


def load_role(
    role: Path, reader: FileReader, files: Sequence[str] | None = None
) -> tuple[Playbook, tuple[Diagnostic, ...]]:
    """A playbook that uses the role, and the warnings about it.

    Args:
        reader: of this playbook.
        files: what its ``tasks_from`` would name; None: the role as ``roles`` brings it in.

    Raises:
        LoadError: with all mistakes of the role.
    """
    path = json.dumps(str(role.absolute()))
    uses = [f"import_role: {{name: {path}, tasks_from: {json.dumps(file)}}}" for file in files or ()]
    listed = [f"role: {path}"] if files is None else uses
    lines = ["- hosts: all", "  gather_facts: false", "  roles:" if files is None else "  tasks:"]
    text = "\n".join([*lines, *(f"    - {use}" for use in listed), ""])
    return read_playbook(
        SourceFile(str(_folder(role) / f"the role {role.absolute().name}"), text), reader=reader, alone=True
    )


def _folder(role: Path) -> Path:
    """Where its playbook would be: beside ``roles``, where it lies in such a folder."""
    above = role.absolute().parent
    return above.parent if above.name == "roles" else above
