"""Every place that sets a variable for a host, in the order in which the engine itself asks them.

The layers are those that tasks run with (`PlayScope.of`, `HostLayers`); here they are only given names. What a run
teaches a host (facts, ``set_fact``, ``register``) is not known before it: the tasks that would do so are named in the
place where the engine would find it.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from smolrun.engine.variables.host_variables import HostLayers
from smolrun.engine.variables.layers import Layer, LayeredVariables
from smolrun.engine.variables.play_scope import PlayScope
from smolrun.engine.variables.store import INJECTED, STEERING, Memory
from smolrun.engine.variables.task_scope import scope_of
from smolrun.inventory.host import Host
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location
from smolrun.playbook.models import Block, Meta, Play, Task, TasksOfRole
from smolrun.playbook.walk import Visit, tasks_of, walk
from smolrun.source.containers import LocatedDict
from smolrun.source.text import location_of

NOTHING = object()
"""The value of what is not known before the run."""


@dataclass(frozen=True)
class Setter:
    """One place that sets the variable.

    Attributes:
        what: the kind of place, for people: ``vars of the play``, ``group_vars/web.yml``.
        value: as written; `NOTHING` where only the run will tell.
        location: where it stands; None for what stands in no file.
        when: the condition under which it counts, for people; None: everywhere in the play.
    """

    what: str
    value: Any
    location: Location | None
    when: str | None = None


def winner(setters: Iterable[Setter]) -> Setter | None:
    """The one that counts wherever none of the conditional ones above it does."""
    return next((setter for setter in setters if setter.when is None), None)


class Explainer:
    """Explains the variables of one host.

    Args:
        hosts: the layers that do not depend on a play.
        memory: what they were made with.
    """

    def __init__(self, hosts: HostLayers, memory: Memory, host: Host) -> None:
        self._hosts = hosts
        self._host = host
        self._memory = memory.of(host.name)

    def outside(self, name: str) -> tuple[Setter, ...]:
        """The places that set it outside of any play, the strongest first."""
        layers = (*self._hosts.above(self._host.name), *self._hosts.below(self._host.name))
        return tuple(setter for layer in layers for setter in self._of_layer(layer, name, {}, ()))

    def in_play(self, name: str, play: Play, scope: PlayScope, files: Iterable[Layer] = ()) -> tuple[Setter, ...]:
        """The places that set it in a play, the strongest first.

        Args:
            scope: of the play, which knows its ``vars_files`` already.
            files: the contents of these files.
        """
        labels = {id(play.vars): "vars of the play", **{id(layer): "vars_files" for layer in files}}
        for visit in walk(play):
            labels |= _labels_of(visit)
        tasks = tuple(task for _, task in tasks_of(play))
        base = scope.of(self._host.name)
        found = [
            ((number, 1), setter)
            for number, layer in enumerate(base.layers)
            for setter in self._of_layer(layer, name, labels, tasks)
        ]
        found += [
            ((number, 0), setter)
            for number, layer in enumerate(base.layers)
            if layer is play.vars
            for setter in _asked(name, play)
        ]
        found += self._at_tasks(name, play, scope, base, labels)
        return tuple(setter for _, setter in sorted(found, key=lambda pair: pair[0]))

    def _at_tasks(
        self, name: str, play: Play, scope: PlayScope, base: LayeredVariables, labels: Mapping[int, str]
    ) -> Iterator[tuple[tuple[int, int], Setter]]:
        """What only some tasks see, with its rank: how many layers of the whole play are above it."""
        known = {id(layer) for layer in base.layers}
        for visit in walk(play):
            if not isinstance(visit.node, Task | Meta):
                continue
            here = scope.of(self._host.name, scope_of(visit.node, visit.parents, scope.folder))
            rank = 0
            for layer in here.layers:
                if any(layer is other for other in base.layers):
                    rank += 1
                elif id(layer) not in known and name in layer:
                    known.add(id(layer))
                    what = labels.get(id(layer), "magic variable")
                    yield (rank, 0), Setter(what, layer[name], _place(layer, name), "only for the tasks in it")

    def _of_layer(self, layer: Layer, name: str, labels: Mapping[int, str], tasks: Iterable[Task]) -> Iterator[Setter]:
        if layer is self._memory.assigned:
            yield from _taught(name, tasks)
        elif layer is self._memory.included:
            yield from _included(tasks)
        elif layer is self._memory.facts:
            yield from _facts(name)
        elif layer is self._hosts.written(self._host.name):
            yield from self._written(name)
        elif name in layer:
            extra = "-e" if layer is self._hosts.extra else "magic variable"
            yield Setter(labels.get(id(layer), extra), layer[name], _place(layer, name))

    def _written(self, name: str) -> Iterator[Setter]:
        """The layers of the inventory, which the engine sees merged; a file that counts twice is told once."""
        told: set[tuple[Path, int, int]] = set()
        for layer in reversed(self._host.layers):
            if name not in layer.values:
                continue
            place = _place(layer.values, name)
            what = layer.level.name.lower().replace("_", " ")
            if place is None:
                what += f" ({layer.origin})"
            else:
                key = (Path(place.file.name).resolve(), place.line, place.column)
                if key in told:
                    continue
                told.add(key)
            yield Setter(what, layer.values[name], place)


def _labels_of(visit: Visit) -> dict[int, str]:
    node = visit.node
    labels: dict[int, str] = {}
    if isinstance(node, TasksOfRole):
        labels[id(node.role.variables)] = f"vars of the role {node.role.name}"
        labels[id(node.role.defaults)] = f"defaults of the role {node.role.name}"
        labels[id(node.params)] = f"parameters of the role {node.role.name}"
    elif isinstance(node, Block) and hasattr(node, "params"):
        labels[id(node.params)] = "parameters of the include"
    kind = "block" if isinstance(node, Block) else "task"
    labels[id(node.vars)] = f"vars of the {kind}" + (f" '{node.name}'" if node.name else "")
    return labels


def _asked(name: str, play: Play) -> Iterator[Setter]:
    for prompt in play.vars_prompt:
        if prompt.name == name:
            yield Setter("vars_prompt", NOTHING, location_of(prompt.name) or prompt.location)


def _taught(name: str, tasks: Iterable[Task]) -> Iterator[Setter]:
    """What ``register`` and ``set_fact`` would leave; the later task would win."""
    for task in reversed(tuple(tasks)):
        once = "once this task has run" + (f": '{task.name}'" if task.name else "")
        if task.register_as == name:
            yield Setter("register", NOTHING, location_of(task.register_as) or task.location, once)
        if task.module == "set_fact" and name in task.arguments:
            yield Setter("set_fact", task.arguments[name], _place(task.arguments, name) or task.location, once)


def _included(tasks: Iterable[Task]) -> Iterator[Setter]:
    for task in reversed(tuple(tasks)):
        if task.module == "include_vars":
            yield Setter("include_vars", NOTHING, task.location, "if its file sets it, once this task has run")


def _facts(name: str) -> Iterator[Setter]:
    if name.startswith(INJECTED) and not STEERING.match(name.removeprefix(INJECTED)):
        yield Setter("facts", NOTHING, None, "if it is a fact of the host, once facts are gathered")


def _place(values: Mapping[str, Any], name: str) -> Location | None:
    place = None
    if isinstance(values, LocatedDict):
        place = values.key_locations.get(name) or values.value_locations.get(name)
    return place or location_of(values[name])


def play_folder(play: Play, path: str) -> Path:
    """The folder that names in a play are looked up from."""
    return Path(play.folder or Path(path).resolve().parent)
