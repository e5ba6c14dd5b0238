"""A command as the user asked for it: whether it has to run, and from where, and how it is started."""

from collections.abc import Sequence
from pathlib import Path

from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import ModuleResult
from smolrun.modules.commands import outcome
from smolrun.modules.commands.arguments import ConditionalArguments
from smolrun.modules.commands.quoting import assignments
from smolrun.modules.guest import script_text
from smolrun.ssh.result import CommandResult

NO_SUCH_COMMAND = 2
"""``ENOENT``, which Ansible's ``command`` gives as ``rc`` where there is no such program."""


@dataclass(frozen=True)
class UserCommand:
    """A command as the user asked for it.

    Attributes:
        cmd: the text, or its words, as registered.
        line: a command line for a shell: what people are shown, and what `mode` login or raw sends.
        start: the line of POSIX ``sh`` that starts it where no mode is asked for.
        text: the same as a text that is all ``/bin/sh`` runs; None where it is not that simple.
        program: the shell word of a program that has to exist for that, if it is to be looked for.
        by_sh: a script of ours starts it, within a login shell too.
        stdin: what it reads.
        strip: strip line ends from the end of its output.
    """

    cmd: str | Sequence[str]
    line: str
    start: str
    text: str | None = None
    program: str | None = None
    by_sh: bool = False
    stdin: bytes | Path | None = None
    strip: bool = False


def start_of(command: UserCommand) -> str:
    """``sh`` that starts it, after `condition`, where no login shell is asked for."""
    look = f"command -v -- {command.program} >/dev/null 2>&1 || not_run missing\n" if command.program else ""
    return f"{look}unset chdir creates removes\n{command.start}\n"


def condition(where: ConditionalArguments, nonce: str) -> str:
    """``sh`` that goes to the folder and looks whether a command has to run; it defines ``not_run WORD``."""
    paths = assignments({"chdir": where.chdir, "creates": where.creates, "removes": where.removes})
    return f"own_words={nonce}\n{paths}{script_text('command')}"


def refusal(
    result: CommandResult,
    nonce: str,
    command: UserCommand,
    where: ConditionalArguments,
    host: str,
    *,
    check_mode: bool,
) -> ModuleResult | None:
    """What the script said instead of running the command; None where the command ran or is to run."""
    said = result.stdout_bytes.rpartition(nonce.encode() + b" ")
    if not said[1]:
        return None
    cmd, line = command.cmd, command.line
    match said[2].strip().decode("ascii", "replace"):
        case "creates":
            return outcome.not_needed(cmd, line, where.creates or "", "exists", check_mode=check_mode)
        case "removes":
            return outcome.not_needed(cmd, line, where.removes or "", "does not exist", check_mode=check_mode)
        case "check_mode":
            return outcome.would_run(cmd, line, judged=True)
        case "chdir":
            msg = f"cannot change to the folder '{where.chdir}': {result.stderr.strip()}"
            return outcome.failed_before(cmd, line, msg, NO_SUCH_COMMAND)
        case "missing":
            msg = f"no such command on {host}: '{cmd[0]}'"
            return outcome.failed_before(cmd, line, msg, NO_SUCH_COMMAND)
        case "folder":
            return outcome.failed_before(cmd, line, f"no temporary folder can be made on {host}", 1)
        case "arrive":
            msg = f"the script cannot be written on {host}: {result.stderr.strip()}"
            return outcome.failed_before(cmd, line, msg, 1)
    return None
