"""What the parts of a rendering ask of each other; none of them needs to know where the others are written."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from smolrun.source.text import SourceText
from smolrun.source.vault import VaultSecrets


class Values(Protocol):
    """One rendering: its variables, and what they come to."""

    variables: Mapping[str, Any]

    @property
    def templar(self) -> "Compiler": ...

    def variable(self, name: str) -> Any:
        """The rendered value of a variable. Raises `KeyError` when there is none of that name."""
        ...

    def value(self, raw: Any) -> Any:
        """`raw` rendered as far as needed: text now, containers when their entries are read."""
        ...

    def run(self, text: SourceText, *, expression: bool = False) -> Any:
        """The value of a template or an expression. Raises `TemplateError`."""
        ...

    def finish(self, value: Any, text: Any) -> Any:
        """`value` as plain data for good. Raises `TemplateError`, located by the template `text`."""
        ...


class Runner(Protocol):
    """Compiled templates."""

    def run(self, text: SourceText, rendering: Values, *, expression: bool = False) -> Any:
        """The value that a template or an expression yields, lazy and possibly undefined."""
        ...


class Compiler(Protocol):
    """What renderings and lookups need of the templar."""

    base: Path | None
    vault: VaultSecrets | None
    settings: Mapping[str, Any]
    patience: float | None
    warn: Callable[[str], None]

    @property
    def templates(self) -> Runner: ...

    @property
    def environment(self) -> Any:
        """Jinja2's, with all functions."""
        ...

    def file_value(
        self, text: SourceText, variables: Mapping[str, Any], *, search_path: Sequence[str | Path] = (), **options: Any
    ) -> Any:
        """The value of a template file."""
        ...
