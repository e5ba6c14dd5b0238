"""The plays of a playbook, and those of the playbooks that it imports.

The rules: docs.ansible.com, "Re-using Ansible artifacts", ``import_playbook``.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from smolrun.errors import LoadError
from smolrun.location import Location, SourceFile
from smolrun.playbook import keywords
from smolrun.playbook.around import Around
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Block, Play, Task
from smolrun.playbook.names import note_common
from smolrun.playbook.plays import read_play
from smolrun.playbook.search import looked_for
from smolrun.playbook.structure import known_text
from smolrun.playbook.surroundings import Surroundings
from smolrun.playbook.validation import build
from smolrun.source.coercions import describe
from smolrun.source.containers import LocatedDict, LocatedList

_WORDS = ("import_playbook", "ansible.builtin.import_playbook", "ansible.legacy.import_playbook")
_KEYWORDS = frozenset({"name", "vars", "when", "tags"})


def read_plays(written: LocatedList, mistakes: Mistakes, around: Around) -> tuple[Play, ...]:
    """The plays of a list, those of imported playbooks in their places."""
    plays: list[Play] = []
    for item, place in zip(written, written.item_locations, strict=True):
        if not isinstance(item, LocatedDict):
            mistakes.error("wrong-type", f"expected a play, found {describe(item)}", place)
            continue
        word = next((word for word in _WORDS if word in item), None)
        if word is not None:
            plays += _imported(item, word, mistakes, around)
            continue
        play = read_play(item, mistakes, around)
        if play is not None:
            plays.append(play)
    return tuple(plays)


def _imported(written: LocatedDict, word: str, mistakes: Mistakes, around: Around) -> list[Play]:
    note_common(written, mistakes)
    for key in written:
        if key not in _KEYWORDS and key != word:
            keywords.refuse("playbook import", str(key), written, _KEYWORDS, mistakes)
    values = {key: value for key, value in written.items() if key in _KEYWORDS}
    own = build(Block, {"location": written.location, **values}, written, mistakes)
    path = _path(written, word, own, mistakes, around)
    if own is None or path is None:
        return []
    plays = _plays_of(path, mistakes, replace(around.below(own), stack=(*around.stack, path.absolute())))
    return [_with_import(play, own, path) for play in plays]


def _path(written: LocatedDict, word: str, own: Block | None, mistakes: Mistakes, around: Around) -> Path | None:
    place = written.value_locations.get(word)
    value: Any = written[word]
    if not isinstance(value, str):
        mistakes.error("wrong-type", f"'import_playbook': expected a file, found {describe(value)}", place)
        return None
    task = Task.model_validate(
        {
            "location": written.location,
            "module": "import_playbook",
            "arguments": {"file": value},
            "vars": own.vars if own else {},
        }
    )
    name = known_text(task, "file", around, mistakes)
    if name is None:
        return None
    path = around.place.playbook / Path(name).expanduser()
    if not path.is_file() and (found := _in_collection(name, around)):
        path = found
    if not path.is_file():
        mistakes.error("missing-file", f"there is no playbook '{name}'", place, looked_for([path]))
        return None
    if path.absolute() in around.stack:
        mistakes.error("recursion", f"'{name}' imports itself, without end", place)
        return None
    return path


def _in_collection(name: str, around: Around) -> Path | None:
    """``namespace.collection.playbook``."""
    parts = name.split(".")
    if len(parts) != 3 or not all(part.isidentifier() for part in parts):
        return None
    folders = [around.place.playbook / "collections", *around.reader.settings.collections_path]
    for folder in folders:
        base = folder.expanduser().joinpath("ansible_collections", *parts[:2], "playbooks", parts[2])
        for ending in (".yml", ".yaml"):
            if (path := base.with_name(base.name + ending)).is_file():
                return path
    return None


def _plays_of(path: Path, mistakes: Mistakes, around: Around) -> tuple[Play, ...]:
    try:
        written = around.reader.read(path)
    except LoadError as error:
        mistakes.add(*error.diagnostics)
        return ()
    if not isinstance(written, LocatedList):
        if written is not None:
            place = getattr(written, "location", None) or Location(SourceFile(str(path), ""), 1, 1)
            mistakes.error("wrong-type", f"a playbook is a list of plays; this is {describe(written)}", place)
        return ()
    around.reader.extensions.add(path.parent, mistakes)
    return read_plays(written, mistakes, replace(around, place=Surroundings(path.parent)))


def _with_import(play: Play, own: Block, path: Path) -> Play:
    """A play with what its import says: its conditions come first, its variables win."""
    return play.model_copy(
        update={
            "when": (*own.when, *play.when),
            "tags": (*play.tags, *own.tags),
            "vars": {**play.vars, **own.vars},
            "folder": play.folder or str(path.parent),
        }
    )
