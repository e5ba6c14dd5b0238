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
DROPBEAR_LIMIT = 8 * 1024
"""Bytes of a line. Dropbear ends the connection at one of more than 9,000 (its MAX_CMD_LEN), with no word of why."""

READ_LINES = 'while IFS= read -r smolrun_line && [ -n "$smolrun_line" ]; do printf "$smolrun_line"; done'
LINE = 4096  # bytes of a command in one line of standard input; mksh's printf is a program, so it is an argument there

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Peer:
    """What is known of the side that a line is for.

    Attributes:
        login_shell: the path of the shell that interprets it; empty as long as that is not known.
        line_limit: the bytes that it takes at the most.
    """

    login_shell: str = ""
    line_limit: int = DROPBEAR_LIMIT

    @property
    def is_posix(self) -> bool:
        """Whether that shell reads POSIX ``sh`` as it stands, ``\\`` and ``!`` and new lines included."""
        return self.login_shell.rpartition("/")[2] in ("sh", "bash", "dash", "ash")


LOCAL = Peer("/bin/sh", ARGUMENT_LIMIT)

_SHELL_MARK = "smolrun-shell="
_ASK_SHELL = f'printf %s "{_SHELL_MARK}$SHELL;"; '  # sshd, Dropbear and login(1) set SHELL


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


def wrap(request: CommandRequest, peer: Peer) -> Wrapped:
    """Make a request ready to be sent.

    Raises:
        NotRunError: it cannot be sent as it is asked for.
    """
    try:
        return _wrap(request, peer)
    except UnicodeEncodeError as error:
        raise NotRunError(f"the command cannot be sent as UTF-8: {error.reason}") from error


def _wrap(request: CommandRequest, peer: Peer) -> Wrapped:
    become = become_wrap(request.become) if request.become else None
    if request.shell == "login":
        return _login(request, become, peer)
    if request.shell == "sh":
        return _sh(request, become, peer)
    if become is None:
        return Wrapped(_fitting(request.command), offered=secrets.token_hex(8))
    marker, announce = _marker()
    task = secrets.token_hex(8)
    script = f"export SMOLRUN_TASK={task}; {announce}eval {shlex.quote(request.command)}"
    return Wrapped(_fitting(_line(become.line(script), peer)), b"", marker, task, become=become)


def shell_told(noise: bytes) -> str:
    """The login shell, as a line that was made without knowing it has told ahead of its marker; empty if it has not."""
    _, found, told = noise.rpartition(_SHELL_MARK.encode())
    return told.partition(b";")[0].decode("utf-8", "replace") if found else ""


def without_shell(noise: bytes) -> bytes:
    """The noise without what our own line has told in it."""
    before, found, told = noise.rpartition(_SHELL_MARK.encode())
    return before + told.partition(b";")[2] if found else noise


def _line(script: str, peer: Peer) -> str:
    """The line on which the login shell itself runs a script that any POSIX-like shell runs alike."""
    if peer.is_posix:
        return script
    return posix(script if peer.login_shell else _ASK_SHELL + script)


def _marker() -> tuple[bytes, str]:
    # Printed in two parts, so that a profile with `set -x` shows the parts and never the whole.
    first, second = f"smolrun-{secrets.token_hex(4)}", f"{secrets.token_hex(8)}:"
    return f"{first}{second}".encode(), f"printf %s%s {first} {second}; printf %s%s {first} {second} >&2; "


def _sh(request: CommandRequest, become: BecomeWrap | None, peer: Peer) -> Wrapped:
    marker, announce = _marker()
    task = secrets.token_hex(8)
    announce = f"export SMOLRUN_TASK={task}; {announce}"
    hidden = exported(request.environment) + request.hidden
    body = request.command
    program = request.program and len(body) < ARGUMENT_LIMIT / 2  # each quote in it becomes five bytes
    if program:
        body = f"exec /bin/sh -c {shlex.quote(body)}\n"
    read = f'eval "$({READ_LINES})"'
    line = ""
    if len(body) <= peer.line_limit:
        # On a line of its own: a mistake in its syntax must not keep the line from announcing itself.
        begin = f"{announce}{read}\n" if hidden else announce if program else f"{announce}\n"
        line = _sh_line(begin + body, become, peer, ends_in_exec=program and not hidden)
    if not line or len(line) > peer.line_limit:
        hidden += body
        line = _sh_line(announce + read, become, peer)
    return Wrapped(_fitting(line), _lines(hidden) if hidden else b"", marker, task, become=become)


def _sh_line(script: str, become: BecomeWrap | None, peer: Peer, *, ends_in_exec: bool = False) -> str:
    """The line on which ``/bin/sh`` runs a script.

    Args:
        ends_in_exec: the script only announces itself before it gives way to a shell of its own.
    """
    if become is not None:
        return _line(become.line(script), peer)
    if not peer.is_posix or peer.login_shell == "/bin/sh":
        return _line(script, peer)
    if ends_in_exec:
        return f"set +xv; {script}"  # a ~/.bashrc may have set them; the `exec` would be traced after the announcement
    return f"exec /bin/sh -c {shlex.quote(script)}"


def _login(request: CommandRequest, become: BecomeWrap | None, peer: Peer) -> Wrapped:
    exports = exported(request.environment)
    text = exports + request.command
    task = secrets.token_hex(8)
    marker, announce = _marker()

    def line(begin: str) -> str:
        script = f"SMOLRUN_TASK={task}\n{login_script(announce + begin, become=become is not None)}"
        return _line(script if become is None else become.line(script), peer)

    inline = "" if exports or len(text) > peer.line_limit else line(evaluating(text))
    if inline and len(inline) <= peer.line_limit:
        return Wrapped(_fitting(inline), b"", marker, task, become=become)
    return Wrapped(_fitting(line(f'eval "$({READ_LINES})"')), _lines(text), marker, task, become=become)


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
    """The text in the form that `READ_LINES` turns back; the shell's ``read`` takes nothing beyond its empty line."""
    data = text.encode(errors="surrogateescape")
    lines = [octal(data[start : start + LINE]) for start in range(0, len(data), LINE)]
    # Of a line that begins with it, ``printf`` would take the first word for options.
    lines = [f"\\055{line[1:]}" if line.startswith("-") else line for line in lines]
    return "".join(f"{line}\n" for line in [*lines, ""]).encode()


def _fitting(line: str) -> bytes:
    data = line.encode(errors="surrogateescape")
    if len(data) > ARGUMENT_LIMIT:
        raise NotRunError(
            f"the command line is {len(data)} bytes long; a guest takes at most {ARGUMENT_LIMIT}",
            hint="send what is long over stdin, or use shell='login', which does so by itself",
        )
    return data
