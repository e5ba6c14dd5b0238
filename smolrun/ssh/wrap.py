"""What is sent to the server for a request, and how its output tells that the command has begun."""

import re
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from importlib.resources import files

from smolrun.errors import NotRunError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.become import BecomeWrap, become_wrap
from smolrun.ssh.quoting import octal, posix
from smolrun.ssh.request import CommandRequest

# Linux takes 128 KiB for one argument or variable (MAX_ARG_STRLEN, execve(2)), its final NUL included.
ARGUMENT_LIMIT = 128 * 1024 - 1
READ_LINES = 'while IFS= read -r smolrun_line && [ -n "$smolrun_line" ]; do printf "$smolrun_line"; done'
LINE = 4096  # bytes of a command in one line of standard input; mksh's printf is a program, so it is an argument there

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Wrapped:
    """A request made ready.

    Attributes:
        line: the exec request.
        preamble: sent ahead of the user's own standard input.
        marker: written to both streams when the command begins; empty where nothing is wrapped.
        task: what the command's processes carry as ``SMOLRUN_TASK``; empty where they carry nothing.
        offered: the same, but only where the server takes it from the client's own environment.
        become: how another user is become.
    """

    line: bytes
    preamble: bytes = field(default=b"", repr=False)
    marker: bytes = b""
    task: str = ""
    offered: str = ""
    become: BecomeWrap | None = None


@cache
def guest_script(name: str) -> str:
    """One of this floor's own ``.sh`` files without its comments."""
    text = files("smolrun.ssh").joinpath(name).read_text(encoding="utf-8")
    return "".join(f"{line.strip()}\n" for line in text.splitlines() if not line.lstrip().startswith("#"))


def wrap(request: CommandRequest) -> Wrapped:
    """Make a request ready to be sent.

    Raises:
        NotRunError: it cannot be sent as it is asked for.
    """
    try:
        return _wrap(request)
    except UnicodeEncodeError as error:
        raise NotRunError(f"the command cannot be sent as UTF-8: {error.reason}") from error


def _wrap(request: CommandRequest) -> Wrapped:
    become = become_wrap(request.become) if request.become else None
    if request.shell == "login":
        return _login(request, become)
    if become is None:
        offered = "" if request.task else secrets.token_hex(8)
        return Wrapped(_fitting(request.command), request.preamble, task=request.task, offered=offered)
    marker, announce = _marker()
    task = request.task or secrets.token_hex(8)
    script = f"export SMOLRUN_TASK={task}; {announce}eval {shlex.quote(request.command)}"
    return Wrapped(_fitting(posix(become.line(script))), request.preamble, marker, task, become=become)


def _marker() -> tuple[bytes, str]:
    # Printed in two parts, so that a profile with `set -x` shows the parts and never the whole.
    first, second = f"smolrun-{secrets.token_hex(4)}", f"{secrets.token_hex(8)}:"
    return f"{first}{second}".encode(), f"printf %s%s {first} {second}; printf %s%s {first} {second} >&2; "


def _login(request: CommandRequest, become: BecomeWrap | None) -> Wrapped:
    exports = exported(request.environment)
    text = exports + request.command
    task = secrets.token_hex(8)
    marker, announce = _marker()

    def line(begin: str) -> str:
        script = f"SMOLRUN_TASK={task}\n{login_script(announce + begin, become=become is not None)}"
        return posix(script if become is None else become.line(script))

    inline = "" if exports or len(text) > ARGUMENT_LIMIT else line(evaluating(text))
    if inline and len(inline) <= ARGUMENT_LIMIT:
        return Wrapped(_fitting(inline), request.preamble, marker, task, become=become)
    sent = _lines(text) + request.preamble
    return Wrapped(_fitting(line(f'eval "$({READ_LINES})"')), sent, marker, task, become=become)


def login_script(begin: str, *, become: bool) -> str:
    """POSIX ``sh`` that becomes the login shell of the user it runs as, profile sourced, and evaluates a text there.

    Args:
        begin: the text.
        become: another user was become, who may not have got the own shell and home yet.
    """
    script = f"SMOLRUN_SCRIPT={shlex.quote(f'unset SMOLRUN_SCRIPT; {begin}')}\n"
    return script + (guest_script("become_login.sh") if become else "") + guest_script("login.sh")


def evaluating(text: str) -> str:
    """A line that evaluates a text within `login_script`."""
    # fish writes what is not ASCII in its variables anew, in the encoding of its locale.
    return f"eval {shlex.quote(text)}" if text.isascii() else f'eval "$(printf "{_octal(text)}")"'


def exported(environment: Mapping[str, str]) -> str:
    """The words of a shell that export an environment.

    Raises:
        NotRunError: a name or a value that no process can be given.
    """
    return "".join(f"export {_exported(name, value)}; " for name, value in environment.items())


def _exported(name: str, value: str) -> str:
    if not NAME.match(name):
        raise NotRunError(f"{name!r} is no name for an environment variable")
    if not isinstance(value, str):
        raise NotRunError(f"the environment variable {name} must be text, not {type(value).__name__}")
    if "\0" in value:
        raise NotRunError(f"the environment variable {name} holds a NUL, which no process can be given")
    return f"{name}={shlex.quote(value)}"


def _octal(text: str) -> str:
    return octal(text.encode(errors="surrogateescape"))


def _lines(text: str) -> bytes:
    data = text.encode(errors="surrogateescape")
    lines = [octal(data[start : start + LINE]) for start in range(0, len(data), LINE)]
    return "".join(f"{line}\n" for line in [*lines, ""]).encode()


def _fitting(line: str) -> bytes:
    data = line.encode(errors="surrogateescape")
    if len(data) > ARGUMENT_LIMIT:
        raise NotRunError(
            f"the command line is {len(data)} bytes long; a guest takes at most {ARGUMENT_LIMIT}",
            hint="send what is long over stdin, or use shell='login', which does so by itself",
        )
    return data
