"""The variables of a module's script as text for the shell that runs it."""

import re
import shlex
from collections.abc import Mapping

from smolrun.errors import NotRunError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def assignments(variables: Mapping[str, str]) -> str:
    """A line of ``sh`` for each variable.

    Raises:
        NotRunError: a NUL byte, or a name that no shell variable can have.
    """
    for name, value in variables.items():
        if not _NAME.match(name):
            raise NotRunError(
                f"{name!r} cannot be the name of a shell variable",
                hint="use letters, digits and underscores, and no digit first",
            )
        if "\0" in value:
            raise NotRunError("a NUL byte cannot be part of a script or its variables")
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())
