"""Reads the further files of a playbook, each of them once."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from threading import RLock
from typing import Any

from smolrun.errors import LoadError
from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.analyses import KnownTexts
from smolrun.playbook.extensions import Extensions
from smolrun.source.files import read_found
from smolrun.source.vault import VaultSecrets
from smolrun.source.yaml_loader import load_yaml

YAML_ENDINGS = ("", ".yml", ".yaml", ".json")
"""What may be left out of the name of a file of a role."""


@dataclass(frozen=True)
class LoadSettings:
    """What decides how the files of a playbook are found.

    Attributes:
        roles_path: folders of roles, besides those beside the playbook.
        collections_path: folders that hold ``ansible_collections``.
        extra_variables: ``-e``; names of imported files may hold them.
        code: folders of modules, filters, tests and lookups of the user's own, by the names of such folders.
        private_role_vars: whether roles that do not say so themselves keep their variables to themselves; None: those
            that are included do.
    """

    roles_path: tuple[Path, ...] = ()
    collections_path: tuple[Path, ...] = ()
    extra_variables: Mapping[str, Any] = field(default_factory=dict)
    code: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    private_role_vars: bool | None = None


class Shared:
    """What several playbooks that are read one after the other have in common, so that it is read once.

    Attributes:
        documents: what stands in files, or why they cannot be read, by their real paths.
        texts: what is known of templates.
    """

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self.texts = KnownTexts()


class FileReader:
    """Reads files for one playbook.

    Args:
        settings: where things are found.
        vault: the passwords for vaulted files and values.
        follows: files that are included as the run goes on are read as well, each of them once, to be checked.
        extensions: collects what folders of code add.
        shared: what other playbooks have read with the same passwords.
    """

    def __init__(
        self,
        settings: LoadSettings | None = None,
        vault: VaultSecrets | None = None,
        *,
        follows: bool = True,
        extensions: Extensions | None = None,
        shared: Shared | None = None,
    ) -> None:
        self.settings = settings or LoadSettings()
        self.vault = vault
        self.extensions = extensions or Extensions()
        self.follows = follows
        self.followed: set[object] = set()
        self.shared = shared or Shared()
        self._files: set[str] = set()
        self._lock = RLock()

    @property
    def files(self) -> frozenset[str]:
        """The real paths of all files that were read."""
        return frozenset(self._files)

    def read(self, path: Path) -> Any:
        """The YAML of a file.

        Raises:
            LoadError: with all its mistakes.
        """
        with self._lock:
            real, documents = os.path.realpath(path), self.shared.documents
            self._files.add(real)
            if real not in documents:
                try:
                    documents[real] = load_yaml(read_found(path, self.vault), vault=self.vault)
                except LoadError as error:
                    documents[real] = error
            found = documents[real]
        if isinstance(found, LoadError):
            raise LoadError(found.diagnostics)
        return found
