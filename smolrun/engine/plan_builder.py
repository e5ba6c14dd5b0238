"""From a play as written to its plan."""

import fnmatch
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path

from smolrun.engine.events import Place, TaskReference
from smolrun.engine.options import RunOptions
from smolrun.engine.plan import PlannedBlock, PlannedMeta, PlannedNode, PlannedTask, PlayPlan, names_of, role_around
from smolrun.engine.tags import TagSelection, split
from smolrun.engine.variables.task_scope import scope_of
from smolrun.location import Location
from smolrun.playbook.inheritance import effective
from smolrun.playbook.models import Block, Meta, Node, Play, Task, TasksOfRole
from smolrun.source.text import SourceText

GATHERING = "Gathering Facts"

RenderText = Callable[[object], str]


def place_of(location: Location | None) -> Place | None:
    """A location as events give it."""
    if location is None:
        return None
    return Place(path=location.file.name, line=location.line, column=location.column)


class PlanBuilder:
    """Builds the plan of one play.

    Args:
        play: as written.
        name: the play's name, rendered.
        number: counts the plays of the run, so that the ids of tasks are unique.
        options: tags and the task to start at.
        render: renders the texts that only the play's own variables may be in (tags, names of handlers).
        started: the task to start at was met in an earlier play.
        folder: of the playbook.
    """

    def __init__(
        self,
        play: Play,
        name: str,
        number: int,
        options: RunOptions,
        render: RenderText,
        *,
        started: bool = False,
        folder: Path | None = None,
    ) -> None:
        self.play = play
        self.name = name
        self.options = options
        self._render = render
        self._number = number
        self._folder = folder or Path(play.location.file.name).parent
        self._ids = count(1)
        self._tags = TagSelection.of(options.tags, options.skip_tags)
        self._started = started or options.start_at_task is None

    @property
    def started(self) -> bool:
        """Whether the task to start at has been met, if there is one."""
        return self._started

    def build(self, *, gather: bool, force_handlers: bool = False) -> PlayPlan:
        """The plan.

        Args:
            gather: whether it begins with reading facts.
            force_handlers: notified handlers run even on hosts that have failed.
        """
        play = self.play
        lists: tuple[tuple[Node, ...], ...] = (play.pre_tasks, (*play.roles, *play.tasks), play.post_tasks)
        sections = [self._section(self._nodes(nodes, (play,)), force=force_handlers) for nodes in lists]
        gathering = self._gathering() if gather and self._started else ()  # after the task to start at was looked for
        body = PlannedBlock((*gathering, *(node for section in sections for node in section)))
        handlers = (
            *(handler for nodes in lists for handler in self._role_handlers(nodes, (play,))),
            *self._handlers(play.handlers, (play,)),
        )
        return PlayPlan(play, self.name, body, handlers, gathering[0] if gathering else None)

    def _section(self, nodes: tuple[PlannedNode, ...], *, force: bool) -> tuple[PlannedNode, ...]:
        """A section of the play, and the flush that ends it, which forced handlers run in even after a failure."""
        if force:
            return (PlannedBlock(block=nodes, always=(PlannedMeta(),)),)
        return (*nodes, PlannedMeta())

    def _gathering(self) -> tuple[PlannedTask, ...]:
        # Unless the play itself is tagged, facts are gathered whatever tags are asked for (as in ansible-core).
        tags = () if self.play.tags else (SourceText("always"),)
        said = {name: getattr(self.play, name) for name in ("gather_subset", "gather_timeout", "fact_path")}
        task = Task(
            location=self.play.location,
            name=SourceText(GATHERING),
            module="setup",
            arguments={
                name: list(value) if isinstance(value, tuple) else value
                for name, value in said.items()
                if value is not None
            },
            tags=tags,
            run_once=False,
        )
        planned = self._task(task, (self.play,), handler=False)
        return (planned,) if self._tags.chooses(planned.tags) else ()

    def _nodes(self, nodes: Iterable[Node], parents: tuple[Play | Block, ...]) -> tuple[PlannedNode, ...]:
        planned = (self._node(node, parents) for node in nodes)
        return tuple(node for node in planned if node is not None)

    def _node(self, node: Node, parents: tuple[Play | Block, ...]) -> PlannedNode | None:
        if isinstance(node, Block):
            return self._block(node, parents)
        if isinstance(node, Meta):
            return self._meta(node, parents)
        self._started = self._started or self._is_start(node, parents)
        planned = self._task(node, parents, handler=False)
        return planned if self._started and self._tags.chooses(planned.tags) else None

    def _block(self, node: Block, parents: tuple[Play | Block, ...]) -> PlannedBlock | None:
        inside = (*parents, node)
        role = node if isinstance(node, TasksOfRole) else None
        block = self._nodes(node.block, inside)
        rescue = self._nodes(node.rescue, inside)
        always = self._nodes(node.always, inside)
        return PlannedBlock(block, rescue, always, role) if block or rescue or always else None

    def _meta(self, node: Meta, parents: tuple[Play | Block, ...]) -> PlannedMeta | None:
        keywords = effective(node, parents)
        tags = self._tag_words(keywords.tags)
        if not self._started or not self._tags.chooses(tags):
            return None
        reference = self._reference(node, "meta", parents, handler=False)
        return PlannedMeta(node.action, keywords, reference, scope_of(node, parents, self._folder))

    def _reference(
        self, node: Task | Meta, module: str, parents: tuple[Play | Block, ...], *, handler: bool
    ) -> TaskReference:
        role = role_around(parents)
        return TaskReference(
            id=f"{self._number}.{next(self._ids)}",
            name=str(node.name) if node.name is not None else module,
            module=module,
            play=self.name,
            place=place_of(node.location),
            handler=handler,
            role=None if role is None else role.role.name,
        )

    def _is_start(self, task: Task, parents: tuple[Play | Block, ...]) -> bool:
        wanted, names = self.options.start_at_task, names_of(str(task.name or ""), parents)
        return wanted is not None and any(word == wanted or fnmatch.fnmatchcase(word, wanted) for word in names)

    def _handlers(self, nodes: Iterable[Node], parents: tuple[Play | Block, ...]) -> Iterable[PlannedTask]:
        for node in nodes:
            if isinstance(node, Task):
                yield self._task(node, parents, handler=True)
            elif isinstance(node, Block):  # of an import
                yield from self._handlers(node.block, (*parents, node))

    def _role_handlers(self, nodes: Iterable[Node], parents: tuple[Play | Block, ...]) -> Iterable[PlannedTask]:
        """The handlers of all roles among `nodes`, in the order in which the roles stand there."""
        for node in nodes:
            if not isinstance(node, Block):
                continue
            inside = (*parents, node)
            for section in (node.block, node.rescue, node.always):
                yield from self._role_handlers(section, inside)
            if isinstance(node, TasksOfRole):
                yield from self._handlers(node.handlers, inside)

    def included(
        self, block: Block, parents: tuple[Play | Block, ...], *, handler: bool
    ) -> tuple[PlannedBlock, tuple[PlannedTask, ...]]:
        """What an include brings in: its tasks, and the handlers of its role.

        Args:
            parents: of the include.
            handler: the include is a handler; whatever tags are asked for, its tasks run.
        """
        tags, started = self._tags, self._started
        self._tags = TagSelection() if handler else tags
        self._started = True
        try:
            planned = self._block(block, parents) or PlannedBlock()
            return planned, tuple(self._role_handlers((block,), parents))
        finally:
            self._tags, self._started = tags, started

    def _task(self, task: Task, parents: tuple[Play | Block, ...], *, handler: bool) -> PlannedTask:
        keywords = effective(task, parents)
        reference = self._reference(task, task.module, parents, handler=handler)
        module = task.found
        scope = scope_of(task, parents, self._folder)
        return PlannedTask(task, keywords, reference, module, scope, self._tag_words(keywords.tags), parents)

    def _tag_words(self, tags: Iterable[object]) -> frozenset[str]:
        return split(self._render(tag) for tag in tags)
