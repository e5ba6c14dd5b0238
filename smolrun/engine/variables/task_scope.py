"""The variables that come with the place of a task: of its blocks, of its roles, and of what brought it in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from smolrun.engine.variables.layers import Layer
from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.models import Block, Meta, Node, Play, Role, Task, TasksOfFile, TasksOfRole
from smolrun.playbook.surroundings import surroundings_of


@dataclass(frozen=True)
class TaskScope:
    """Layers of variables, each list with the highest precedence first.

    Attributes:
        vars: the ``vars`` of the task and its blocks.
        params: of the includes and roles around it; they beat what the run sets.
        role_vars: of its role, of those around it and of those that it depends on.
        defaults: of the same.
        magic: ``role_path`` and the like.
        folders: where the task's files are looked for before the playbook's folder.
    """

    vars: tuple[Layer, ...] = ()
    params: tuple[Layer, ...] = ()
    role_vars: tuple[Layer, ...] = ()
    defaults: tuple[Layer, ...] = ()
    magic: Layer = field(default_factory=dict)
    folders: tuple[Path, ...] = ()


NO_SCOPE = TaskScope()


def scope_of(node: Task | Meta, parents: Sequence[Play | Block], playbook: Path) -> TaskScope:
    """The scope of a task.

    Args:
        parents: the play and the blocks around it, the outermost first.
        playbook: the folder of the playbook.
    """
    blocks = [parent for parent in reversed(parents) if isinstance(parent, Block)]
    own: list[Layer] = [keywords.vars for keywords in (node, *blocks) if keywords.vars]
    files = [block for block in blocks if isinstance(block, TasksOfFile)]
    if not files:
        return TaskScope(tuple(own)) if own else NO_SCOPE
    around = surroundings_of(parents, playbook)
    return TaskScope(
        tuple(own),
        tuple(block.params for block in files if block.params),
        *_of_roles([block for block in files if isinstance(block, TasksOfRole)]),
        magic=_magic(around.roles, [str(folder.absolute()) for folder in around.search]),
        folders=around.search,
    )


def _of_roles(around: Sequence[TasksOfRole]) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
    """The vars and the defaults of roles, given the innermost first.

    The role's own win. Of its vars, those of its dependencies come next and then those of the roles around it; of
    its defaults it is the other way round.
    """
    if not around:
        return (), ()
    roles = [block.role for block in around]
    needed = dependencies_of(around[0])
    variables = (roles[0], *needed, *roles[1:])
    defaults = (*roles, *needed)
    return (
        tuple(role.variables for role in variables if role.variables),
        tuple(role.defaults for role in defaults if role.defaults),
    )


def dependencies_of(block: TasksOfRole) -> list[Role]:
    """The roles that a role depends on, and those that these depend on; the last first, which wins."""
    found: list[Role] = []
    for child in block.block:
        if not isinstance(child, TasksOfRole):
            break  # a role's dependencies come before its tasks
        found += [*reversed(dependencies_of(child)), child.role]
    return found[::-1]


def roles_of(play: Play) -> Iterator[TasksOfRole]:
    """The roles that a play names itself, or imports, in the order in which they stand there."""
    for nodes in (play.pre_tasks, play.roles, play.tasks, play.post_tasks):
        yield from _roles_among(nodes)


def role_names(play: Play) -> dict[str, list[str]]:
    """The magic variables that name the roles of a play, alone and with those that they depend on."""
    blocks = list(roles_of(play))
    needed = sorted({role.name for block in blocks for role in dependencies_of(block)})
    listed = {block.role.name for block in play.roles}
    own = sorted(listed | ({block.role.name for block in blocks} - {*needed}))
    return {
        "role_names": own,
        "ansible_play_role_names": own,
        "ansible_dependent_role_names": needed,
        "ansible_role_names": sorted({*own, *needed}),
    }


def _roles_among(nodes: Iterable[Node]) -> Iterator[TasksOfRole]:
    for node in nodes:
        if isinstance(node, TasksOfRole):
            yield node
        if isinstance(node, Block):
            for section in (node.block, node.rescue, node.always):
                yield from _roles_among(section)


def _magic(roles: Sequence[Role], search: list[str]) -> Mapping[str, Any]:
    if not roles:
        return {"ansible_search_path": search}
    *parents, role = roles
    name = role.name
    magic: dict[str, Any] = {
        "role_name": name.rpartition(".")[2] if _is_collection_name(name) else name,
        "ansible_role_name": name,
        "role_path": str(Path(role.path).absolute()),
        "ansible_search_path": search,
    }
    if _is_collection_name(name):
        magic["ansible_collection_name"] = ".".join(name.split(".")[:2])
    if parents:
        magic["ansible_parent_role_names"] = [parent.name for parent in reversed(parents)]
        magic["ansible_parent_role_paths"] = [str(Path(parent.path).absolute()) for parent in reversed(parents)]
    return magic


def _is_collection_name(name: str) -> bool:
    return name.count(".") >= 2 and "/" not in name
