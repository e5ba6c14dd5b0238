"""Modules of the user's own, from folders ``library`` beside playbooks and in roles.

``NAME.sh`` runs on the guest, ``NAME.py`` with a ``MODULE`` on this machine. Nothing is read before a task names it.
"""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from smolrun.diagnostic import Severity
from smolrun.errors import ExtensionError, LoadError
from smolrun.extension.collections import collection_files
from smolrun.location import Location, SourceFile
from smolrun.modules import registry
from smolrun.modules.base import Module
from smolrun.modules.registry import OWN, FoundModule
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.suggestion import near

LIBRARY = "library"
ENDINGS = (".sh", ".py", "", ".bash", ".ksh", ".lua", ".php", ".pl", ".rb")
"""Of files that may be modules, whichever comes first; only the first two are understood here."""


class OwnModules:
    """The modules of one playbook, or of all of a run, those of Ansible's names and ours behind them."""

    def __init__(self) -> None:
        self.collections: tuple[Path, ...] = ()
        self._files: dict[str, Path] = {}
        self._known: dict[str, Module[Any] | ExtensionError | LoadError] = {}
        self._not_in_collections: set[str] = set()

    def add(self, files: Iterable[Path]) -> None:
        """Knows further files; the first of a name holds, as in Ansible, and ``sh`` before Python and others."""
        for path in sorted(files, key=lambda path: ENDINGS.index(path.suffix)):
            self._files.setdefault(path.stem, path)

    def take(self, others: "OwnModules") -> None:
        self._files = {**others._files, **self._files}
        self.collections = tuple(dict.fromkeys((*self.collections, *others.collections)))

    def names(self) -> tuple[str, ...]:
        """The short names of all modules that there are."""
        return (*(name for name in self._files if "." not in name), *registry.names())

    def find(self, name: str) -> FoundModule | None:
        """The module of that name; None for one that there is not, or that cannot be used."""
        short = self._short(name)
        found = self._read(short) if short is not None else None
        if short is not None and isinstance(found, Module):
            return FoundModule(short, found)
        return registry.find(name)

    def is_own(self, name: str) -> bool:
        """Whether that name means a module of the user's own, good or bad."""
        return self._short(name) is not None

    def near(self, name: str, likeness: float) -> str | None:
        """The module of the user's own, or of ours, that may have been meant."""
        return near(name, self.names(), likeness)

    def note_refused(self, name: str, mistakes: Mistakes) -> Severity | None:
        """Notes why a module of the user's own cannot be used.

        Returns:
            As what that is told; None where there is none that cannot.
        """
        short = self._short(name)
        found = self._read(short) if short is not None else None
        if isinstance(found, LoadError):
            mistakes.add(*found.diagnostics)
            return Severity.ERROR
        if isinstance(found, ExtensionError):
            mistakes.warning("unusable-extension", found.message, found.location, found.hint)
            return Severity.WARNING
        return None

    def why_refused(self, name: str) -> str | None:
        """Why a module of the user's own cannot be used; None where there is none of that name, or a good one."""
        short = self._short(name)
        found = self._read(short) if short is not None else None
        if not isinstance(found, LoadError | ExtensionError):
            return None
        return found.message if found.location is None else f"{found.location.file.name}: {found.message}"

    def _short(self, name: str) -> str | None:
        collection, _, short = name.rpartition(".")
        if collection not in ("", OWN, *registry.ANSIBLE_ITSELF) and self._is_in_collection(name):
            return name
        if collection not in ("", OWN) or short not in self._files:
            return None
        ours = registry.find(short)
        # What happens here (`set_fact`, `include_tasks`) is part of the language, and stays what it is.
        return short if ours is None or ours.module.uses_guest else None

    def _is_in_collection(self, name: str) -> bool:
        """Whether a collection has a module of that full name which is written for us; of others nothing is told."""
        if name not in self._files and name not in self._not_in_collections:
            self._not_in_collections.add(name)
            with contextlib.suppress(ExtensionError):
                for path in collection_files(name, "modules", self.collections, (".sh", ".py")):
                    if path.stem == name.rpartition(".")[2] and (path.suffix == ".sh" or _has_module(path)):
                        self._files[name] = path
                        break
        return name in self._files

    def _read(self, short: str) -> Module[Any] | ExtensionError | LoadError:
        if short not in self._known:
            self._known[short] = _read(self._files[short])
        return self._known[short]


def _has_module(path: Path) -> bool:
    return "\nMODULE = " in path.read_text("utf-8", "replace")


def _read(path: Path) -> Module[Any] | ExtensionError | LoadError:
    from smolrun.playbook.shell_modules import read_shell_module

    if path.suffix not in (".sh", ".py"):
        return ExtensionError(
            "this file is written for Ansible: modules here are in sh or in Python, as NAME.sh or NAME.py",
            hint="see docs/extending.md",
            location=Location(SourceFile(str(path), ""), 1, 1),
        )
    try:
        return read_shell_module(path) if path.suffix == ".sh" else _python_module(path)
    except (ExtensionError, LoadError) as error:
        return error


def _python_module(path: Path) -> Module[Any]:
    from smolrun.extension.python_file import read_python

    file = read_python(path)
    module = getattr(file.run(), "MODULE", None)
    if not isinstance(module, Module):
        raise ExtensionError(f"{path} cannot be used: it defines no MODULE = Module(...)", location=file.place(1))
    return module
