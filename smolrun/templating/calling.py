"""How filters and tests are called: with plain values, and with errors that name them."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from jinja2.exceptions import TemplateError as JinjaError

from smolrun.errors import SmolVMError
from smolrun.templating.lazy import argument
from smolrun.templating.limits import check_size
from smolrun.templating.operations import OperationError, reason_of
from smolrun.templating.undefined import Missing, fail

PREFIXES = ("ansible.builtin.", "ansible.legacy.")
"""The fully qualified names of filters, tests and lookups mean the same."""


def qualified(functions: dict[str, Any], *further: str) -> dict[str, Any]:
    """`functions` under their short and their fully qualified names. Those of other collections have theirs."""
    short = {name: value for name, value in functions.items() if "." not in name}
    named = {prefix + name: value for prefix in (*PREFIXES, *further) for name, value in short.items()}
    return {**functions, **named}


def guarded(kind: str, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` as a template calls it.

    Args:
        kind: ``filter`` or ``test``, for messages.
        name: its name in templates, for messages.
    """
    own = 1 if hasattr(function, "jinja_pass_arg") else 0
    lazy = getattr(function, "takes_lazy", False)
    undefined = getattr(function, "takes_undefined", False)

    @wraps(function)
    def call(*args: Any, **keywords: Any) -> Any:
        values = args[own:]
        if not lazy:
            values = tuple([argument(value) for value in values])
            keywords = {key: argument(value) for key, value in keywords.items()}
        if not undefined:
            _refuse_undefined((*values, *keywords.values()))
        try:
            result = function(*args[:own], *values, **keywords)
        except (JinjaError, SmolVMError, RecursionError):
            raise
        except Exception as error:  # whatever a function raises, a user's own too, is the template's error
            raise OperationError(kind, name, reason_of(error)) from error
        if isinstance(result, str | bytes | list):
            check_size(len(result), f"the {kind} '{name}'")
        return result

    return call


def _refuse_undefined(values: Iterable[Any]) -> None:
    for value in values:
        if isinstance(value, Missing):
            fail(value)
