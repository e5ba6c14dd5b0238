"""``vars_files``: files of variables, read once for the whole run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from smolrun.errors import SmolVMError
from smolrun.source.coercions import describe
from smolrun.source.files import read_source
from smolrun.source.text import location_of
from smolrun.source.variables_file import load_variables
from smolrun.source.vault import VaultSecrets
from smolrun.templating.templar import Templar


class VariablesFileError(SmolVMError):
    """A file of variables is missing, or holds something else."""


class VariableFiles:
    """Reads files of variables, each of them once.

    Args:
        vault: opens vaulted files and values.
    """

    def __init__(self, templar: Templar, vault: VaultSecrets | None) -> None:
        self._templar = templar
        self._vault = vault
        self._read: dict[Path, Mapping[str, Any]] = {}
        self._lock = Lock()

    def layers(
        self, written: Sequence[Any], folder: Path, variables: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], ...]:
        """The contents of the files of a play, in order.

        Args:
            written: names, or lists of names of which the first that exists counts; each may be a template.
            folder: relative names are looked up here, and in ``vars`` below it first.

        Raises:
            VariablesFileError: a file does not exist (Ansible passes over that in silence), or holds no mapping.
            LoadError: it is not valid YAML.
            TemplateError: a name cannot be rendered.
        """
        return tuple(self._one(entry, folder, variables) for entry in written)

    def _one(self, entry: Any, folder: Path, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        names = entry if isinstance(entry, list | tuple) else [entry]
        searched: list[str] = []
        for name in names:
            rendered = self._templar.render_text(name, variables)
            for place in (folder / "vars" / rendered, folder / rendered):
                if place.is_file():
                    return self._load(place)
            searched.append(rendered)
        raise VariablesFileError(
            f"there is no variables file {' or '.join(repr(name) for name in searched)}",
            hint=f"looked in {folder / 'vars'} and {folder}",
            location=location_of(names[0]) if names else None,
        )

    def _load(self, path: Path) -> Mapping[str, Any]:
        with self._lock:
            if path not in self._read:
                self._read[path] = self._checked(load_variables(read_source(path, self._vault), self._vault), path)
            return self._read[path]

    @staticmethod
    def _checked(content: Any, path: Path) -> Mapping[str, Any]:
        if content is None:
            return {}
        if not isinstance(content, Mapping):
            raise VariablesFileError(f"{path} has to hold a mapping of variables, not {describe(content)}")
        return content
