"""What a filter, test or function says of itself to the environment that calls it."""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def takes_undefined(function: F) -> F:
    """It may be given something undefined (``default``); others fail before they are called."""
    function.takes_undefined = True  # type: ignore[attr-defined]
    return function


def takes_lazy(function: F) -> F:
    """It hands its argument on or looks at little of it: containers need not be rendered as a whole."""
    function.takes_lazy = True  # type: ignore[attr-defined]
    return function
