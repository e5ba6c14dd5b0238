"""Roles as a play uses them: ``roles:``, ``import_role``, ``include_role`` and the dependencies of roles.

The rules: docs.ansible.com, "Roles".
"""

from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from smolrun.errors import LoadError
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location, SourceFile
from smolrun.playbook import keywords
from smolrun.playbook.argument_specs import validation_of
from smolrun.playbook.around import Around, layered
from smolrun.playbook.lost_text import note_lost_texts
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Block, Node, Role, Task, TasksOfRole
from smolrun.playbook.role_search import find_role, role_files, role_places
from smolrun.playbook.search import looked_for
from smolrun.playbook.structure import keywords_of, known_text, read_tasks
from smolrun.playbook.suggestion import did_you_mean
from smolrun.playbook.validation import build
from smolrun.playbook.written import is_open
from smolrun.source.coercions import describe, to_boolean
from smolrun.source.containers import LocatedDict, LocatedList, location_at
from smolrun.source.files import shown_path

if TYPE_CHECKING:
    from smolrun.playbook.tasks import Kind

_NOT_OF_ENTRIES = frozenset({"block", "rescue", "always", "notify"})
_PARTS = ("tasks", "vars", "defaults", "handlers")


B = TypeVar("B", bool, None)


@dataclass(frozen=True)
class RoleUse:
    """How a role is asked for.

    Attributes:
        name: of the role, known.
        keywords: for the block that stands for it.
        place: where it is asked for.
        params: Ansible's role params.
        files: the name of the file to take instead of ``main``, for each of ``tasks vars defaults handlers``.
        included: by ``include_role``, as the run goes on.
        public: its defaults and vars can be seen by the whole play; None where it is not said.
        repeats: it runs however often it is asked for; None: what the role says itself.
        validates: its argument specification is kept to.
    """

    name: str
    keywords: Mapping[str, Any]
    place: Location
    params: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    included: bool = False
    public: bool | None = None
    repeats: bool | None = None
    validates: bool = True


# --- the forms it is asked for in ------------------------------------------------------------------------


def read_roles(written: Any, parent: LocatedDict, key: str, mistakes: Mistakes, around: Around) -> list[TasksOfRole]:
    """The roles below ``roles`` of a play, or ``dependencies`` of a role."""
    if written is None:
        return []
    if not isinstance(written, LocatedList):
        message = f"'{key}': expected a list of roles, found {describe(written)}"
        mistakes.error("wrong-type", message, parent.value_locations.get(key))
        return []
    found = []
    for item, place in zip(written, written.item_locations, strict=True):
        use = _entry(item, place, mistakes, around)
        role = use and read_role(use, around, mistakes)
        if role:
            found.append(role)
    return found


def _entry(item: Any, place: Location, mistakes: Mistakes, around: Around) -> RoleUse | None:
    if isinstance(item, str):
        item = LocatedDict({"role": item}, place, {"role": place}, {"role": place})
    if not isinstance(item, LocatedDict):
        mistakes.error("wrong-type", f"expected the name of a role or a mapping, found {describe(item)}", place)
        return None
    key = next((key for key in ("role", "name", "src") if key in item), None)
    if key is None or not isinstance(item[key], str):
        mistakes.error("wrong-type", "this entry names no role", item.location, "write 'role: NAME'")
        return None
    note_lost_texts(item, mistakes)
    name = _known_name(item[key], item.value_locations.get(key), mistakes, around)
    if name is None:
        return None
    known = keywords.words_of(Block) - _NOT_OF_ENTRIES - {"name"}
    values = {word: value for word, value in item.items() if word in known}
    block = build(Block, {"location": item.location or place, **values}, item, mistakes)
    params = {word: value for word, value in item.items() if word not in known and word not in ("role", "name", "src")}
    at = item.value_locations.get(key) or place
    return None if block is None else RoleUse(name, _of_block(block), at, params)


def _known_name(value: str, place: Location | None, mistakes: Mistakes, around: Around) -> str | None:
    if not is_open(value):
        return str(value).partition(",")[0].strip()
    named = Task(location=place or around_place(value), module="import_role", arguments={"name": value})
    return known_text(named, "name", around, mistakes)


def around_place(value: str) -> Location:
    place = getattr(value, "location", None)
    if not isinstance(place, Location):
        raise TypeError("text without a place")
    return place


def _of_block(block: Block) -> dict[str, Any]:
    return {name: getattr(block, name) for name in Block.model_fields if name not in ("block", "rescue", "always")}


def role_use_of(task: Task, name: str, values: Mapping[str, Any]) -> RoleUse:
    """What ``import_role`` or ``include_role`` asks for.

    Args:
        values: its arguments, as far as they are known.
    """
    files = {part: str(values[f"{part}_from"]) for part in _PARTS if values.get(f"{part}_from")}
    return RoleUse(
        name,
        keywords_of(task),
        location_at(task.arguments, ["name"]) or task.location,
        files=files,
        included=task.module != "import_role",
        public=_flag(values.get("public"), None),
        repeats=_flag(values.get("allow_duplicates"), True),
        validates=_flag(values.get("rolespec_validate"), True),
    )


def _is_public(use: RoleUse, around: Around) -> bool:
    if use.public is not None:
        return use.public
    private = around.reader.settings.private_role_vars
    return not (use.included if private is None else private)


def _flag(value: Any, default: B) -> "bool | B":
    if value is None or is_open(value):
        return default
    try:
        return bool(to_boolean(value))
    except ValueError:
        return default


def imported_role(task: Task, kind: "Kind", around: Around, mistakes: Mistakes) -> TasksOfRole | None:
    """The role that an ``import_role`` brings in; None after noting why there is none."""
    if kind == "handler":
        mistakes.error("import", f"'{task.module}' cannot be a handler", task.location, "Ansible refuses it too")
        return None
    word = "role" if "role" in task.arguments else "name"
    name = known_text(task, word, around, mistakes)
    values = dict(task.arguments)
    for part in _PARTS:
        if is_open(values.get(f"{part}_from")):
            values[f"{part}_from"] = known_text(task, f"{part}_from", around, mistakes)
    return None if name is None else read_role(role_use_of(task, name, values), around, mistakes)


def followed_role(task: Task, kind: "Kind", around: Around, mistakes: Mistakes) -> TasksOfRole | None:
    """What an ``include_role`` will bring in, if that is known and was not looked at before."""
    if kind == "handler":
        mistakes.error("include", f"'{task.module}' cannot be a handler", task.location, "Ansible refuses it too")
        return None
    values = task.arguments
    name = values.get("name", values.get("role"))
    if not isinstance(name, str) or any(is_open(value) for value in (name, *(values.get(f"{p}_from") for p in _PARTS))):
        return None
    use = role_use_of(task, str(name), values)
    path = find_role(use.name, around)
    if path is None:  # no error: the play may install it before it comes here
        looked = looked_for(role_places(use.name, around))
        mistakes.warning("missing-role", f"there is no role '{use.name}'", use.place, _near(use.name, around) or looked)
        return None
    context = (path, tuple(sorted(use.files.items())))
    if context in around.reader.followed or _mark(path, use) in around.stack:
        return None
    around.reader.followed.add(context)
    return read_role(use, around, mistakes)


def _mark(path: Path, use: RoleUse) -> Path:
    """What a role's tasks are known by, where one that brings in itself is to be noticed."""
    return path.absolute() / "tasks" / use.files.get("tasks", "main")


# --- the role itself -------------------------------------------------------------------------------------


def read_role(use: RoleUse, around: Around, mistakes: Mistakes) -> TasksOfRole | None:
    """A role with all that it depends on; None after noting that there is none."""
    path = find_role(use.name, around)
    if path is None:
        looked = looked_for(role_places(use.name, around))
        mistakes.error("missing-role", f"there is no role '{use.name}'", use.place, _near(use.name, around) or looked)
        return None
    mark = _mark(path, use)
    if mark in around.stack:
        mistakes.error("recursion", f"the role '{use.name}' brings in itself, without end", use.place)
        return None
    around.reader.extensions.add(path, mistakes)
    role = Role.model_construct(
        location=use.place,
        name=use.name,
        path=str(path),
        defaults=_variables(path, "defaults", use, around, mistakes),
        variables=_variables(path, "vars", use, around, mistakes),
        public=_is_public(use, around),
    )
    meta = _meta(path, around, mistakes)
    repeats = use.repeats if use.repeats is not None else _flag(meta.get("allow_duplicates"), False)
    role = role.model_copy(update={"once": None if repeats else _key(path, use)})
    holder = TasksOfRole.model_construct(
        **use.keywords, folder=str(path / "tasks"), params=use.params, role=role, handlers=()
    )
    inside = _inside(holder, mark, role, around)
    dependencies = read_roles(meta.get("dependencies"), meta, "dependencies", mistakes, inside)
    nodes: list[Node] = [*dependencies]
    if use.validates:
        nodes += validation_of(path, meta, use.files.get("tasks", "main"), role, inside, mistakes)
    nodes += _tasks(path, use, inside, mistakes)
    handlers = _handlers(path, use, inside, mistakes)
    _note_actions(path, mistakes)
    return holder.model_copy(update={"block": tuple(nodes), "handlers": handlers})


def _inside(holder: TasksOfRole, mark: Path, role: Role, around: Around) -> Around:
    inside = around.inside(holder, mark)
    own = {"role_path": str(Path(role.path).absolute()), "role_name": role.name}
    known = layered(own, holder.params, holder.vars, role.variables, inside.variables, role.defaults)
    return replace(inside, variables=known)


def _key(path: Path, use: RoleUse) -> str:
    """What makes two uses of a role the same."""
    said = [repr(use.keywords.get(word)) for word in ("when", "tags", "vars")]
    return "\0".join((str(path), *said, repr(dict(use.params)), repr(sorted(use.files.items()))))


def _near(name: str, around: Around) -> str | None:
    folders = {place.parent for place in role_places(name, around) if place.parent.is_dir()}
    names = [path.name for folder in folders if folder.name == "roles" for path in folder.iterdir() if path.is_dir()]
    return did_you_mean(name, names)


def _variables(path: Path, kind: str, use: RoleUse, around: Around, mistakes: Mistakes) -> dict[str, Any]:
    files = role_files(path, kind, use.files.get(kind))
    if not files and kind in use.files:
        mistakes.error("missing-file", f"the role '{use.name}' has no {kind}/{use.files[kind]}", use.place)
    found = LocatedDict()
    for file in files:
        content = _read(file, around, mistakes)
        if content is not None and not isinstance(content, LocatedDict):
            message = f"a file of variables is a mapping of names to values; this is {describe(content)}"
            mistakes.error("wrong-type", message, getattr(content, "location", None) or use.place)
        elif content:
            found.update(content)
            found.value_locations.update(content.value_locations)
            found.key_locations.update(content.key_locations)
    return found


def _meta(path: Path, around: Around, mistakes: Mistakes) -> LocatedDict:
    for file in role_files(path, "meta", None):
        content = _read(file, around, mistakes)
        if isinstance(content, LocatedDict):
            return content
        if content is not None:
            message = f"what a role says of itself is a mapping; this is {describe(content)}"
            mistakes.error("wrong-type", message, getattr(content, "location", None))
    return LocatedDict()


def _read(file: Path, around: Around, mistakes: Mistakes) -> Any:
    try:
        return around.reader.read(file)
    except LoadError as error:
        mistakes.add(*error.diagnostics)
        return None


def _tasks(path: Path, use: RoleUse, inside: Around, mistakes: Mistakes) -> tuple[Node, ...]:
    files = role_files(path, "tasks", use.files.get("tasks"))
    if files:
        return read_tasks(files[0], "task", inside, mistakes)
    if "tasks" in use.files:
        message = f"the role '{use.name}' has no tasks/{use.files['tasks']}"
        mistakes.error("missing-file", message, use.place)
    return ()


def _handlers(path: Path, use: RoleUse, inside: Around, mistakes: Mistakes) -> tuple[Node, ...]:
    files = role_files(path, "handlers", use.files.get("handlers"))
    if not files and "handlers" in use.files:
        message = f"the role '{use.name}' has no handlers/{use.files['handlers']}"
        mistakes.error("missing-file", message, use.place)
    return read_tasks(files[0], "handler", inside, mistakes) if files else ()


def _note_actions(path: Path, mistakes: Mistakes) -> None:
    """Warns, once a role, of Python that it brings along for Ansible's own workings, which is not run here."""
    folder = path / "action_plugins"
    if any(folder.glob("*.py")):
        message = (
            f"the folder 'action_plugins' of the role '{path.name}' is not used: its Python is written for Ansible"
        )
        mistakes.warning("role-plugins", message, Location(SourceFile(shown_path(folder), ""), 1, 1))
