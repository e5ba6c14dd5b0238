"""Where roles are found (docs.ansible.com, "Roles": storing and finding roles; "Using collections")."""

from collections.abc import Iterator
from pathlib import Path

from smolrun.playbook.around import Around
from smolrun.playbook.file_reader import YAML_ENDINGS
from smolrun.playbook.search import unlooped

DEFAULT_ROLES_PATH = (Path("~/.ansible/roles"), Path("/usr/share/ansible/roles"), Path("/etc/ansible/roles"))
DEFAULT_COLLECTIONS_PATH = (Path("~/.ansible/collections"), Path("/usr/share/ansible/collections"))
_COLLECTIONS = "ansible_collections"


def role_places(name: str, around: Around) -> tuple[Path, ...]:
    """The folders that a role of that name is looked for in, the first first."""
    path = Path(name).expanduser()
    if path.is_absolute():
        return (path,)
    return unlooped((*_in_collections(name, around), *_plain(path, around)))


def find_role(name: str, around: Around) -> Path | None:
    return next((place for place in role_places(name, around) if place.is_dir()), None)


def _plain(path: Path, around: Around) -> Iterator[Path]:
    playbook = around.place.playbook
    yield playbook / "roles" / path
    for folder in around.reader.settings.roles_path or DEFAULT_ROLES_PATH:
        yield folder.expanduser() / path
    for role in reversed(around.place.roles):
        yield Path(role.path).parent / path
    yield playbook / path


def _in_collections(name: str, around: Around) -> Iterator[Path]:
    """``namespace.collection.role``; a short name within a collection, or where ``collections`` lists some."""
    folders = [around.place.playbook / "collections"]
    folders += [folder.expanduser() for folder in around.reader.settings.collections_path or DEFAULT_COLLECTIONS_PATH]
    parts = name.split(".")
    if len(parts) >= 3 and all(part.isidentifier() for part in parts):
        for folder in folders:
            yield folder.joinpath(_COLLECTIONS, *parts[:2], "roles", *parts[2:])
        return
    role = around.place.role
    if role is not None and _is_in_collection(Path(role.path)):
        yield Path(role.path).parent / name
    for collection in around.collections:
        for folder in folders:
            yield folder.joinpath(_COLLECTIONS, *collection.split("."), "roles", name)


def _is_in_collection(path: Path) -> bool:
    return path.parent.name == "roles" and len(path.parents) > 3 and path.parents[3].name == _COLLECTIONS


def role_files(role: Path, kind: str, name: str | None) -> list[Path]:
    """The files of one kind (``tasks``, ``vars``, …) of a role; several where ``main`` is a folder.

    Args:
        name: as ``tasks_from`` and the like give it; None for ``main``.
    """
    base = role / kind / (name or "main")
    endings = YAML_ENDINGS if name else (".yml", ".yaml", ".json", "")
    for ending in endings:
        path = base.with_name(base.name + ending)
        if path.is_file():
            return [path]
    if base.is_dir() and kind in ("vars", "defaults"):
        return sorted(path for path in base.rglob("*") if path.is_file() and path.suffix in (".yml", ".yaml", ".json"))
    return []
