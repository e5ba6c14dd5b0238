"""From a file to a `Playbook`, or to every mistake in it at once."""

from pathlib import Path
from typing import Any

from smolrun.diagnostic import Diagnostic
from smolrun.location import Location, SourceFile
from smolrun.playbook.around import Around
from smolrun.playbook.check import KnownNames, check
from smolrun.playbook.file_reader import FileReader, LoadSettings
from smolrun.playbook.keywords import PLAY_ONLY
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Play, Playbook
from smolrun.playbook.playbooks import read_plays
from smolrun.playbook.role_search import DEFAULT_COLLECTIONS_PATH
from smolrun.playbook.surroundings import Surroundings
from smolrun.playbook.tasks import read_items
from smolrun.source.coercions import describe
from smolrun.source.containers import LocatedDict, LocatedList
from smolrun.source.files import read_source
from smolrun.source.text import SourceText
from smolrun.source.vault import VaultSecrets
from smolrun.source.yaml_loader import load_yaml

_PLAY_WORDS = PLAY_ONLY | {"ansible.builtin.import_playbook", "ansible.legacy.import_playbook"}
_LEAVES_OUT = frozenset({"missing-role", "missing-file", "import-name", "yaml-syntax"})
"""Mistakes that keep whole files out, with the handlers in them."""


def load_playbook(
    path: str | Path,
    *,
    vault: VaultSecrets | None = None,
    settings: LoadSettings | None = None,
    reader: FileReader | None = None,
) -> tuple[Playbook, tuple[Diagnostic, ...]]:
    """A playbook with all that it imports, and the warnings about it.

    Parameters:
        path: the file; messages name it exactly so.
        vault: the passwords for vaulted values and files.
        settings: where roles are found, and what names of files may be made of.
        reader: reads the further files, in the place of `vault` and `settings`.

    Raises:
        LoadError: with all mistakes of the file, warnings too.
    """
    return read_playbook(read_source(path, vault), vault=vault, settings=settings, reader=reader)


def read_playbook(
    file: SourceFile,
    *,
    vault: VaultSecrets | None = None,
    settings: LoadSettings | None = None,
    reader: FileReader | None = None,
    alone: bool = False,
) -> tuple[Playbook, tuple[Diagnostic, ...]]:
    """As `load_playbook`, of a text that is already read.

    Parameters:
        alone: it stands for some other playbook, which may have the handlers that this one lacks.
    """
    mistakes = Mistakes()
    tolerated: list[Diagnostic] = []
    written = load_yaml(file, vault=reader.vault if reader else vault, tolerated=tolerated)
    mistakes.add(*tolerated)
    if not isinstance(written, LocatedList) or not written:
        _note_no_list(written, Location(file, 1, 1), mistakes)
        mistakes.raise_if_errors()
    bare = not any(isinstance(item, LocatedDict) and _PLAY_WORDS & item.keys() for item in written)
    path = Path(file.name)
    if reader is None:
        reader = FileReader(settings, vault)
    reader.extensions.add(path.parent, mistakes)
    reader.extensions.add_configured(reader.settings.code, mistakes)
    collections = reader.settings.collections_path or DEFAULT_COLLECTIONS_PATH
    reader.extensions.add_collections((path.parent / "collections", *collections))
    around = Around(reader, Surroundings(path.parent), (path.absolute(),))
    plays = _bare_play(written, file, mistakes, around) if bare else read_plays(written, mistakes, around)
    playbook = Playbook(path=file.name, plays=plays, bare_tasks=bare, extensions=reader.extensions)
    if mistakes.errors:
        # What could be read is checked as well, so that nobody learns of a broken template only in the next try.
        whole = not alone and not any(found.code in _LEAVES_OUT for found in mistakes.in_order())
        known = KnownNames(unknown_sources=True, vault=reader.vault)
        mistakes.add(*check(playbook, known, whole=whole, texts=reader.shared.texts))
    mistakes.raise_if_errors()
    return playbook, mistakes.in_order()


def _note_no_list(written: Any, start: Location, mistakes: Mistakes) -> None:
    if written is None or written == []:
        mistakes.error("empty", "the playbook is empty", start)
        return
    message = f"a playbook is a list of plays, or of tasks; this is {describe(written)}"
    hint = "begin it with '- '" if isinstance(written, LocatedDict) else None
    mistakes.error("wrong-type", message, getattr(written, "location", None) or start, hint)


def _bare_play(written: LocatedList, file: SourceFile, mistakes: Mistakes, around: Around) -> tuple[Play, ...]:
    place = written.location or Location(file, 1, 1)
    tasks = read_items(written, "task", mistakes, around)
    return (Play(location=place, hosts=(SourceText("all", place),), tasks=tasks),)
