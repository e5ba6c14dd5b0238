"""Filters about a value as such: defaults, booleans, choices."""

from collections.abc import Callable
from typing import Any, Final

from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Undefined

from smolrun.templating.marks import takes_lazy, takes_undefined

_TRUE: Final = frozenset({"yes", "on", "1", "true"})


@takes_lazy
@takes_undefined
def default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    """`default_value` where `value` is undefined or, with `boolean`, empty or false."""
    if isinstance(value, Undefined) or (boolean and not value):
        return default_value
    return value


@takes_lazy
@takes_undefined
def mandatory(value: Any, msg: str | None = None) -> Any:
    """`value`, which has to be defined."""
    if isinstance(value, Undefined):
        name = value._undefined_name
        which = f"the mandatory variable '{name}'" if name else "a mandatory value"
        raise TemplateRuntimeError(msg or f"{which} is not defined")
    return value


def to_bool(value: Any) -> bool:
    """``yes``, ``on``, ``1`` and ``true`` in any case are true, all else is false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.lower() in _TRUE
    return bool(isinstance(value, int | float) and value == 1)


@takes_lazy
@takes_undefined
def ternary(value: Any, true_val: Any, false_val: Any, none_val: Any = None) -> Any:
    if value is None and none_val is not None:
        return none_val
    return true_val if bool(value) else false_val


@takes_undefined
def type_debug(value: Any) -> str:
    """The name of the Python type of `value`."""
    return "Undefined" if isinstance(value, Undefined) else type(value).__name__


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "bool": to_bool,
    "d": default,
    "default": default,
    "mandatory": mandatory,
    "ternary": ternary,
    "type_debug": type_debug,
}
