"""Where in the files of a playbook something stands: which roles and files are around it, and so where names lead.

The rules: docs.ansible.com, "Search paths in Ansible", and the path that it shows as ``ansible_search_path``.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.models import Block, Play, Role, TasksOfFile, TasksOfRole
from smolrun.playbook.search import unlooped
from smolrun.source.text import SourceText

_FOLDER = re.compile(r"\{\{ *(playbook_dir|role_path) *\}\}")


@dataclass(frozen=True)
class Surroundings:
    """What is around a task.

    Attributes:
        playbook: the folder of its playbook.
        roles: those it stands in, the outermost (which depends on, or includes, the next) first.
        folders: of the files that brought it in, the innermost first.
    """

    playbook: Path
    roles: tuple[Role, ...] = ()
    folders: tuple[Path, ...] = ()

    @property
    def role(self) -> Role | None:
        """The role that the task belongs to."""
        return self.roles[-1] if self.roles else None

    @property
    def search(self) -> tuple[Path, ...]:
        """The folders that a task's files are looked up from, the first first."""
        roles = (Path(role.path) for role in reversed(self.roles))
        return tuple(dict.fromkeys((*roles, *self.folders[:1], self.playbook)))

    def known(self, name: object) -> object:
        """The name of a file with the folders that are known here; no template where nothing else was one in it."""
        if not isinstance(name, SourceText) or not name.is_template:
            return name
        folders = {"playbook_dir": str(self.playbook.absolute())}
        if self.role is not None:
            folders["role_path"] = str(Path(self.role.path).absolute())
        text = _FOLDER.sub(lambda found: folders.get(found[1], found[0]), name)
        return SourceText(text, name.location)

    def inside(self, node: Block) -> "Surroundings":
        """What is around the tasks of a block."""
        if not isinstance(node, TasksOfFile):
            return self
        roles = (*self.roles, node.role) if isinstance(node, TasksOfRole) else self.roles
        return replace(self, roles=roles, folders=(Path(node.folder), *self.folders))

    def task_places(self, name: str, *, handlers: bool = False) -> tuple[Path, ...]:
        """All the places that a file of tasks is looked for in."""
        path = Path(name).expanduser()
        if path.is_absolute():
            return (path,)
        places: list[Path] = []
        if self.role is not None:
            own = Path(self.role.path)
            kinds = ("handlers", "tasks") if handlers else ("tasks",)
            places += [own / kind / path for kind in kinds]
            places += [folder / path for folder in self.folders if folder.is_relative_to(own)]
            places += [own / path, self.playbook / "tasks" / path]
        else:
            places += [folder / path for folder in self.folders]
        return unlooped((*places, self.playbook / path))


def surroundings_of(parents: Iterable[Play | Block], playbook: Path) -> Surroundings:
    """What is around a task below `parents`, the outermost first.

    Args:
        playbook: the folder of the playbook that was started; the play may come from another one.
    """
    around = Surroundings(playbook)
    for parent in parents:
        if isinstance(parent, Block):
            around = around.inside(parent)
        elif parent.folder is not None:
            around = replace(around, playbook=Path(parent.folder))
    return around
