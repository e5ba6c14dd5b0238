"""Lines of output before anything is known of where they go: texts and their roles."""

from collections.abc import Iterable

from smolrun.lazy_dataclass import dataclass
from smolrun.report.colour import Style, paint
from smolrun.report.escaping import escape_line


@dataclass(frozen=True)
class Line:
    """One line.

    Attributes:
        spans: texts, not yet escaped, each with its role.
        error: it belongs on standard error.
    """

    spans: tuple[tuple[str, Style], ...] = ()
    error: bool = False

    def plain(self) -> str:
        """Its text, escaped."""
        return "".join(escape_line(text) for text, _ in self.spans)

    def coloured(self) -> str:
        """Its text, escaped, between colour codes."""
        return "".join(paint(escape_line(text), style) for text, style in self.spans)


Lines = Iterable[Line]
BLANK = Line()


def line(text: str, style: Style = Style.PLAIN, *, error: bool = False) -> Line:
    return Line(((text, style),), error)


def block(text: str, style: Style = Style.PLAIN, indent: str = "") -> Lines:
    """Each line of a text, indented."""
    for one in text.split("\n"):
        yield line(indent + one, style)


def header(title: str, width: int = 79) -> Lines:
    """A line of Ansible's kind: a title and stars up to the width, three at least, below an empty line."""
    yield BLANK
    yield Line(((title + " " + "*" * max(3, width - len(title) - 1), Style.HEADER),))
