"""Inventories written down in a test, and what was found in them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from smolrun.diagnostic import Diagnostic
from smolrun.errors import LoadError
from smolrun.inventory.draft import Draft
from smolrun.inventory.ini_file import read_ini
from smolrun.inventory.inventory import Inventory, load_inventory
from smolrun.inventory.yaml_file import read_yaml
from smolrun.location import SourceFile


def ini(text: str) -> Draft:
    draft = Draft()
    read_ini(SourceFile("hosts.ini", text), draft)
    return draft


def yaml(text: str) -> Draft:
    draft = Draft()
    read_yaml(SourceFile("hosts.yml", text), draft)
    return draft


def load(folder: Path, files: Mapping[str, str], *sources: str, **options: Any) -> Inventory:
    """Write `files` below `folder` and load the sources; by default ``hosts``."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load_inventory([folder / name for name in sources or ("hosts",)], **options)


def mistakes(folder: Path, files: Mapping[str, str], *sources: str) -> list[Diagnostic]:
    with pytest.raises(LoadError) as caught:
        load(folder, files, *sources)
    return [found for found in caught.value.diagnostics if found.is_error]


def said(diagnostics: list[Diagnostic]) -> list[str]:
    """Each as ``line:column message``."""
    return [
        (f"{found.location.line}:{found.location.column} " if found.location else "") + found.message
        for found in diagnostics
    ]
