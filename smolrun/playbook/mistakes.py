"""Collects everything that is wrong, so that it is told in one go."""

from dataclasses import field

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location


@dataclass
class Mistakes:
    """The errors and warnings found so far, each once."""

    _found: dict[Diagnostic, None] = field(default_factory=dict)

    def error(self, code: str, message: str, location: Location | None, hint: str | None = None) -> None:
        self.add(Diagnostic(Severity.ERROR, code, message, location, hint))

    def warning(self, code: str, message: str, location: Location | None, hint: str | None = None) -> None:
        self.add(Diagnostic(Severity.WARNING, code, message, location, hint))

    def add(self, *diagnostics: Diagnostic) -> None:
        self._found.update(dict.fromkeys(diagnostics))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def errors(self) -> bool:
        return any(diagnostic.is_error for diagnostic in self._found)

    def in_order(self) -> tuple[Diagnostic, ...]:
        """All of them: file by file in the order in which they came up, by line and column within one."""
        files: dict[str, int] = {}

        def place(diagnostic: Diagnostic) -> tuple[int, int, int]:
            location = diagnostic.location
            name = location.file.name if location else ""
            order = files.setdefault(name, len(files))
            return (order, location.line, location.column) if location else (order, 0, 0)

        return tuple(sorted(self._found, key=place))

    def raise_if_errors(self) -> None:
        """Raises `LoadError` with all that was found, warnings too, if there is an error among it."""
        if self.errors:
            raise LoadError(self.in_order())
