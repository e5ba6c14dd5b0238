"""``group_vars/`` and ``host_vars/``: a file or a whole folder of variables for each group and host.

The rules: docs.ansible.com, vars plugin ``host_group_vars``: the extensions none, ``.yml``, ``.yaml`` and ``.json``,
of which the first that exists counts; folders are read in full, in the order of their names.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Any, Final, Literal

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location
from smolrun.source.containers import LocatedDict
from smolrun.source.files import read_found
from smolrun.source.variables_file import load_variables
from smolrun.source.vault import VaultSecrets

_EXTENSIONS = ("", ".yml", ".yaml", ".json")

Kind = Literal["group_vars", "host_vars"]
KINDS: Final[tuple[Kind, ...]] = ("group_vars", "host_vars")


@dataclass(frozen=True)
class VariableFile:
    """Attributes:
    origin: its path, as people know it.
    values: what it holds.
    """

    origin: str
    values: Mapping[str, Any] = field(repr=False)


class VariableFolders:
    """The two folders beside an inventory or a playbook. Each file is read when first asked for, and once.

    Args:
        base: the folder that they are in.
        vault: the passwords for what is vaulted in them.
    """

    def __init__(self, base: Path, vault: VaultSecrets | None = None) -> None:
        self.base = base
        self._vault = vault
        self._listings: dict[Kind, dict[str, Path]] = {}
        self._read: dict[tuple[Kind, str], tuple[VariableFile, ...]] = {}

    def of(self, kind: Kind, name: str) -> tuple[VariableFile, ...]:
        """The files for a group or a host, in order; the later win.

        Raises:
            LoadError: with all the mistakes of these files.
        """
        key = (kind, name)
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = self._load(kind, name)
        return found

    def names(self) -> frozenset[str]:
        """The names of all variables in both folders; files that cannot be read are passed over."""
        found: set[str] = set()
        for kind in KINDS:
            for entry in self._listing(kind):
                name = next((entry.removesuffix(end) for end in _EXTENSIONS[1:] if entry.endswith(end)), entry)
                with suppress(LoadError):
                    found.update(str(key) for file in self.of(kind, name) for key in file.values)
        return frozenset(found)

    def _load(self, kind: Kind, name: str) -> tuple[VariableFile, ...]:
        listing = self._listing(kind)
        path = next((listing[name + end] for end in _EXTENSIONS if name + end in listing), None)
        if path is None:
            return ()
        files: list[VariableFile] = []
        mistakes: list[Diagnostic] = []
        for file in _files_of(path):
            try:
                files.append(VariableFile(str(file), read_variables(file, self._vault)))
            except LoadError as error:
                mistakes.extend(error.diagnostics)
        if mistakes:
            raise LoadError(mistakes)
        return tuple(files)

    def _listing(self, kind: Kind) -> dict[str, Path]:
        found = self._listings.get(kind)
        if found is None:
            folder = self.base / kind
            found = {entry.name: entry for entry in folder.iterdir()} if folder.is_dir() else {}
            self._listings[kind] = found
        return found


def read_variables(path: Path, vault: VaultSecrets | None = None) -> Mapping[str, Any]:
    """The variables in a file; an empty file has none.

    Raises:
        LoadError: it cannot be read, or holds something else than variables.
    """
    source = read_found(path, vault)
    content = load_variables(source, vault)
    if content is None:
        return {}
    if not isinstance(content, LocatedDict):
        place = getattr(content, "location", None) or Location(source, 1, 1)
        raise LoadError(
            [Diagnostic(Severity.ERROR, "variables-file", "a file of variables holds `name: value` lines", place)]
        )
    mistakes = [
        Diagnostic(
            Severity.ERROR, "variable-name", f"{key!r} is not the name of a variable", content.key_locations.get(key)
        )
        for key in content
        if not isinstance(key, str)
    ]
    if mistakes:
        raise LoadError(mistakes)
    return content


def _files_of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for entry in sorted(path.iterdir(), key=lambda found: found.name):
        if entry.name.startswith(".") or entry.name.endswith("~"):
            continue
        if entry.is_dir():
            yield from _files_of(entry)
        elif entry.suffix in _EXTENSIONS:
            yield entry
