"""A module's script on its way to the guest: the line that starts it, what goes over stdin, how its output is told."""

import secrets as random_source
from collections.abc import Mapping
from dataclasses import dataclass

from smolrun.connection.shell_text import COMMAND_LINE_LIMIT, assignments, encode
from smolrun.ssh.request import OutputCallback
from smolrun.ssh.result import Stream

# What the login shell prints before it hands over (a profile, ~/.bashrc, `set -x`) is no output of the script. Each
# stream therefore gets a mark when the script starts, and what came before it is dropped. The two halves of the mark
# are apart in the line itself, so that a shell that echoes the line does not print the mark.
_MARK = "printf %s%s {first} {second};printf %s%s {first} {second} >&2"
# `read` takes its line byte by byte (POSIX.1-2017, read), so what follows stays in the pipe for the script.
_FROM_STDIN = 'IFS= read -r _smolrun;eval "$(printf %b "$_smolrun")"'
_FROM_LINE = 'set -- "$(printf %b "$1")";eval "shift;$1"'


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """What has to be sent.

    Attributes:
        command: the exec request.
        head: to be sent over stdin ahead of everything else; empty when there is nothing to be kept off the line.
        mark: printed on both streams just before the script starts.
    """

    command: str
    head: bytes
    mark: bytes


def script_line(
    text: str,
    arguments: Mapping[str, str],
    secret_variables: Mapping[str, str],
    environment: Mapping[str, str],
) -> ScriptLine:
    """How `text` is started by one exec request on any login shell.

    Args:
        arguments: become shell variables and are part of the command line.
        secret_variables: the same, over stdin.
        environment: exported, over stdin.

    Raises:
        NotRunError: a NUL byte, or a name that no shell variable can have.
    """
    first, second = random_source.token_hex(6), random_source.token_hex(6)
    body = encode(assignments(arguments) + text)
    hidden = encode(assignments(environment, export=True) + assignments(secret_variables))
    steps = [_MARK.format(first=first, second=second)]
    if len(body) > COMMAND_LINE_LIMIT:
        hidden, body = hidden + body, ""
    if hidden:
        steps.append(_FROM_STDIN)
    if body:
        steps.append(_FROM_LINE)
    line = f"exec /bin/sh -c '{';'.join(steps)}' sh '{body}'"
    return ScriptLine(line, hidden.encode("ascii") + b"\n" if hidden else b"", (first + second).encode("ascii"))


@dataclass(slots=True)
class AfterMark:
    """Passes on what a stream says after the mark."""

    mark: bytes
    callback: OutputCallback
    _held: dict[Stream, bytes | None]

    def __init__(self, mark: bytes, callback: OutputCallback) -> None:
        self.mark = mark
        self.callback = callback
        self._held = {"stdout": b"", "stderr": b""}

    def __call__(self, stream: Stream, piece: bytes) -> None:
        held = self._held[stream]
        if held is None:
            self.callback(stream, piece)
            return
        held += piece
        _, found, rest = held.partition(self.mark)
        if not found:
            self._held[stream] = held
            return
        self._held[stream] = None
        if rest:
            self.callback(stream, rest)


def after_mark(output: bytes, mark: bytes) -> bytes | None:
    """What `output` holds after the mark; None when the mark never came."""
    _, found, rest = output.partition(mark)
    return rest if found else None
