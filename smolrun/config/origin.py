"""Where a value comes from."""

from enum import IntEnum

from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location


class Source(IntEnum):
    """The kinds of places, in the order in which they win: the greater over the less."""

    DEFAULT = 0
    ANSIBLE_FILE = 1
    FILE = 2
    ANSIBLE_ENVIRONMENT = 3
    ENVIRONMENT = 4
    FLAG = 5


@dataclass(frozen=True)
class Origin:
    """Attributes:
    source: what kind of place.
    name: a variable, a key (``[defaults] forks``), or a flag.
    location: in a file.
    """

    source: Source
    name: str = ""
    location: Location | None = None

    def __str__(self) -> str:
        if self.source is Source.DEFAULT:
            return "default"
        if self.source in (Source.ENVIRONMENT, Source.ANSIBLE_ENVIRONMENT):
            return f"environment variable {self.name}"
        if self.location is not None:
            return f"{self.location.file.name}:{self.location.line}"
        return self.name
