"""Regular expressions that somebody wrote."""

import re
from typing import AnyStr


def compiled(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Raises:
    ValueError: Python's ``re`` does not read it; among what that raises are numbers and depths that are too great.
    """
    try:
        return re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from None
