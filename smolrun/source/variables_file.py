"""Files of variables; what a vaulted one holds is as secret as a vaulted value."""

from collections.abc import Iterator, Mapping
from typing import Any

from smolrun.location import SourceFile
from smolrun.source.text import TEMPLATE_MARKS
from smolrun.source.vault import VaultSecrets
from smolrun.source.yaml_loader import load_yaml

SHORTEST = 4
"""Characters; shorter texts of a vaulted file (`no`, `eu`) are hardly secrets, and stand everywhere."""


def load_variables(file: SourceFile, vault: VaultSecrets | None) -> Any:
    """What is in a file of variables, as `load_yaml` gives it. Texts of a vaulted one are remembered as secrets.

    Raises:
        LoadError: as `load_yaml`.
    """
    content = load_yaml(file, vault=vault)
    if file.vaulted and vault is not None:
        vault.revealed.update(_secrets(content))
    return content


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value.strip()) >= SHORTEST and not any(mark in value for mark in TEMPLATE_MARKS):
            yield str(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _secrets(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets(item)
