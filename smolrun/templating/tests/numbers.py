"""Tests of numbers."""

import math
from collections.abc import Callable
from typing import Any, Final


def is_nan(value: Any) -> bool:
    try:
        return math.isnan(value)
    except TypeError:
        return False


TESTS: Final[dict[str, Callable[..., Any]]] = {"isnan": is_nan, "nan": is_nan}
