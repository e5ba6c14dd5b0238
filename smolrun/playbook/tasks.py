"""Lists of tasks: each item a task, a block or a word to the engine."""

from collections.abc import Iterable
from typing import Any, Literal, get_args

from smolrun.modules.base import Arguments
from smolrun.modules.registry import FoundModule
from smolrun.playbook import keywords
from smolrun.playbook.actions import Action, find_action
from smolrun.playbook.arguments import fields_by_word, joined, read_arguments
from smolrun.playbook.around import Around
from smolrun.playbook.loops import loop_keys, read_loop
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Block, Meta, MetaAction, Node, Task
from smolrun.playbook.names import note_common, note_name
from smolrun.playbook.structure import bring_in
from smolrun.playbook.suggestion import did_you_mean
from smolrun.playbook.validation import build
from smolrun.playbook.written import is_open
from smolrun.source.coercions import describe
from smolrun.source.containers import LocatedDict, LocatedList
from smolrun.source.text import SourceText

Kind = Literal["task", "handler"]
_BLOCK_LISTS = ("block", "rescue", "always")

META_ACTIONS: tuple[str, ...] = get_args(MetaAction)
UNCONDITIONAL = frozenset({"noop", "reset_connection", "refresh_inventory"})
"""Meta actions that Ansible does whatever ``when`` says, with a warning (docs.ansible.com, ``meta``)."""


def read_nodes(
    written: Any, parent: LocatedDict, key: str, kind: Kind, mistakes: Mistakes, around: Around
) -> tuple[Node, ...]:
    """The tasks under `key` of a play or a block."""
    if written is None:
        return ()
    if not isinstance(written, LocatedList):
        message = f"'{key}': expected a list of tasks, found {describe(written)}"
        mistakes.error("wrong-type", message, parent.value_locations.get(key), "begin each task with '- '")
        return ()
    return read_items(written, kind, mistakes, around)


def read_items(written: LocatedList, kind: Kind, mistakes: Mistakes, around: Around) -> tuple[Node, ...]:
    """Tasks, blocks and meta words; `around` is where the list stands."""
    nodes = []
    for item, place in zip(written, written.item_locations, strict=True):
        if isinstance(item, LocatedDict):
            node = _read_node(item, kind, mistakes, around)
            if node is not None:
                nodes.append(node)
        else:
            mistakes.error("wrong-type", f"expected a {kind}, found {describe(item)}", place, _missing_space(item))
    return tuple(nodes)


def _missing_space(item: Any) -> str | None:
    """What to write where ``command:ls`` was meant to be a key and its value."""
    word, colon, rest = item.partition(":") if isinstance(item, str) else ("", "", "")
    return f"write '{word}: {rest}', with a space" if colon and word.replace(".", "_").isidentifier() else None


def _read_node(written: LocatedDict, kind: Kind, mistakes: Mistakes, around: Around) -> Node | None:
    note_common(written, mistakes)
    if any(key in written for key in _BLOCK_LISTS):
        return _read_block(written, kind, mistakes, around)
    if "meta" in written or "ansible.builtin.meta" in written:
        return _read_meta(written, kind, mistakes, around)
    task = _read_task(written, kind, mistakes, around)
    return None if task is None else bring_in(task, written, kind, around, mistakes)


def _read_block(written: LocatedDict, kind: Kind, mistakes: Mistakes, around: Around) -> Block | None:
    if "block" not in written:
        key = next(key for key in _BLOCK_LISTS if key in written)
        mistakes.error("block", f"'{key}' belongs to a block, and there is none", written.key_locations.get(key))
    if kind == "handler":
        _note_handlers(written, mistakes)
    known = keywords.words_of(Block)
    _refuse_others("block", written, known, keywords.NOT_YET_FOR_BLOCKS, mistakes)
    values: dict[str, Any] = {"location": written.location}
    inside = around.with_variables(written)
    for key, value in written.items():
        if key in _BLOCK_LISTS:
            values[key] = read_nodes(value, written, key, kind, mistakes, inside)
        elif key in known:
            values[key] = value
    return build(Block, values, written, mistakes)


def _note_handlers(written: LocatedDict, mistakes: Mistakes) -> None:
    """What a block of handlers cannot have: each of them is notified, and runs, by itself."""
    for key in ("rescue", "always"):
        if key in written:
            message = f"'{key}' says nothing to a block of handlers, each of which runs by itself"
            mistakes.warning("useless-keyword", message, written.key_locations.get(key))
    inner = written.get("block")
    for item in inner if isinstance(inner, LocatedList) else ():
        if isinstance(item, LocatedDict) and "block" in item:
            place = item.key_locations.get("block")
            mistakes.error("block", "a block among handlers has no block in it", place, "Ansible refuses it too")


def read_keywords_of_block(written: LocatedDict, mistakes: Mistakes) -> Block | None:
    """The keywords below ``apply``, which are those of a block around what is included."""
    known = keywords.words_of(Block) - {*_BLOCK_LISTS}
    note_common(written, mistakes)
    _refuse_others("apply", written, known, keywords.NOT_YET_FOR_BLOCKS, mistakes)
    values = {key: value for key, value in written.items() if key in known}
    return build(Block, {"location": written.location, **values}, written, mistakes)


def _read_meta(written: LocatedDict, kind: Kind, mistakes: Mistakes, around: Around) -> Meta | None:
    key = "meta" if "meta" in written else "ansible.builtin.meta"
    place = written.value_locations.get(key)
    action = written[key]
    if not isinstance(action, str):
        mistakes.error("wrong-type", f"'meta': expected a word such as flush_handlers, found {describe(action)}", place)
        return None
    if action.strip() not in META_ACTIONS:
        hint = did_you_mean(str(action), META_ACTIONS) or f"there are: {', '.join(META_ACTIONS)}"
        mistakes.error("unknown-meta", f"'meta' has no action '{action}'", place, hint)
        return None
    if action.strip() == "end_role" and (around.place.role is None or kind == "handler"):
        message = "'meta: end_role' belongs to the tasks of a role"
        mistakes.error("meta", message, place, "'meta: end_host' ends the play for the host")
        return None
    known = keywords.words_of(Meta)
    values = {name: value for name, value in written.items() if name in known}
    rest = LocatedDict(written, None, written.key_locations)
    del rest[key]
    _refuse_others("task", rest, known, keywords.NOT_YET_FOR_TASKS, mistakes)
    if action in UNCONDITIONAL and "when" in written:
        message = f"'when' says nothing to 'meta: {action}', which is done in any case"
        mistakes.warning("useless-keyword", message, written.key_locations.get("when"))
    return build(Meta, {"location": written.location, "action": action.strip(), **values}, written, mistakes)


def _read_task(written: LocatedDict, kind: Kind, mistakes: Mistakes, around: Around) -> Task | None:
    known = keywords.words_of(Task)
    modules = around.reader.extensions.modules
    action = find_action(written, known, modules, mistakes)
    if action is None:
        return None
    _note_unknown_keywords(written, known, action, modules.find(action.name), mistakes)
    values: dict[str, Any] = {key: value for key, value in written.items() if key in known}
    for key in ("args", "action", "local_action", "loop", "loop_control"):
        values.pop(key, None)
    for key in ("failed_when", "changed_when"):
        if values.get(key) in ([], "", None):
            values.pop(key, None)  # no condition: the module's own verdict stands
    values["loop"] = read_loop(written, mistakes, around.reader.extensions.functions.lookups)
    values["location"] = written.location
    if action.local:
        values.setdefault("delegate_to", SourceText("localhost", action.place))
    found = modules.find(action.name)
    values["module"] = found.name if found else action.name
    values["own_module"] = found if modules.is_own(action.name) else None
    values["module_location"] = action.place
    values["arguments"] = _arguments(found, action, written, values, mistakes)
    if values["arguments"] is None:
        return None
    task = build(Task, values, written, mistakes)
    if task is not None:
        _note_useless(task, written, kind, mistakes, notified=around.notified)
    return task


def _arguments(
    found: FoundModule | None, action: Action, written: LocatedDict, values: dict[str, Any], mistakes: Mistakes
) -> LocatedDict | None:
    arguments = read_arguments(found, action.name, action.arguments, action.arguments_place, mistakes)
    if arguments is None:
        return None
    template = arguments.pop("_template", None)
    more = written.get("args")
    if isinstance(more, LocatedDict):
        arguments = joined(arguments, more)
    elif is_open(more):
        template = template or more
    elif more is not None:
        message = f"'args': expected a mapping, found {describe(more)}"
        mistakes.error("wrong-type", message, written.value_locations.get("args"))
    values["arguments_template"] = template
    return arguments


def _note_unknown_keywords(
    written: LocatedDict, known: Iterable[str], action: Action, found: FoundModule | None, mistakes: Mistakes
) -> None:
    model: type[Arguments] | None = found.module.arguments if found else None
    arguments = fields_by_word(model) if model is not None else {}
    lost = [key for key in written if key not in known and key != action.key and key in arguments]
    for key in lost:
        message = f"'{key}' is an argument of '{action.name}', not a keyword of a task"
        mistakes.error("unknown-keyword", message, written.key_locations.get(key), _where_it_belongs(action))
    taken = {*loop_keys(written), action.key, *lost}
    rest = LocatedDict({key: value for key, value in written.items() if key not in taken}, None, written.key_locations)
    _refuse_others("task", rest, known, keywords.NOT_YET_FOR_TASKS, mistakes)


def _where_it_belongs(action: Action) -> str:
    """Where an argument has to stand that was written beside its module."""
    if action.arguments is None:
        return f"indent it further than '{action.key}:'"
    if isinstance(action.arguments, str):
        return "put it below 'args:'"
    return f"put it below '{action.key}:'"


def _refuse_others(
    kind: str, written: LocatedDict, known: Iterable[str], not_yet: frozenset[str], mistakes: Mistakes
) -> None:
    for key in written:
        if key in not_yet:
            keywords.refuse_for_now(kind, key, written, mistakes)
        elif key not in known:
            keywords.refuse(kind, key, written, known, mistakes)


def _note_useless(task: Task, written: LocatedDict, kind: Kind, mistakes: Mistakes, *, notified: bool) -> None:
    if task.listen and kind == "task":
        place = written.key_locations.get("listen")
        mistakes.error("unknown-keyword", "'listen' belongs to a handler, and this is a task", place)
    is_alone = kind == "handler" and not notified and task.module not in keywords.IMPORTS
    if is_alone and task.name is None and not task.listen:
        mistakes.warning("unreachable-handler", "a handler without 'name' and 'listen' never runs", task.location)
    if task.register_as is not None:
        note_name(task.register_as, written.value_locations.get("register"), mistakes)
    if task.delay is not None and not task.until and task.retries is None:
        place = written.key_locations.get("delay")
        mistakes.warning("useless-keyword", "'delay' says nothing without 'until' or 'retries'", place)
