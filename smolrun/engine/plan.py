"""A play as the engine walks through it: inherited keywords worked out, tasks chosen by tags, places numbered."""

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import TypeAlias

from smolrun.engine.events import TaskReference
from smolrun.engine.variables.task_scope import NO_SCOPE, TaskScope
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.registry import FoundModule
from smolrun.playbook.inheritance import Effective
from smolrun.playbook.models import Block, Condition, MetaAction, Play, Task, TasksOfRole


def role_around(parents: Sequence[Play | Block]) -> TasksOfRole | None:
    """The role that what stands in these, the outermost first, belongs to."""
    return next((parent for parent in reversed(parents) if isinstance(parent, TasksOfRole)), None)


def names_of(name: str, parents: Sequence[Play | Block]) -> tuple[str, ...]:
    """What a task is called: by its name, and in a role by ``role : name``, too."""
    role = role_around(parents)
    return (name,) if role is None else (name, f"{role.role.name} : {name}")


@dataclass(frozen=True, eq=False)
class PlannedTask:
    """One task or handler.

    Attributes:
        task: as it was written.
        keywords: what it says itself and what its blocks and its play hand down.
        reference: its name in events.
        module: None for one that we do not have; an error only when the task would run.
        scope: the variables that come with its place.
        tags: all that it inherited, and its own.
        parents: the play and the blocks around it, the outermost first.
    """

    task: Task
    keywords: Effective
    reference: TaskReference
    module: FoundModule | None
    scope: TaskScope = NO_SCOPE
    tags: frozenset[str] = frozenset()
    parents: tuple[Play | Block, ...] = ()

    @property
    def role(self) -> TasksOfRole | None:
        """The role that it belongs to."""
        return role_around(self.parents)


@dataclass(frozen=True, eq=False)
class PlannedMeta:
    """A word to the engine: ``meta``, or the flush at the end of a section.

    Attributes:
        action: what to do.
        keywords: those that it has, and inherited; None for what nobody wrote.
        reference: its name in events.
        scope: the variables that come with its place.
    """

    action: MetaAction = "flush_handlers"
    keywords: Effective | None = None
    reference: TaskReference | None = None
    scope: TaskScope = NO_SCOPE

    @property
    def when(self) -> tuple[Condition, ...]:
        return self.keywords.when if self.keywords is not None else ()


@dataclass(frozen=True, eq=False)
class PlannedBlock:
    """Nodes that stand and fall together; `role` is the one whose tasks they are, if they are that."""

    block: tuple["PlannedNode", ...] = ()
    rescue: tuple["PlannedNode", ...] = ()
    always: tuple["PlannedNode", ...] = ()
    role: TasksOfRole | None = None

    def sections(self) -> tuple[tuple["PlannedNode", ...], ...]:
        return self.block, self.rescue, self.always


PlannedNode: TypeAlias = PlannedTask | PlannedBlock | PlannedMeta


@dataclass(frozen=True, eq=False)
class PlayPlan:
    """All of a play.

    Attributes:
        play: as it was written.
        name: its name, or its hosts where it has none.
        body: fact gathering, the sections and the flushes between them.
        handlers: in the order of their definition.
        gathering: the task at the beginning of `body` that gathers facts.
    """

    play: Play
    name: str
    body: PlannedBlock
    handlers: tuple[PlannedTask, ...] = field(default=())
    gathering: PlannedTask | None = None


def tasks_of(node: PlannedNode) -> Iterator[PlannedTask]:
    """Every task in `node`, in the order they are written."""
    if isinstance(node, PlannedTask):
        yield node
    elif isinstance(node, PlannedBlock):
        for section in node.sections():
            for child in section:
                yield from tasks_of(child)
