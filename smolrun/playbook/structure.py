"""Files of tasks that a playbook brings in: ``import_tasks`` when it is loaded, ``include_tasks`` while it runs.

The rules: docs.ansible.com, "Re-using Ansible artifacts".
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolrun.errors import LoadError, SmolVMError
from smolrun.location import Location, SourceFile
from smolrun.playbook.around import Around, layered
from smolrun.playbook.keywords import IMPORTS, INCLUDES
from smolrun.playbook.known_names import of_node
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Block, Node, Task, TasksOfFile
from smolrun.playbook.search import looked_for
from smolrun.playbook.written import is_open
from smolrun.source.coercions import describe
from smolrun.source.containers import LocatedDict, LocatedList, location_at
from smolrun.source.text import location_of

if TYPE_CHECKING:
    from smolrun.playbook.tasks import Kind

_OF_BLOCKS = tuple(name for name in Block.model_fields if name not in ("block", "rescue", "always"))
_NOT_FOR_INCLUDES = frozenset(
    {
        "become", "become_user", "become_method", "become_flags", "environment", "notify", "until", "retries", "delay",
        "delegate_to", "delegate_facts", "failed_when", "changed_when", "check_mode", "diff", "remote_user", "port",
        "connection", "throttle", "any_errors_fatal", "ignore_unreachable", "mode", "async", "poll",
    }
)  # fmt: skip
"""What says nothing to an include itself, and does not reach what it brings in (ansible-core refuses them too)."""

_FOR_INCLUDES = frozenset({"loop_control", "register"})
_USELESS_FOR_IMPORTS = _FOR_INCLUDES | {"until", "retries", "delay", "async", "poll"}
"""What says nothing to an import, and what ansible-core reads and forgets."""


def bring_in(task: Task, written: LocatedDict, kind: "Kind", around: Around, mistakes: Mistakes) -> Node | None:
    """The task itself; for an import, what it brings in; None after noting why there is nothing.

    Args:
        written: the whole task as it was written.
    """
    if task.module in IMPORTS:
        return _imported(task, written, kind, around, mistakes)
    if task.module in INCLUDES:
        return _included(task, written, kind, around, mistakes)
    return task


def _imported(task: Task, written: LocatedDict, kind: "Kind", around: Around, mistakes: Mistakes) -> Node | None:
    for key in written:
        is_loop = key == "loop" or str(key).startswith("with_")
        if is_loop or key in _USELESS_FOR_IMPORTS:
            note = mistakes.error if is_loop else mistakes.warning
            message = f"'{key}' says nothing to '{task.module}', which is done when the playbook is loaded"
            note("import", message, written.key_locations.get(key), _instead(task.module, str(key), is_loop=is_loop))
    if task.module == "import_role":
        from smolrun.playbook.roles import imported_role

        return imported_role(task, kind, around, mistakes)
    name = known_text(task, "file", around, mistakes)
    if name is None:
        return None
    path = find_tasks(name, around, kind)
    place = location_at(task.arguments, ["file"]) or task.location
    if path is None:
        note_missing(name, around, kind, place, mistakes)
        return None
    if path.absolute() in around.stack:
        message = f"'{name}' imports itself, without end"
        mistakes.error("recursion", message, place, "use 'include_tasks' with a condition that ends it")
        return None
    holder = file_of(task, path)
    nodes = read_tasks(path, kind, around.inside(holder, path), mistakes)
    return holder.model_copy(update={"block": nodes})


def _instead(module: str, key: str, *, is_loop: bool) -> str:
    include = module.replace("import", "include")
    return f"use '{include}'" if is_loop or key in _FOR_INCLUDES else f"write '{key}' at the tasks that it is meant for"


def _included(task: Task, written: LocatedDict, kind: "Kind", around: Around, mistakes: Mistakes) -> Task:
    for key in written:
        if key in _NOT_FOR_INCLUDES:
            message = f"'{key}' does not reach what '{task.module}' brings in"
            hint = f"write it below 'apply', or around the include, or use '{task.module.replace('include', 'import')}'"
            mistakes.error("include", message, written.key_locations.get(key), hint)
    arguments = task.arguments
    apply = _apply(arguments, mistakes)
    changes: dict[str, Any] = {"apply": apply}
    if around.reader.follows:
        inside = replace(around, certain=around.certain and not task.when, notified=kind == "handler")
        found = Mistakes()
        if task.module == "include_role":
            from smolrun.playbook.roles import followed_role

            changes["included"] = followed_role(task, kind, inside, found)
        else:
            changes["included"] = _followed(task, kind, inside, found)
        block = changes["included"]
        if block is not None and task.loop is not None:
            changes["included"] = block.model_copy(update={"vars": {**dict.fromkeys(of_node(task)), **task.vars}})
        for diagnostic in found.in_order():
            note = mistakes.error if diagnostic.is_error and inside.certain else mistakes.warning
            note(diagnostic.code, diagnostic.message, diagnostic.location, diagnostic.hint)
    return task.model_copy(update=changes)


def _apply(arguments: Mapping[str, Any], mistakes: Mistakes) -> Block | None:
    written = arguments.get("apply")
    if written is None or is_open(written):
        return None
    if not isinstance(written, LocatedDict):
        message = f"'apply': expected a mapping of keywords, found {describe(written)}"
        mistakes.error("wrong-type", message, location_at(arguments, ["apply"]))
        return None
    from smolrun.playbook.tasks import read_keywords_of_block

    return read_keywords_of_block(written, mistakes)


def _followed(task: Task, kind: "Kind", around: Around, mistakes: Mistakes) -> Block | None:
    """What an include will bring in, if that is known and was not looked at before; it is read to be checked."""
    name = around.place.known(task.arguments.get("file"))
    if not isinstance(name, str) or is_open(name) or task.arguments_template is not None:
        return None
    path = find_tasks(str(name), around, kind)
    if path is None:  # no error: the play may make it before it comes here
        place = location_at(task.arguments, ["file"]) or task.location
        looked = looked_for(around.place.task_places(str(name), handlers=kind == "handler"))
        mistakes.warning("missing-file", f"there is no file of tasks '{name}'", place, looked)
        return None
    if path.absolute() in around.stack:
        return None
    role = around.place.role
    context = (path.absolute(), kind, role.path if role else None)
    if context in around.reader.followed:
        return None
    around.reader.followed.add(context)
    holder = file_of(task, path)
    nodes = read_tasks(path, kind, around.inside(holder, path), mistakes)
    return holder.model_copy(update={"block": nodes})


def file_of(task: Task, path: Path) -> TasksOfFile:
    """The block that stands for a file, with the keywords of the task that brings it in."""
    return TasksOfFile.model_construct(**keywords_of(task), folder=str(path.parent))


def keywords_of(task: Task) -> dict[str, Any]:
    """The keywords of a task that a block can have too."""
    return {name: getattr(task, name) for name in _OF_BLOCKS}


def known_text(task: Task, argument: str, around: Around, mistakes: Mistakes) -> str | None:
    """The value of an argument of an import, which must be known now; None after noting that it is not."""
    value = task.arguments.get(argument)
    if not isinstance(value, str):
        return None  # the check of the arguments tells
    if not is_open(value):
        return str(value).strip()
    from smolrun.templating.templar import Templar

    here = {"playbook_dir": str(around.place.playbook.absolute())}
    variables = layered(here, around.reader.settings.extra_variables, task.vars, around.variables)
    templar = Templar(vault=around.reader.vault, own=around.reader.extensions.functions)
    try:
        return templar.render_text(value, variables).strip()
    except SmolVMError as error:
        message = f"what '{task.module}' brings in must be known when the playbook is loaded: {error.message}"
        hint = f"use '{task.module.replace('import', 'include')}', which is done while it runs"
        mistakes.error("import-name", message, location_of(value) or task.location, hint)
        return None


def find_tasks(name: str, around: Around, kind: "Kind") -> Path | None:
    """The file of tasks of that name."""
    places = around.place.task_places(name, handlers=kind == "handler")
    return next((place for place in places if place.is_file()), None)


def note_missing(name: str, around: Around, kind: "Kind", place: Location | None, mistakes: Mistakes) -> None:
    places = around.place.task_places(name, handlers=kind == "handler")
    mistakes.error("missing-file", f"there is no file of tasks '{name}'", place, looked_for(places))


def read_tasks(path: Path, kind: "Kind", around: Around, mistakes: Mistakes) -> tuple[Node, ...]:
    """The tasks of a file; what is wrong with it is noted."""
    from smolrun.playbook.tasks import read_items

    try:
        written = around.reader.read(path)
    except LoadError as error:
        mistakes.add(*error.diagnostics)
        return ()
    if written is None:
        return ()
    if not isinstance(written, LocatedList):
        place = getattr(written, "location", None) or Location(SourceFile(str(path), ""), 1, 1)
        message = f"a file of tasks is a list; this is {describe(written)}"
        mistakes.error("wrong-type", message, place, "begin each task with '- '")
        return ()
    return read_items(written, kind, mistakes, around)


def load_tasks(name: str, kind: "Kind", around: Around, location: Location | None) -> tuple[Path, tuple[Node, ...]]:
    """The tasks of an include that is being run, and their file.

    Raises:
        LoadError: there is no such file, or something is wrong with it.
    """
    mistakes = Mistakes()
    path = find_tasks(name, around, kind)
    if path is None:
        note_missing(name, around, kind, location, mistakes)
        raise LoadError(mistakes.in_order())
    holder = TasksOfFile(location=location or Location(SourceFile(str(path), ""), 1, 1), folder=str(path.parent))
    nodes = read_tasks(path, kind, around.inside(holder, path), mistakes)
    mistakes.raise_if_errors()
    return path, nodes
