"""Goes through the tasks of a play, blocks within blocks, in the order in which they would run."""

from collections.abc import Iterator, Sequence
from typing import Literal

from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.models import Block, Node, Play, Task, TasksOfRole

Section = Literal["block", "rescue", "always"]


@dataclass(frozen=True)
class Visit:
    """A task, a meta word or a block in its place.

    Attributes:
        node: what stands there.
        parents: the play and the blocks around it, the outermost first.
        sections: for each block around it, in which of its lists it stands.
        handler: it is one of the play's handlers.
    """

    node: Node
    parents: tuple[Play | Block, ...]
    sections: tuple[Section, ...] = ()
    handler: bool = False


def walk(play: Play) -> Iterator[Visit]:
    """Every node of the play: the tasks, then the handlers; a block before what is in it.

    What an include brings in comes after it, where that is known.
    """
    for nodes in (play.pre_tasks, play.roles, play.tasks, play.post_tasks):
        yield from _below(nodes, (play,), (), handler=False)
    yield from _below(play.handlers, (play,), (), handler=True)


def tasks_of(play: Play) -> Iterator[tuple[Visit, Task]]:
    """The tasks and handlers alone."""
    for visit in walk(play):
        if isinstance(visit.node, Task):
            yield visit, visit.node


def _below(
    nodes: Sequence[Node], parents: tuple[Play | Block, ...], sections: tuple[Section, ...], *, handler: bool
) -> Iterator[Visit]:
    for node in nodes:
        yield Visit(node, parents, sections, handler)
        if isinstance(node, Block):
            lists: tuple[tuple[Section, Sequence[Node]], ...] = (
                ("block", node.block),
                ("rescue", node.rescue),
                ("always", node.always),
            )
            for section, inner in lists:
                yield from _below(inner, (*parents, node), (*sections, section), handler=handler)
        if isinstance(node, TasksOfRole):
            yield from _below(node.handlers, (*parents, node), (*sections, "block"), handler=True)
        if isinstance(node, Task) and node.included is not None:
            yield from _below((node.included,), parents, sections, handler=handler)
