"""A POSIX ``sh`` script as one line that every login shell hands to ``/bin/sh`` untouched.

sshd runs ``$SHELL -c LINE`` (sshd(8), LOGIN PROCESS), so a line is read by whatever shell the user has: fish treats
backslashes in single quotes in its own way, csh ends a quoted string at a newline and expands ``!`` even between
quotes, and a non-UTF-8 byte may be refused. The script is therefore reduced to printable ASCII without quotes,
backslashes it does not need and ``!``, and ``printf %b`` (POSIX.1-2017, printf) turns it back.
"""

import re
import shlex
from collections.abc import Mapping

from smolrun.errors import NotRunError

COMMAND_LINE_LIMIT = 96 * 1024
"""Bytes of a line that are still sent as one: Linux refuses an argument of 128 KiB (execve(2), MAX_ARG_STRLEN)."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b"'\\!%")
_ESCAPES = tuple(chr(byte) if byte in _PLAIN else "\\n" if byte == 0x0A else f"\\0{byte:03o}" for byte in range(256))


def encode(text: str) -> str:
    """`text` as printable ASCII that stands in single quotes in any shell; ``printf %b`` gives it back.

    Raises:
        NotRunError: it holds a NUL, which no shell can carry.
    """
    if "\0" in text:
        raise NotRunError("a NUL byte cannot be part of a command or its variables")
    return text.encode("utf-8", "surrogateescape").decode("latin-1").translate(_TABLE)


_TABLE = dict(enumerate(_ESCAPES))


def assignments(variables: Mapping[str, str], *, export: bool = False) -> str:
    """Lines of ``sh`` that set `variables`.

    Raises:
        NotRunError: a name is not one that a shell can have.
    """
    lines = []
    for name, value in variables.items():
        if not _IDENTIFIER.match(name):
            raise NotRunError(
                f"{name!r} cannot be the name of an environment variable",
                hint="use letters, digits and underscores, and no digit first",
            )
        lines.append(f"{'export ' if export else ''}{name}={shlex.quote(value)}\n")
    return "".join(lines)
