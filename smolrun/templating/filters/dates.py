"""Filters on dates and times."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final


def strftime(string_format: str, second: Any = None, utc: bool = False) -> str:
    """A moment in words.

    Args:
        second: seconds since the epoch; None for now.
        utc: in universal time, not in the controller's own.
    """
    try:
        moment = None if second is None else float(second)
    except (TypeError, ValueError):
        raise ValueError(f"'{second}' is not a number of seconds") from None
    return time.strftime(string_format, time.gmtime(moment) if utc else time.localtime(moment))


def to_datetime(string: str, format: str = "%Y-%m-%d %H:%M:%S") -> datetime:
    """A moment without a time zone, which can be subtracted from another."""
    return datetime.strptime(string, format)  # noqa: DTZ007 - as documented


FILTERS: Final[dict[str, Callable[..., Any]]] = {"strftime": strftime, "to_datetime": to_datetime}
