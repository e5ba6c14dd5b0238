"""A module's script on its way to the guest: the line that starts it, what goes over stdin, how its output is told."""

import re
import secrets as random_source
import shlex
from collections.abc import Mapping
from dataclasses import field

from smolrun.errors import NotRunError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.quoting import octal, posix
from smolrun.ssh.request import OutputCallback
from smolrun.ssh.result import Stream
from smolrun.ssh.wrap import READ_LINES

LINE_LIMIT = 8 * 1024
"""Bytes of a command line; what becomes longer goes over stdin.

Dropbear ends the connection at a command of more than 9,000 bytes (its MAX_CMD_LEN), with no word of why.
"""

WRAPPED_LINE_LIMIT = LINE_LIMIT * 4 // 7
"""The same where a become wrap is put around: it makes four bytes of a line seven."""

_PIECE = 4096  # bytes in one line of standard input: where `printf` is a program of its own, a line is its argument
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class ScriptLine:
    """What has to be sent.

    Attributes:
        command: the exec request.
        preamble: to be sent over stdin ahead of everything else.
        mark: printed on both streams just before the script starts.
        task: what it exports as ``SMOLRUN_TASK``.
    """

    command: str
    preamble: bytes = field(repr=False)
    mark: bytes
    task: str


def script_line(
    text: str,
    arguments: Mapping[str, str],
    secret_variables: Mapping[str, str],
    environment: Mapping[str, str],
    limit: int = LINE_LIMIT,
) -> ScriptLine:
    """How `text` is started by one exec request on any login shell.

    What the login shell prints before it hands over (a profile, ``~/.bashrc``, ``set -x``) is no output of the
    script: each stream gets a mark when the script starts, and what came before it can be dropped.

    Args:
        arguments: become shell variables and are part of the command line.
        secret_variables: the same, over stdin.
        environment: exported, over stdin.
        limit: bytes of the line; what does not fit goes over stdin.

    Raises:
        NotRunError: a NUL byte, or a name that no shell variable can have.
    """
    # In two parts, so that a shell that echoes the line does not print the mark.
    first, second = f"smolrun-{random_source.token_hex(4)}", random_source.token_hex(8)
    begin = f"printf %s%s {first} {second}; printf %s%s {first} {second} >&2\n"
    task = random_source.token_hex(8)
    begin = f"export SMOLRUN_TASK={task}; {begin}"
    body = _assignments(arguments) + text
    hidden = _assignments(environment, "export ") + _assignments(secret_variables)
    if "\0" in body or "\0" in hidden:
        raise NotRunError("a NUL byte cannot be part of a script or its variables")
    try:
        (body + hidden).encode(errors="surrogateescape")
    except UnicodeEncodeError as error:
        raise NotRunError(f"the script or its variables cannot be sent as UTF-8: {error.reason}") from error
    read = f'eval "$({READ_LINES})"\n'
    line = posix(begin + (read if hidden else "") + body)
    if len(line) > limit:
        hidden += body
        line = posix(begin + read)
    return ScriptLine(line, _lines(hidden) if hidden else b"", (first + second).encode(), task)


def _assignments(variables: Mapping[str, str], word: str = "") -> str:
    for name in variables:
        if not _NAME.match(name):
            raise NotRunError(
                f"{name!r} cannot be the name of an environment variable",
                hint="use letters, digits and underscores, and no digit first",
            )
    return "".join(f"{word}{name}={shlex.quote(value)}\n" for name, value in variables.items())


def _lines(text: str) -> bytes:
    """`text` in the form that `READ_LINES` turns back; the shell's `read` takes nothing beyond its final empty line."""
    data = text.encode(errors="surrogateescape")
    pieces = [octal(data[start : start + _PIECE]) for start in range(0, len(data), _PIECE)]
    return "".join(f"{piece}\n" for piece in [*pieces, ""]).encode("ascii")


class AfterMark:
    """Passes on what a stream says after the mark."""

    def __init__(self, mark: bytes, callback: OutputCallback) -> None:
        self._mark = mark
        self._callback = callback
        self._held: dict[Stream, bytes | None] = {"stdout": b"", "stderr": b""}

    def __call__(self, stream: Stream, piece: bytes) -> None:
        held = self._held[stream]
        if held is None:
            self._callback(stream, piece)
            return
        _, found, rest = (held + piece).partition(self._mark)
        self._held[stream] = None if found else held + piece
        if rest:
            self._callback(stream, rest)


def after_mark(output: bytes, mark: bytes) -> bytes | None:
    """What `output` holds after the mark; None when the mark never came."""
    _, found, rest = output.partition(mark)
    return rest if found else None
