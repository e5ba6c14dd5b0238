"""Plays as they are written."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from smolrun.errors import LoadError
from smolrun.playbook import keywords
from smolrun.playbook.around import Around, layered
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Play
from smolrun.playbook.names import note_common
from smolrun.playbook.prompts import read_prompts
from smolrun.playbook.roles import read_roles
from smolrun.playbook.search import find
from smolrun.playbook.tasks import Kind, read_nodes
from smolrun.playbook.validation import build
from smolrun.playbook.written import is_open
from smolrun.source.coercions import describe
from smolrun.source.containers import LocatedDict, LocatedList
from smolrun.source.text import SourceText
from smolrun.source.vault import VaultText

_TASK_LISTS: dict[str, Kind] = {"pre_tasks": "task", "tasks": "task", "post_tasks": "task", "handlers": "handler"}


def read_play(written: LocatedDict, mistakes: Mistakes, around: Around) -> Play | None:
    """One play; None after noting what keeps it from being one."""
    around = _with_play(written, around)
    known = keywords.words_of(Play)
    note_common(written, mistakes)
    values: dict[str, Any] = {"location": written.location}
    # Roles first: modules and filters that they bring along can be used by all tasks of the play.
    for key, value in sorted(written.items(), key=lambda item: item[0] != "roles"):
        if key in _TASK_LISTS:
            values[key] = read_nodes(value, written, key, _TASK_LISTS[key], mistakes, around)
        elif key == "roles":
            values[key] = read_roles(value, written, key, mistakes, around)
        elif key == "vars_files":
            values[key] = _vars_files(value, written, mistakes)
        elif key == "vars_prompt":
            values[key] = read_prompts(value, written, mistakes)
        elif key in known:
            values[key] = value
        elif key == "user":
            values["remote_user"] = value
        elif key in keywords.NOT_YET_FOR_PLAYS:
            keywords.refuse_for_now("play", key, written, mistakes)
        else:
            keywords.refuse("play", key, written, known, mistakes)
    if not _has_hosts(written, mistakes):
        values["hosts"] = (SourceText("all", written.location),)
    return build(Play, values, written, mistakes)


def _with_play(written: LocatedDict, around: Around) -> Around:
    """What is around the tasks of a play: its variables may be in the names of files that are imported."""
    around = around.with_variables(written)
    files = written.get("vars_files")
    known: dict[str, Any] = {}
    for entry in files if isinstance(files, list) else [files]:
        for name in _names(entry):
            path = None if not isinstance(name, str) or is_open(name) else find("vars", name, [around.place.playbook])
            if path is not None and path.is_file():
                known |= _variables(path, around)
                break
    collections = written.get("collections")
    if isinstance(collections, list):
        around = replace(around, collections=tuple(map(str, collections)))
    return replace(around, variables=layered(known, around.variables)) if known else around


def _variables(path: Path, around: Around) -> Mapping[str, Any]:
    try:
        content = around.reader.read(path)
    except LoadError:
        return {}  # the check of the variables files tells
    return content if isinstance(content, Mapping) else {}


def _vars_files(value: Any, written: LocatedDict, mistakes: Mistakes) -> tuple[Any, ...]:
    """The entries that are paths, or lists of paths of which the first that exists is meant."""
    if value is None:
        return ()
    place = written.value_locations.get("vars_files")
    entries = (
        list(zip(value, value.item_locations, strict=True)) if isinstance(value, LocatedList) else [(value, place)]
    )
    for entry, at in entries:
        if not all(map(_is_name, _names(entry))):
            message = f"'vars_files': expected a path, or a list of paths, found {describe(entry)}"
            mistakes.error("wrong-type", message, at)
    return tuple(entry for entry, _ in entries if all(map(_is_name, _names(entry))))


def _is_name(name: object) -> bool:
    return isinstance(name, str | VaultText) and name != ""


def _names(entry: Any) -> list[Any]:
    return list(entry) if isinstance(entry, list) else [entry]


def _has_hosts(written: LocatedDict, mistakes: Mistakes) -> bool:
    hosts = written.get("hosts")
    if "hosts" not in written:
        mistakes.error("no-hosts", "this play does not say on which hosts", written.location, "add 'hosts: all'")
    elif hosts is None or hosts == "" or hosts == []:
        mistakes.error("no-hosts", "'hosts' is empty", written.key_locations.get("hosts"), "add 'hosts: all'")
    else:
        return True
    return False
