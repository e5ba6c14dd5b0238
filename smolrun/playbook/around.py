"""What the reading of tasks needs to know of the place where they are written."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.file_reader import FileReader
from smolrun.playbook.models import Block, TasksOfFile
from smolrun.playbook.surroundings import Surroundings
from smolrun.source.containers import LocatedDict


def layered(*layers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Several mappings seen as one, without copying them: the first that has a name decides."""
    mappings: Any = layers
    return ChainMap(*mappings)


@dataclass(frozen=True)
class Around:
    """The files around what is being read.

    Attributes:
        reader: reads further files.
        place: the roles and folders around.
        stack: the files that are being read, so that one that brings in itself is noticed.
        variables: what names of imported files may be made of: variables that are known before any host.
        certain: as far as it is known, what is written here is come to in every run.
        notified: these are tasks of a handler that includes them, and run with it.
        collections: where roles without a full name are looked for, too.
    """

    reader: FileReader
    place: Surroundings
    stack: tuple[Path, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    notified: bool = False
    collections: tuple[str, ...] = ()
    certain: bool = True

    def inside(self, node: TasksOfFile, path: Path) -> "Around":
        """Around the tasks of the file `path`, which `node` brings in."""
        deeper = replace(self, place=self.place.inside(node), stack=(*self.stack, path.absolute()))
        return deeper.below(node)

    def below(self, node: Block) -> "Around":
        """Around the tasks of a block, which can see its variables."""
        return replace(self, variables=layered(node.vars, self.variables)) if node.vars else self

    def with_variables(self, written: LocatedDict) -> "Around":
        """As `below`, for a block that is still to be read."""
        own = written.get("vars")
        around = replace(self, certain=False) if "when" in written or "rescue" in written else self
        return replace(around, variables=layered(own, self.variables)) if isinstance(own, Mapping) and own else around
