"""What the folders beside a playbook and its roles add: modules, filters, tests and lookups of the user's own.

As in Ansible, what a role brings along can be used by the whole playbook from then on (docs.ansible.com, "Adding
modules and plugins locally", "Embedding modules and plugins in roles").
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import RLock

from smolrun.errors import ExtensionError
from smolrun.extension.collections import FOLDER
from smolrun.extension.folders import code_files
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.own_modules import ENDINGS, LIBRARY, OwnModules
from smolrun.templating.plugins import FOLDERS, Functions, functions_in


class Extensions:
    """What was found so far; more comes with each role that is read. Safe to use from several threads.

    Args:
        others: what other playbooks have; of theirs, the first holds where names are the same.
        learn: is told of all functions that are found later.
    """

    def __init__(
        self, others: Iterable["Extensions"] = (), learn: Callable[[Functions], None] = lambda functions: None
    ) -> None:
        self.functions = Functions()
        self.modules = OwnModules()
        self._seen: set[Path] = set()
        for other in others:
            self.functions |= other.functions
            self.modules.take(other.modules)
            self._seen |= other._seen
        self._learn = learn
        self._lock = RLock()

    def add(self, folder: Path, mistakes: Mistakes) -> None:
        """Whatever is in the folders of code below `folder`, that of a playbook or a role.

        What cannot be used is a warning at its own place.
        """
        with self._lock:
            if folder in self._seen:
                return
            self._seen.add(folder)
            for name in (LIBRARY, *FOLDERS):
                self._add(name, folder / name, mistakes)

    def add_collections(self, folders: Iterable[Path]) -> None:
        """Knows of the collections in the ``ansible_collections`` of these folders; the first that has a name holds."""
        with self._lock:
            there = tuple(folder.expanduser() for folder in folders if (folder.expanduser() / FOLDER).is_dir())
            self.functions |= Functions(collections=there)
            self.modules.collections = tuple(dict.fromkeys((*self.modules.collections, *there)))

    def add_configured(self, folders: Mapping[str, Sequence[Path]], mistakes: Mistakes) -> None:
        """Whatever is in folders that the configuration names, by what they hold; whoever may write there."""
        with self._lock:
            for name, several in folders.items():
                for folder in several:
                    self._add(name, folder.expanduser(), mistakes, trusted=True)

    def _add(self, name: str, folder: Path, mistakes: Mistakes, *, trusted: bool = False) -> None:
        if name == LIBRARY:
            self.modules.add(self._files(folder, ENDINGS, mistakes, trusted))
            return
        for path in self._files(folder, (".py",), mistakes, trusted):
            found = functions_in(path, FOLDERS[name])
            self.functions |= found
            self._learn(self.functions)
            for error in found.refused:
                note_unusable(error, mistakes)

    def _files(self, folder: Path, endings: Iterable[str], mistakes: Mistakes, trusted: bool) -> Iterable[Path]:
        try:
            return code_files(folder, endings, trusted=trusted)
        except ExtensionError as error:
            note_unusable(error, mistakes)
            return ()


def note_unusable(error: ExtensionError, mistakes: Mistakes) -> None:
    mistakes.warning("unusable-extension", error.message, error.location, error.hint)
