"""The keywords of a task at run time: templates rendered, every value in the type of its keyword."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from smolrun.errors import SmolVMError
from smolrun.playbook.rendered import typed
from smolrun.playbook.written import is_open
from smolrun.source.coercions import describe
from smolrun.source.text import SourceText, location_of
from smolrun.templating.omit import OMIT
from smolrun.templating.templar import Templar


class KeywordValues:
    """Reads keywords of what was written, for one host.

    Args:
        templar: renders those that are templates.
        variables: what they are rendered with.
    """

    __slots__ = ("_templar", "_variables")

    def __init__(self, templar: Templar, variables: Mapping[str, Any]) -> None:
        self._templar = templar
        self._variables = variables

    def value(self, written: BaseModel, name: str) -> Any:
        """The value of a keyword in its own type; None where it is not said.

        Raises:
            SmolVMError: it cannot be rendered, or has another type.
        """
        value = getattr(written, name)
        if is_open(value):
            rendered = self._templar.render(value, self._variables)
            return typed(type(written), name, rendered, location_of(value))
        return str(value) if isinstance(value, SourceText) else value

    def flag(self, written: BaseModel, name: str) -> bool:
        return bool(self.value(written, name))

    def texts(self, written: BaseModel, name: str) -> tuple[str, ...]:
        """The texts of a list of texts; a template of a list gives its items, and ``omit`` none."""
        found: list[str] = []
        for item in getattr(written, name):
            rendered = self._templar.render(item, self._variables)
            if isinstance(rendered, list):
                found += map(str, rendered)
            elif rendered is not OMIT and rendered is not None and rendered != "":
                found.append(str(rendered))
        return tuple(found)

    def environment(self, layers: tuple[Any, ...]) -> dict[str, str]:
        """``environment``, the outermost layer first; later ones win.

        Raises:
            SmolVMError: a layer is no mapping.
        """
        merged: dict[str, str] = {}
        for layer in layers:
            rendered = self._templar.render(layer, self._variables)
            for part in rendered if isinstance(rendered, list) else [rendered]:
                if part is OMIT or part is None or part == "":
                    continue
                if not isinstance(part, Mapping):
                    found = describe(part)
                    raise SmolVMError(f"'environment': expected a mapping, found {found}", location=location_of(layer))
                merged.update((str(name), _text(value)) for name, value in part.items() if value is not OMIT)
        return merged


def _text(value: Any) -> str:
    return "" if value is None else str(value)
