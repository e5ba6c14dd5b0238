"""What does not exist: may be asked about (``is defined``, ``default``), fails with a telling message when used."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn

from jinja2.exceptions import UndefinedError
from jinja2.runtime import StrictUndefined
from jinja2.utils import missing

from smolrun.errors import UndefinedVariableError

MOST_SHOWN = 15
"""Attributes of a mapping that a hint names."""


class Place(NamedTuple):
    """A line of a template.

    Attributes:
        name: of the template file; None for one that is no file.
        line: from 1.
        filename: of the template file.
    """

    name: str | None
    line: int
    filename: str | None


class UndefinedUseError(UndefinedError):
    """Raised inside a template when something undefined is used; leaves it as an `UndefinedVariableError`.

    Attributes:
        name: what was looked for.
        hint: what may have been meant.
        cause: the error of the variable behind it, where the variable itself exists but cannot be rendered.
        place: where it was put among text; that happens when the template itself has been left already.
    """

    def __init__(
        self,
        message: str,
        name: str | None,
        hint: str | None,
        cause: UndefinedVariableError | None = None,
        place: Place | None = None,
    ) -> None:
        super().__init__(message)
        self.place = place
        self.name = name
        self.hint = hint
        self.cause = cause


class Missing(StrictUndefined):
    """Jinja2's strict undefined, of which attributes may be asked for.

    ``a.b.c | default(1)`` works where only ``a`` exists, as in Ansible; using it in any other way fails.
    """

    __slots__ = ("_missing_candidates", "_missing_cause", "_missing_place")

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: Any = UndefinedUseError,
        *,
        candidates: Iterable[str] = (),
        cause: UndefinedVariableError | None = None,
    ) -> None:
        super().__init__(hint, obj, name, exc)
        self._missing_candidates = candidates
        self._missing_cause = cause
        self._missing_place: Place | None = None

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __repr__(self) -> str:
        return "Undefined"

    def _fail_with_undefined_error(self, *args: Any, **keywords: Any) -> NoReturn:
        fail(self)

    __iter__ = __str__ = __len__ = __eq__ = __ne__ = __bool__ = __hash__ = __contains__ = _fail_with_undefined_error
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = (
        _fail_with_undefined_error
    )
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = _fail_with_undefined_error
    __pos__ = __neg__ = __call__ = __int__ = __float__ = __complex__ = _fail_with_undefined_error
    __lt__ = __le__ = __gt__ = __ge__ = _fail_with_undefined_error


def fail(undefined: Missing) -> NoReturn:
    """Raise what `undefined` stands for.

    Raises:
        UndefinedUseError: always.
    """
    cause = undefined._missing_cause
    if cause is not None:
        raise UndefinedUseError(cause.message, cause.name, cause.hint, cause)
    name = undefined._undefined_name
    shown = str(name) if name is not None else None
    raise UndefinedUseError(_message(undefined), shown, _hint(undefined), place=undefined._missing_place)


def _message(undefined: Missing) -> str:
    name: Any = undefined._undefined_name
    owner = undefined._undefined_obj
    if undefined._undefined_hint:
        return str(undefined._undefined_hint)
    if owner is missing:
        return f"the variable '{name}' is undefined"
    if isinstance(owner, Mapping):
        return f"the mapping has no attribute {name!r}"
    if isinstance(owner, list | tuple):
        if isinstance(name, int):
            return f"the list has no item {name}: it has {len(owner)}"
        return f"a list has no attribute {name!r}"
    return f"a value of type '{_type_name(owner)}' has no attribute {name!r}"


def _type_name(value: Any) -> str:
    return "none" if value is None else type(value).__name__


def _hint(undefined: Missing) -> str | None:
    name, owner = undefined._undefined_name, undefined._undefined_obj
    if not isinstance(name, str):
        return None
    candidates = list(owner) if isinstance(owner, Mapping) else list(undefined._missing_candidates)
    near = get_close_matches(name, [c for c in candidates if isinstance(c, str)], n=1, cutoff=0.7)
    if near:
        return f"did you mean '{near[0]}'?"
    if not isinstance(owner, Mapping):
        return None
    known = [str(key) for key in owner]
    shown = ", ".join(known[:MOST_SHOWN]) + (", …" if len(known) > MOST_SHOWN else "")
    return f"it has: {shown}" if known else "it is empty"
