"""Values as a person is to see them: what is undefined in them is told in its place, and hides nothing beside it."""

from collections.abc import Mapping
from typing import Any

from smolrun.errors import UndefinedVariableError
from smolrun.source.text import SourceText
from smolrun.templating.lazy import materialise
from smolrun.templating.rendering import Rendering
from smolrun.templating.undefined import UndefinedUseError


class Presenter:
    """Puts ``<< error 1 - 'name' is undefined >>`` where something undefined stands, as ansible-core 2.19 does."""

    __slots__ = ("_told",)

    def __init__(self) -> None:
        self._told = 0

    def present(self, written: Any, rendering: Rendering, *, expression: bool) -> Any:
        """The value of a template or an expression, as plain data.

        Raises:
            TemplateError: something else than an undefined variable is wrong with it.
        """
        try:
            if isinstance(written, SourceText) and (expression or written.is_template):
                value = rendering.run(written, expression=expression)
            else:
                value = rendering.value(written)
        except UndefinedVariableError as error:
            return self._placeholder(error.message)
        return rendering.finish(self._filled(value), written)

    def _filled(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._filled(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._filled(item) for item in value]
        try:
            return materialise(value)
        except UndefinedUseError as error:
            return self._placeholder(str(error))

    def _placeholder(self, reason: str) -> str:
        self._told += 1
        return f"<< error {self._told} - {reason.removeprefix('the variable ')} >>"
