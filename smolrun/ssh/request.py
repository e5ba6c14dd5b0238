"""One command as it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Literal

from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.result import ShellMode, Stream
from smolrun.ssh.stdin import Input

OutputCallback = Callable[[Stream, bytes], None]
BecomeMethod = Literal["sudo", "su", "doas"]


@dataclass(frozen=True)
class Become:
    """Another user to run a command as.

    Attributes:
        user: that user's name.
        method: the tool: ``sudo`` (with or without a password), ``su`` or ``doas`` (where none is asked).
        password: only ever sent over stdin, and only after the tool has asked for it.
        flags: replaces the default flags of the tool, e.g. ``-H -S -n`` of sudo.
        executable: the tool's name or path where it is not `method` itself.
    """

    user: str = "root"
    method: BecomeMethod = "sudo"
    password: str | None = field(default=None, repr=False)
    flags: str | None = None
    executable: str | None = None


@dataclass(frozen=True)
class CommandRequest:
    """A command line and all that decides how it is run.

    Attributes:
        command: the text for the shell.
        shell: ``login``: the login shell of the user it runs as, profile and environment sourced, interprets it
            (where it is not POSIX-like it only supplies the environment and ``/bin/sh`` interprets);
            ``raw``: sent as it stands, byte for byte, become adds one wrap;
            ``sh``: ``/bin/sh`` of the guest interprets it, with no profile, whatever the login shell is.
        stdin: sent to the command, then closed; None closes it at once. An open file stays open here.
        environment: exported to the command unless it is ``raw``; never part of a command line on the guest.
        become: run it as another user.
        on_output: called with each piece of output as it arrives, from the thread that runs the command.
        output_limit: bytes kept of each stream; None for the client's own limit.
        hidden: for ``sh``: what the same shell evaluates first; never part of a command line on the guest.
        program: for ``sh``: the command is all that its shell runs, so that the messages and the line numbers are those
            of ``sh -c``.
        shared: for ``sh``: the end of the command, which others have, too. Such a command only reads: run twice, or by
            a shell that has read something else before, it tells the same. Empty for any other.
    """

    command: str
    shell: ShellMode | Literal["sh"] = "login"
    stdin: Input | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    become: Become | None = None
    on_output: OutputCallback | None = field(default=None, repr=False)
    output_limit: int | None = None
    hidden: str = field(default="", repr=False)
    program: bool = False
    shared: str = field(default="", repr=False)
