"""Words for a POSIX shell that mean exactly one thing."""

import re
import shlex
from collections.abc import Callable, Iterable

_VARIABLE = re.compile(r"\$(?:(?P<bare>[A-Za-z_][A-Za-z0-9_]*)|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)\})")
_SPECIAL = re.compile(r"([*?\[\]!-])")
_HOME = re.compile(r"~[A-Za-z0-9_.-]*(?=/|\Z)")


def quoted(text: str) -> str:
    """`text` as one word in which the shell sees nothing special."""
    return shlex.quote(text)


def command_line(words: Iterable[str]) -> str:
    """The words, each quoted, as one line for a shell."""
    return " ".join(map(quoted, words))


def expanding(text: str, literal: Callable[[str], str] | None = None) -> str:
    """`text` as one word in which a leading ``~`` or ``~user`` and ``$NAME`` or ``${NAME}`` of the guest are replaced.

    As Python's ``os.path.expanduser`` and ``os.path.expandvars`` do on the guest for Ansible's arguments of the type
    ``path``: what is not set stays as it was written, and nothing else is special.

    Args:
        literal: writes what lies between; by default so that nothing is special.
    """
    write = literal or _literal
    home = _HOME.match(text)
    start = home.end() if home else 0
    if home and text[start : start + 1] == "/":
        start += 1  # a quoted slash would keep the shell from seeing where the user's name ends
    word = text[:start]
    for match in _VARIABLE.finditer(text, start):
        word += write(text[start : match.start()])
        name = match["bare"] or match["braced"]
        word += f'"${{{name}-\\${name}}}"' if match["bare"] else f'"${{{name}-\\${{{name}\\}}}}"'
        start = match.end()
    return word + write(text[start:]) or "''"


def matching(text: str) -> str:
    """The same, as a pattern: the shell puts all the names in its place that ``*``, ``?`` and ``[...]`` match."""
    return expanding(text, lambda part: "".join(_open(piece) for piece in _SPECIAL.split(part)))


def _open(piece: str) -> str:
    return piece if _SPECIAL.fullmatch(piece) else _literal(piece)


def _literal(text: str) -> str:
    return quoted(text) if text else ""


def assignments(paths: dict[str, str | None]) -> str:
    """Lines that set shell variables to guest paths, expanded as `expanding` says; absent ones become empty."""
    return "".join(f"{name}={expanding(path) if path else ''}\n" for name, path in paths.items())
