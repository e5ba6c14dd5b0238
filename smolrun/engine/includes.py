"""``include_tasks`` and ``include_role``: what they bring in, read and planned while the play runs."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from threading import RLock
from typing import Any

from smolrun.engine.plan import PlannedBlock, PlannedTask
from smolrun.engine.plan_builder import PlanBuilder
from smolrun.engine.variables.play_scope import PlayScope
from smolrun.errors import LoadError, SmolVMError
from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.around import Around
from smolrun.playbook.file_reader import FileReader
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Block, TasksOfFile, TasksOfRole
from smolrun.playbook.roles import read_role, role_use_of
from smolrun.playbook.structure import load_tasks
from smolrun.playbook.surroundings import surroundings_of
from smolrun.playbook.tasks import Kind
from smolrun.source.containers import location_at


@dataclass(frozen=True)
class Inclusion:
    """What one execution of an include is to bring in.

    Attributes:
        key: the same for hosts that include the same.
        block: the tasks, as they were written.
        variables: those of the loop's item.
    """

    key: str
    block: TasksOfFile
    variables: Mapping[str, Any] = field(default_factory=dict)


class Includes:
    """Brings in files and roles for the hosts of one play.

    Args:
        builder: plans the tasks.
        reader: reads the files.
        scope: gets the variables of public roles.
        folder: of the playbook.
    """

    def __init__(self, builder: PlanBuilder, reader: FileReader, scope: PlayScope, folder: Path) -> None:
        self._builder = builder
        self._reader = reader
        self._scope = scope
        self._folder = folder
        self._planned: dict[tuple[PlannedTask, str, str], tuple[int, PlannedBlock, tuple[PlannedTask, ...]]] = {}
        self._lock = RLock()

    def load(self, planned: PlannedTask, asked: Mapping[str, Any], variables: Mapping[str, Any]) -> Inclusion:
        """What an include asks for.

        Args:
            asked: the module's rendered arguments: ``file``, or the ``name`` of a role and what else it takes.
            variables: of the host, for what is imported below.

        Raises:
            SmolVMError: there is no such file or role, or something is wrong with it.
        """
        around = Around(self._reader, surroundings_of(planned.parents, self._folder), variables=variables)
        try:
            return self._role(planned, asked, around) if "name" in asked else self._file(planned, asked, around)
        except LoadError as error:
            found = [diagnostic for diagnostic in error.diagnostics if diagnostic.is_error]
            message = "; ".join(diagnostic.message for diagnostic in found)
            raise SmolVMError(message, hint=error.hint, location=error.location) from None

    def _file(self, planned: PlannedTask, asked: Mapping[str, Any], around: Around) -> Inclusion:
        task = planned.task
        place = location_at(task.arguments, ["file"]) or task.location
        kind: Kind = "handler" if planned.reference.handler and not planned.parents[1:] else "task"
        path, nodes = load_tasks(str(asked["file"]), kind, around, place)
        block = TasksOfFile(location=task.location, folder=str(path.parent), block=nodes)
        return Inclusion(str(path), block)

    def _role(self, planned: PlannedTask, asked: Mapping[str, Any], around: Around) -> Inclusion:
        mistakes = Mistakes()
        use = role_use_of(planned.task, str(asked["name"]), asked)
        block = read_role(use, around, mistakes)
        mistakes.raise_if_errors()
        if block is None:
            raise SmolVMError(f"there is no role '{use.name}'", location=use.place)
        plain = Block(location=planned.task.location)
        own = {name: getattr(plain, name) for name in Block.model_fields if name not in ("location", "block")}
        key = "\0".join((block.role.path, repr(sorted(use.files.items()))))
        return Inclusion(key, block.model_copy(update=own))

    def plan(self, planned: PlannedTask, inclusion: Inclusion) -> tuple[int, PlannedBlock, tuple[PlannedTask, ...]]:
        """The tasks to be run for it: a number that tells them from others of the same include, the tasks, handlers.

        Hosts that include the same get the same tasks, so that they go through them together.
        """
        key = planned, inclusion.key, repr(inclusion.variables)
        with self._lock:
            found = self._planned.get(key)
            if found is not None:
                return found
            number = sum(1 for other in self._planned if other[0] is planned)
            tasks, handlers = self._build(planned, inclusion)
            self._planned[key] = number, tasks, handlers
            return self._planned[key]

    def _build(self, planned: PlannedTask, inclusion: Inclusion) -> tuple[PlannedBlock, tuple[PlannedTask, ...]]:
        params = {**planned.task.vars, **inclusion.block.params, **inclusion.variables}
        block: Block = inclusion.block.model_copy(update={"params": params})
        if isinstance(block, TasksOfRole) and block.role.public:
            self._scope.publish([block])
        if planned.task.apply is not None:
            block = planned.task.apply.model_copy(update={"block": (block,)})
        return self._builder.included(block, planned.parents, handler=planned.reference.handler)
