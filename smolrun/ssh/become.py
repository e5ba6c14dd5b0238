"""Becoming another user: the tool's command line, and the password that is only sent once it was asked for."""

import secrets
import shlex
from dataclasses import field

from smolrun.errors import BecomeError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.request import Become

# -H: the home of the other user; -n: fail rather than ask (sudo(8), doas(1)).
DEFAULT_FLAGS = {"sudo": "-H -n", "su": "", "doas": "-n"}


@dataclass(frozen=True)
class BecomeWrap:
    """How one command becomes another user.

    Attributes:
        become: as it was asked for.
        prompt: what the tool asks for the password with; empty where it is not to ask.
        reached: written to standard error once the other user was become.
    """

    become: Become
    prompt: bytes
    reached: bytes
    _announce: str = field(repr=False)

    @property
    def may_ask(self) -> bool:
        """Whether the tool may read from standard input what is meant for the command."""
        become = self.become
        return bool(self.prompt) or become.flags is not None or "-n" not in DEFAULT_FLAGS[become.method]

    def line(self, script: str, *, known: str = "") -> str:
        """A line of POSIX ``sh`` that runs a script as the other user.

        Args:
            known: text in double quotes, expanded before, that is put ahead of the script.
        """
        become = self.become
        tool = shlex.quote(become.executable or become.method)
        flags = DEFAULT_FLAGS[become.method] if become.flags is None else become.flags
        user = shlex.quote(become.user)
        inner = f'"{known}"{shlex.quote(self._announce + script)}'
        if become.method == "su":
            return f"exec {tool} {flags} -s /bin/sh -c {inner} {user}"
        if self.prompt:
            words = [word for word in shlex.split(flags) if word != "-n"]
            flags = shlex.join([*words, "-S", "-p", self.prompt.decode()])
        end = " --" if become.method == "sudo" else ""
        return f"exec {tool} {flags} -u {user}{end} /bin/sh -c {inner}"


def become_wrap(become: Become) -> BecomeWrap:
    """Prepare becoming a user.

    Raises:
        BecomeError: it cannot be done as asked for.
    """
    if not become.user or "\0" in become.user or become.user.startswith("-"):
        raise BecomeError(f"{become.user!r} is no user that can be become")
    prompt = b""
    if become.password is not None:
        if become.method != "sudo":
            raise BecomeError(
                f"{become.method} asks for its password on a terminal, which a command has none of",
                hint="use sudo, or let this user use the tool without a password",
            )
        if "\n" in become.password:
            raise BecomeError("a password of more than one line cannot be typed")
        prompt = f"smolrun-password-{secrets.token_hex(8)}:".encode()
    first, second = f"smolrun-{secrets.token_hex(4)}", f"{secrets.token_hex(8)}:"
    announce = f"printf %s%s {first} {second} >&2; "
    return BecomeWrap(become, prompt, f"{first}{second}".encode(), announce)
