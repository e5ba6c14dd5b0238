"""Files that a playbook names and that are not there."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from smolrun.errors import LoadError
from smolrun.playbook.certainty import is_certain
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Play, Playbook, Task
from smolrun.playbook.search import FolderKind, find, looked_for, places
from smolrun.playbook.surroundings import Surroundings, surroundings_of
from smolrun.playbook.vars_files import load_vars_file
from smolrun.playbook.walk import tasks_of
from smolrun.playbook.written import has_open, is_open
from smolrun.source.coercions import to_boolean
from smolrun.source.containers import location_at
from smolrun.source.text import location_of
from smolrun.source.vault import VaultSecrets


def folder_of(play: Play, playbook: Playbook) -> Path:
    """The folder of the playbook that a play was written in."""
    return Path(play.folder) if play.folder is not None else Path(playbook.path).parent


class _Named(NamedTuple):
    """An argument that names a file of this machine, and the folder that it is looked for in."""

    argument: str
    kind: FolderKind


_FILES = {"copy": _Named("src", "files"), "template": _Named("src", "templates"), "script": _Named("cmd", "files")}
_LOCAL = frozenset({"localhost", "127.0.0.1"})


def check_vars_files(play: Play, playbook: Playbook, vault: VaultSecrets | None, mistakes: Mistakes) -> None:
    """Notes variables files that are missing or wrong, where their names are no templates."""
    folder = folder_of(play, playbook)
    for entry in play.vars_files:
        if has_open(entry):
            continue
        names = [str(name) for name in entry] if isinstance(entry, list) else str(entry)
        try:
            load_vars_file(names, folder, vault=vault, location=location_of(entry))
        except LoadError as error:
            mistakes.add(*error.diagnostics)


def check_files(playbook: Playbook, mistakes: Mistakes) -> None:
    """Notes missing files that tasks send: an error where the task certainly comes to need it.

    Once a task has run on this machine, it may have made the file.
    """
    folder = Path(playbook.path).parent
    made_here = False
    for play in playbook.plays:
        for visit, task in tasks_of(play):
            if task.module in _FILES:
                note = mistakes.error if is_certain(visit) and not made_here else mistakes.warning
                _check_file(task, surroundings_of(visit.parents, folder), note)
            made_here = made_here or _runs_here(task, play)


def _check_file(task: Task, around: Surroundings, note: Callable[..., None]) -> None:
    name, kind = _file_of(task, around), _FILES[task.module].kind
    if name is None or find(kind, name, around.search) is not None:
        return
    place = location_at(task.arguments, [_FILES[task.module].argument])
    note("missing-file", f"there is no file '{name}'", place, looked_for(places(kind, name, around.search)))


def _file_of(task: Task, around: Surroundings) -> str | None:
    """The file of this machine that a task sends; None where there is none, or it is not known yet."""
    if task.arguments_template is not None:
        return None
    value = around.known(task.arguments.get(_FILES[task.module].argument))
    if not isinstance(value, str) or is_open(value) or not value.strip():
        return None
    if _is_remote(task.arguments.get("remote_src", False)):
        return None
    return _first_word(value) if task.module == "script" else str(value)


def _is_remote(value: object) -> bool:
    if is_open(value):
        return True
    try:
        return bool(to_boolean(value))
    except ValueError:
        return False


def _first_word(line: str) -> str | None:
    try:
        return next(iter(shlex.split(line)), None)
    except ValueError:
        return None


def _runs_here(task: Task, play: Play) -> bool:
    """Whether a task may leave files on this machine."""
    delegated = task.delegate_to is not None and (is_open(task.delegate_to) or str(task.delegate_to) in _LOCAL)
    local = any(keywords.connection not in (None, "ssh") for keywords in (play, task))
    return delegated or local or task.module == "fetch" or any(str(host) in _LOCAL for host in play.hosts)
