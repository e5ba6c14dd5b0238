"""One rendering: the variables it sees, what it has already worked out, and what it is in the middle of."""

from collections.abc import Mapping
from typing import Any

from jinja2.exceptions import TemplateError as JinjaError

from smolrun.errors import TemplateError, UndefinedVariableError
from smolrun.source.text import SourceText, location_of
from smolrun.source.vault import VaultText
from smolrun.templating.failures import as_template_error
from smolrun.templating.lazy import LazyMapping, list_of, mapping_of, materialise
from smolrun.templating.ports import Compiler
from smolrun.templating.scope import Scope
from smolrun.templating.undefined import Missing


class Rendering:
    """The state of one call of the templar; never shared between threads.

    Args:
        templar: compiles and runs templates.
        variables: what names mean.
        busy: the templates that are being rendered, by the identities of their text and their variables.
    """

    __slots__ = ("_busy", "_known", "_scopes", "_vaulted", "templar", "variables")

    def __init__(
        self,
        templar: Compiler,
        variables: Mapping[str, Any],
        busy: dict[tuple[int, int], SourceText] | None = None,
        scopes: dict[int, "Rendering"] | None = None,
    ) -> None:
        self.templar = templar
        self.variables = variables
        self._known: dict[str, Any] = {}
        self._busy = {} if busy is None else busy
        self._scopes = {} if scopes is None else scopes
        self._scopes[id(variables)] = self
        self._vaulted: dict[int, SourceText] = {}

    def variable(self, name: str) -> Any:
        """The rendered value of a variable. Raises `KeyError` when there is none of that name."""
        if name in self._known:
            return self._known[name]
        value = self._known[name] = self.value(self.variables[name])
        return value

    def value(self, raw: Any) -> Any:
        """`raw` rendered as far as needed: text now, containers when their entries are read.

        What refers to something undefined comes back as a `Missing` that fails, with its cause, when it is used.
        """
        if isinstance(raw, SourceText):
            return self._text(raw)
        if isinstance(raw, VaultText):
            return self._text(self._revealed(raw))
        if isinstance(raw, dict):
            return mapping_of(raw, self.value)
        if isinstance(raw, list | tuple):
            return list_of(raw, self.value)
        if isinstance(raw, Scope):
            return LazyMapping(raw, self._within(raw.variables).value)
        if isinstance(raw, Mapping):
            return LazyMapping(raw, self.value)
        if isinstance(raw, str):
            return str(raw)
        return raw

    def _text(self, text: SourceText) -> Any:
        if not text.is_template:
            return str(text)
        try:
            return self.run(text)
        except UndefinedVariableError as error:
            return Missing(name=error.name, cause=error)

    def _revealed(self, vaulted: VaultText) -> SourceText:
        # The same object each time, so that a circle through it is seen.
        known = self._vaulted.get(id(vaulted))
        if known is None:
            known = self._vaulted[id(vaulted)] = SourceText(vaulted.reveal(), vaulted.location)
        return known

    def _within(self, variables: Mapping[str, Any]) -> "Rendering":
        found = self._scopes.get(id(variables))
        return found if found is not None else Rendering(self.templar, variables, self._busy, self._scopes)

    def run(self, text: SourceText, *, expression: bool = False) -> Any:
        """The value of a template or an expression.

        Raises:
            TemplateError: it cannot be evaluated, or it refers to itself.
        """
        key = (id(text), id(self.variables))
        if key in self._busy:
            raise self._loop(key, text)
        self._busy[key] = text
        try:
            return self.templar.templates.run(text, self, expression=expression)
        finally:
            del self._busy[key]

    def finish(self, value: Any, text: Any) -> Any:
        """`value` as plain data for good. Raises `TemplateError`, located by the template `text` it came from."""
        if not isinstance(text, str):
            text = SourceText("", location_of(text))  # a container: nothing in it can be quoted, but its place is known
        try:
            return materialise(value)
        except RecursionError as error:
            raise as_template_error(error, text) from None
        except JinjaError as error:
            raise as_template_error(error, text) from error

    def _loop(self, key: tuple[int, int], text: SourceText) -> TemplateError:
        keys = list(self._busy)
        chain = [self._busy[busy] for busy in keys[keys.index(key) :]]
        shown = " -> ".join(_short(part) for part in (*chain, text))
        return TemplateError(f"variables refer to each other in a circle: {shown}", location=location_of(text))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:57] + "..."
