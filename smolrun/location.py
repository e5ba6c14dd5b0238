"""Where something was written: the file, the line and the column that every message can point at."""

from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class SourceFile:
    """A text that somebody wrote, by the name it is shown under.

    Attributes:
        name: the path as the user gave it, or a label such as ``<extra vars>``.
        text: its whole content.
        vaulted: it was opened with a vault password, so that no message may quote it.
    """

    name: str
    text: str = field(repr=False, compare=False)
    vaulted: bool = field(default=False, compare=False)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.text.splitlines())

    def line(self, number: int) -> str:
        """The line with that number, counted from 1; empty where there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def quoted(self, number: int) -> str:
        """The line as a message may show it; empty where the file is vaulted."""
        return "" if self.vaulted else self.line(number)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a source file.

    Attributes:
        file: the file it lies in.
        line: counted from 1.
        column: counted from 1, in characters.
        end_column: the column just past the marked text on the same line, if known.
    """

    file: SourceFile
    line: int
    column: int
    end_column: int | None = None

    def __str__(self) -> str:
        return f"{self.file.name}:{self.line}:{self.column}"
