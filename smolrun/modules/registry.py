"""Finds a module by its name and imports that one file only."""

import difflib
import importlib
import pkgutil
from functools import cache
from typing import Any

import smolrun.modules
from smolrun.errors import ExtensionError
from smolrun.extension.entry_points import installed
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Module

NOT_MODULES = frozenset({"base", "registry"})
ANSIBLE_ITSELF = frozenset({"ansible.builtin", "ansible.legacy"})
"""Ansible keeps its own modules here, and redirects the names of those that have moved to other collections."""

OURS = "smolrun"
"""The collection of the modules that Ansible does not have."""


OWN = "ansible.legacy"
"""Where Ansible has the modules of a user's own."""


@dataclass(frozen=True)
class FoundModule:
    """A module and the short name that it goes by, however it was asked for."""

    name: str
    module: Module[Any]


@cache
def names() -> tuple[str, ...]:
    """The short names of all modules, sorted. Nothing is imported."""
    files = pkgutil.iter_modules(smolrun.modules.__path__)
    return tuple(sorted(file.name for file in files if not file.ispkg and file.name not in NOT_MODULES))


@cache
def find(name: str) -> FoundModule | None:
    """The module of that name, short (``copy``) or fully qualified (``ansible.builtin.copy``); None for no such one.

    Raises:
        TypeError: its file does not define ``MODULE``.
        ExtensionError: it belongs to an installed package that cannot be loaded.
    """
    collection, _, short = name.rpartition(".")
    if short not in names():
        return _installed(name)
    module = getattr(importlib.import_module(f"smolrun.modules.{short}"), "MODULE", None)
    if not isinstance(module, Module):
        raise TypeError(f"smolrun/modules/{short}.py does not define MODULE = Module(...)")
    return FoundModule(short, module) if _keeps(collection, module) else None


def _installed(name: str) -> FoundModule | None:
    """A module of an installed package, which calls it by its short name."""
    collection, _, short = name.rpartition(".")
    module = installed("modules", short)
    if module is None:
        return None
    if not isinstance(module, Module):
        raise ExtensionError(f"what an installed package offers as the module {short} is no Module(...)")
    return FoundModule(short, module) if collection in {"", module.collection} else None


def _keeps(collection: str, module: Module[Any]) -> bool:
    if collection in ANSIBLE_ITSELF:
        return module.collection != OURS
    return collection in {"", module.collection}


def near(name: str) -> str | None:
    """The module that was probably meant by `name`, for "did you mean"."""
    short = name.rpartition(".")[2].lower().replace("-", "_")
    found = difflib.get_close_matches(short, names(), n=1, cutoff=0.6)
    return found[0] if found else None
