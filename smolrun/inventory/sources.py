"""Reading inventories: files, folders, lists of hosts and programs, several of them into one."""

from collections.abc import Sequence
from pathlib import Path

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError
from smolrun.inventory.draft import UNGROUPED, Draft
from smolrun.inventory.host_names import HostNameError, read_host
from smolrun.inventory.ini_file import read_ini
from smolrun.inventory.program import is_program, read_program
from smolrun.inventory.yaml_file import read_yaml
from smolrun.lazy_dataclass import dataclass
from smolrun.source.files import read_source
from smolrun.source.vault import VaultSecrets

YAML_SUFFIXES = (".yml", ".yaml", ".json")

_VARIABLE_FOLDERS = ("group_vars", "host_vars")
# What lies about in folders and is no inventory: docs.ansible.com, INVENTORY_IGNORE_EXTS.
_IGNORED = (".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry")


@dataclass(frozen=True)
class ReadSources:
    """Attributes:
    draft: what all sources say.
    folders: where the sources are, for the ``group_vars`` and ``host_vars`` beside them.
    """

    draft: Draft
    folders: tuple[Path, ...]


def read_sources(sources: Sequence[str | Path], vault: VaultSecrets | None = None) -> ReadSources:
    """Everything that `sources` say, each adding to those before; what is wrong is in the draft's diagnostics."""
    reader = _SourceReader(vault)
    for source in sources:
        reader.read(source)
    return ReadSources(reader.draft, tuple(reader.folders))


class _SourceReader:
    def __init__(self, vault: VaultSecrets | None) -> None:
        self.draft = Draft()
        self.folders: dict[Path, None] = {}
        self._vault = vault

    def read(self, source: str | Path) -> None:
        if isinstance(source, str) and "," in source and not Path(source).exists():
            self._host_list(source)
            return
        path = Path(source).expanduser()
        try:
            self._file(path)
        except LoadError as error:
            self.draft.diagnostics.extend(error.diagnostics)

    def _host_list(self, source: str) -> None:
        for text in source.split(","):
            if not text.strip():
                continue
            try:
                written = read_host(text.strip())
            except HostNameError as error:
                self.draft.error("host-name", str(error), None)
                continue
            variables = {} if written.port is None else {"ansible_port": written.port}
            for name in written.names:
                self.draft.host(name, UNGROUPED).set_variables("the list of hosts", variables)

    def _file(self, path: Path) -> None:
        if not path.exists():
            hint = f"for a host of that name write -i {path}," if "/" not in str(path) else None
            raise LoadError(
                [Diagnostic(Severity.ERROR, "missing-inventory", f"there is no inventory {path}", None, hint)]
            )
        if path.is_dir():
            self._folder(path)
            return
        self.folders[path.parent] = None
        if is_program(path):
            read_program(path, self.draft)
        elif path.suffix in YAML_SUFFIXES:
            read_yaml(read_source(path, self._vault), self.draft, self._vault, tuple(self.folders))
        else:
            read_ini(read_source(path, self._vault), self.draft)
        for host in self.draft.hosts.values():
            host.source = host.source or path

    def _folder(self, folder: Path) -> None:
        """All inventories in a folder, in the order of their names; ``group_vars`` and ``host_vars`` are none."""
        self.folders[folder] = None
        for entry in sorted(folder.iterdir(), key=lambda found: found.name):
            if entry.name.startswith(".") or entry.name.endswith(_IGNORED):
                continue
            if entry.is_dir() and entry.name in _VARIABLE_FOLDERS:
                continue
            try:
                self._file(entry)
            except LoadError as error:
                self.draft.diagnostics.extend(error.diagnostics)
