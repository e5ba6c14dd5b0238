"""Which of a task's keys is its module."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from smolrun.diagnostic import Severity
from smolrun.location import Location
from smolrun.playbook import keywords
from smolrun.playbook.elsewhere import is_module_elsewhere
from smolrun.playbook.loops import loop_keys
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.own_modules import OwnModules
from smolrun.playbook.suggestion import MISSPELT, did_you_mean, near
from smolrun.source.coercions import describe
from smolrun.source.containers import LocatedDict
from smolrun.source.text import SourceText


class Action(NamedTuple):
    """A module and its arguments as a task names them.

    Attributes:
        key: the key of the task that says it.
        name: the module's name as written.
        arguments: what stands beside it.
        place: where the name stands.
        arguments_place: where the arguments stand.
        local: ``local_action``: on this machine.
    """

    key: str
    name: str
    arguments: Any
    place: Location | None
    arguments_place: Location | None
    local: bool = False


def find_action(task: LocatedDict, known: Iterable[str], modules: OwnModules, mistakes: Mistakes) -> Action | None:
    """The module of a task; None after noting that there is none, or two."""
    spoken = [key for key in ("action", "local_action") if key in task]
    candidates = [*spoken, *_candidates(task, known)]
    named = [key for key in candidates if key in spoken or _is_module(str(key), modules)]
    chosen = named or _unlikely_keywords(candidates, known, modules)
    if len(chosen) > 1 and named:
        place = task.key_locations.get(chosen[1])
        mistakes.error("two-modules", f"a task has one module, not '{chosen[0]}' and '{chosen[1]}'", place)
        return None
    if not chosen:
        _note_none(task, candidates, known, mistakes)
        return None
    key = chosen[0]
    action = _spoken(task, key, mistakes) if key in spoken else _plain(task, key)
    if action is not None:
        _note_unavailable(action, modules, mistakes)
    return action


def _candidates(task: LocatedDict, known: Iterable[str]) -> list[str]:
    others = set(known) | keywords.NOT_YET_FOR_TASKS | set(loop_keys(task)) | (set(keywords.REMOVED) - {"include"})
    return [key for key in task if key not in others]


def _is_module(name: str, modules: OwnModules) -> bool:
    """Whether the name is that of a module that is here, or may be elsewhere."""
    known = modules.find(name) is not None or modules.is_own(name)
    return known or "." in name or is_module_elsewhere(name) or name in keywords.NOT_YET_ACTIONS


def _unlikely_keywords(candidates: list[str], known: Iterable[str], modules: OwnModules) -> list[str]:
    """Of names that no module has, those that are more like a module than like a keyword."""
    others = [name for name in candidates if isinstance(name, str) and not near(name, known, MISSPELT)]
    likely = [name for name in others if near(name, modules.names())]
    return likely or others


def _plain(task: LocatedDict, key: str) -> Action:
    return Action(key, str(key), task[key], task.key_locations.get(key), task.value_locations.get(key))


def _spoken(task: LocatedDict, key: str, mistakes: Mistakes) -> Action | None:
    """``action: module arguments``, or a mapping with the key ``module``."""
    value, place, local = task[key], task.value_locations.get(key), key == "local_action"
    if isinstance(value, SourceText) and value.strip():
        name, _, rest = value.strip().partition(" ")
        return Action(key, name, SourceText(rest.strip(), place) if rest.strip() else None, place, place, local)
    if isinstance(value, LocatedDict) and isinstance(value.get("module"), str):
        arguments = LocatedDict(value, value.location, value.key_locations, value.value_locations)
        name = str(arguments.pop("module"))
        return Action(key, name, arguments, value.value_locations.get("module"), place, local)
    message = f"'{key}': expected a module and its arguments, found {describe(value)}"
    mistakes.error("wrong-type", message, place, f"write '{key}: {{module: name, argument: value}}'")
    return None


def _note_unavailable(action: Action, modules: OwnModules, mistakes: Mistakes) -> None:
    """Notes a module that we do not have: an error, or a warning where the run may never come to it."""
    name = action.name
    refused = modules.note_refused(name, mistakes)
    if modules.find(name) or refused is Severity.ERROR:
        return
    short = name.rpartition(".")[2]
    if short in keywords.NOT_YET_ACTIONS and name in (short, f"ansible.builtin.{short}", f"ansible.legacy.{short}"):
        mistakes.error("not-supported-yet", f"'{name}' is not supported yet", action.place)
    elif name in keywords.REMOVED:
        hint = f"write {keywords.REMOVED[name]}"
        mistakes.error("removed-keyword", f"Ansible no longer has '{name}'", action.place, hint)
    else:
        _note_unknown(action, modules, mistakes, is_own=refused is not None)


def _note_unknown(action: Action, modules: OwnModules, mistakes: Mistakes, *, is_own: bool) -> None:
    """Notes a module that we know nothing of: an error where it is ours misspelt, or nobody's."""
    name, short = action.name, action.name.rpartition(".")[2]
    if name in keywords.PLAY_ONLY:
        message = f"'{name}' is a keyword of a play, not of a task"
        mistakes.error(
            "unknown-keyword", message, action.place, "a play begins in the first column; look at the indentation"
        )
        return
    elsewhere = is_own or is_module_elsewhere(name)
    meant = None if elsewhere else near(short, modules.names(), MISSPELT)
    own = name in (short, f"ansible.legacy.{short}")  # perhaps one of the user's own, in a folder `library`
    if meant is None and (elsewhere or own):
        hint = None if elsewhere else did_you_mean(short, modules.names())
        message = f"the module '{name}' is not available here; a task that comes to it will fail"
        mistakes.warning("unavailable-module", message, action.place, hint)
    else:
        hint = f"did you mean '{meant}'?" if meant else "see 'smolrun schema' for the modules there are"
        mistakes.error("unknown-module", f"there is no module '{name}'", action.place, hint)


def _note_none(task: LocatedDict, candidates: list[str], known: Iterable[str], mistakes: Mistakes) -> None:
    for key in candidates:
        keywords.refuse("task", key, task, known, mistakes)
    if not candidates:
        message = "this task names no module"
        mistakes.error("no-module", message, task.location, "say what to do, for example 'run: uptime'")
