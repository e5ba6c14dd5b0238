"""A play as the engine walks through it: inherited keywords worked out, tasks chosen by tags, places numbered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from smolrun.engine.events import TaskReference
from smolrun.modules.registry import FoundModule
from smolrun.playbook.inheritance import Effective
from smolrun.playbook.models import Condition, MetaAction, Play, Task


@dataclass(frozen=True, slots=True, eq=False)
class PlannedTask:
    """One task or handler.

    Attributes:
        task: as it was written.
        keywords: what it says itself and what its blocks and its play hand down.
        reference: its name in events.
        module: None for one that we do not have; an error only when the task would run.
        scope: the ``vars`` of itself and its blocks, innermost first.
        tags: all that it inherited, and its own.
    """

    task: Task
    keywords: Effective
    reference: TaskReference
    module: FoundModule | None
    scope: tuple[Mapping[str, Any], ...] = ()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class PlannedMeta:
    """A word to the engine: ``meta``, or the flush at the end of a section.

    Attributes:
        action: what to do.
        keywords: those that it has, and inherited; None for what nobody wrote.
        reference: its name in events.
        scope: the ``vars`` of its blocks, innermost first.
    """

    action: MetaAction = "flush_handlers"
    keywords: Effective | None = None
    reference: TaskReference | None = None
    scope: tuple[Mapping[str, Any], ...] = ()

    @property
    def when(self) -> tuple[Condition, ...]:
        return self.keywords.when if self.keywords is not None else ()


@dataclass(frozen=True, slots=True, eq=False)
class PlannedBlock:
    """Nodes that stand and fall together."""

    block: tuple["PlannedNode", ...] = ()
    rescue: tuple["PlannedNode", ...] = ()
    always: tuple["PlannedNode", ...] = ()

    def sections(self) -> tuple[tuple["PlannedNode", ...], ...]:
        return self.block, self.rescue, self.always


PlannedNode: TypeAlias = PlannedTask | PlannedBlock | PlannedMeta


@dataclass(frozen=True, slots=True, eq=False)
class PlayPlan:
    """All of a play.

    Attributes:
        play: as it was written.
        name: its name, or its hosts where it has none.
        body: fact gathering, the sections and the flushes between them.
        handlers: in the order of their definition.
    """

    play: Play
    name: str
    body: PlannedBlock
    handlers: tuple[PlannedTask, ...] = field(default=())


def tasks_of(node: PlannedNode) -> Iterator[PlannedTask]:
    """Every task in `node`, in the order they are written."""
    if isinstance(node, PlannedTask):
        yield node
    elif isinstance(node, PlannedBlock):
        for section in node.sections():
            for child in section:
                yield from tasks_of(child)
