"""Folders of playbook files, written from text."""

import textwrap
from pathlib import Path


def local(tasks: str) -> str:
    """A play of these tasks for this machine."""
    return "- hosts: localhost\n  gather_facts: false\n  tasks:\n" + textwrap.indent(textwrap.dedent(tasks), "    ")


def write(folder: Path, **files: str) -> None:
    """Write files; ``__`` in a name stands for ``/``, and every name ends in ``.yml``."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
