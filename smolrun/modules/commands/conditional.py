"""Runs a command of the user's, once it is known that it has to run and where."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smolrun.errors import ModuleError
from smolrun.modules.base import ModuleResult, TaskContext
from smolrun.modules.commands import outcome
from smolrun.modules.commands.arguments import ConditionalArguments
from smolrun.modules.commands.quoting import assignments, expanding, quoted
from smolrun.modules.guest import script_text
from smolrun.ssh.result import CommandResult, ShellMode

NO_SUCH_COMMAND = 2
"""``ENOENT``, which Ansible's ``command`` gives as ``rc`` where there is no such program."""


@dataclass(frozen=True, slots=True)
class UserCommand:
    """A command as the user asked for it.

    Attributes:
        cmd: the text, or its words, as registered.
        line: a command line for a shell: what people are shown, and what `mode` login or raw sends.
        start: the line of POSIX ``sh`` that starts it where no mode is asked for.
        program: the shell word of a program that has to exist for that, if it is to be looked for.
        by_sh: a script of ours starts it, within a login shell too.
        stdin: what it reads.
        strip: strip line ends from the end of its output.
    """

    cmd: str | Sequence[str]
    line: str
    start: str
    program: str | None = None
    by_sh: bool = False
    stdin: bytes | Path | None = None
    strip: bool = False


def execute(
    command: UserCommand, where: ConditionalArguments, task: TaskContext, mode: ShellMode | None
) -> ModuleResult:
    """Run it as `mode` says: through a login shell, raw, or (None) through ``/bin/sh`` with no profile.

    Raises:
        ModuleError: the command is blank, or `mode` and `where` exclude each other.
    """
    if not command.line.strip():
        raise ModuleError("there is no command to run", hint="write it after the module's name, or as `cmd`")
    if "\0" in command.line:
        raise ModuleError("a command cannot hold a NUL character")
    if task.check_mode and not _judges(where):
        return outcome.would_run(command.cmd, command.line, judged=False)
    if mode is None or command.by_sh:
        return _by_sh(command, where, task, mode)
    if mode == "raw" and where.chdir:
        raise ModuleError(
            "`chdir` cannot be used with `mode: raw`, which sends the line as it stands",
            hint="write `cd FOLDER && COMMAND`, or use `mode: login`",
        )
    return _by_shell_of_user(command, where, task, mode)


def _judges(where: ConditionalArguments) -> bool:
    return bool(where.creates or where.removes)


def _by_sh(
    command: UserCommand, where: ConditionalArguments, task: TaskContext, mode: ShellMode | None
) -> ModuleResult:
    """Condition, folder and command in one round trip."""
    nonce = secrets.token_hex(16)
    if where.chdir or _judges(where) or command.program:
        text = _condition(where, nonce) + ("not_run check_mode\n" if task.check_mode else _start(command))
    else:
        text = f"{command.start}\n"  # by itself: up to half a millisecond less of quoting here and reading there
    began = outcome.now()
    if mode == "login":
        line = f"exec /bin/sh -c {quoted(text)}"
        result = task.guest.run(line, shell="login", stdin=command.stdin)  # noqa: S604  the guest's shell, not ours
    else:
        result = task.guest.script(text, stdin=command.stdin, stream=True)
    refused = _refusal(result, nonce, command, where, task)
    if refused is not None:
        return refused
    return outcome.finished(result, cmd=command.cmd, line=command.line, began=began, strip=command.strip)


def _start(command: UserCommand) -> str:
    look = f"command -v -- {command.program} >/dev/null 2>&1 || not_run missing\n" if command.program else ""
    return f"{look}unset chdir creates removes\n{command.start}\n"


def _by_shell_of_user(
    command: UserCommand, where: ConditionalArguments, task: TaskContext, mode: ShellMode
) -> ModuleResult:
    """The condition by a script of ours, then the command by the shell of the user."""
    if _judges(where):
        nonce = secrets.token_hex(16)
        judged = task.guest.script(f"{_condition(where, nonce)}not_run {'check_mode' if task.check_mode else 'run'}\n")
        refused = _refusal(judged, nonce, command, where, task)
        if refused is not None:
            return refused
    line = command.line
    if where.chdir:
        line = f"CDPATH= cd {expanding(_folder(where.chdir))} || exit\n{line}"
    began = outcome.now()
    result = task.guest.run(line, shell=mode, stdin=command.stdin)
    return outcome.finished(result, cmd=command.cmd, line=command.line, began=began, strip=command.strip)


def _folder(chdir: str) -> str:
    return chdir if chdir.startswith(("/", "~", "$")) else f"./{chdir}"


def _condition(where: ConditionalArguments, nonce: str) -> str:
    paths = assignments({"chdir": where.chdir, "creates": where.creates, "removes": where.removes})
    return f"own_words={nonce}\n{paths}{script_text('command')}"


def _refusal(
    result: CommandResult, nonce: str, command: UserCommand, where: ConditionalArguments, task: TaskContext
) -> ModuleResult | None:
    """What the script said instead of running the command; None where the command ran or is to run."""
    said = result.stdout_bytes.rpartition(nonce.encode() + b" ")
    if not said[1]:
        return None
    cmd, line = command.cmd, command.line
    match said[2].strip().decode("ascii", "replace"):
        case "creates":
            return outcome.not_needed(cmd, line, where.creates or "", "exists", check_mode=task.check_mode)
        case "removes":
            return outcome.not_needed(cmd, line, where.removes or "", "does not exist", check_mode=task.check_mode)
        case "check_mode":
            return outcome.would_run(cmd, line, judged=True)
        case "chdir":
            msg = f"cannot change to the folder '{where.chdir}': {result.stderr.strip()}"
            return outcome.failed_before(cmd, line, msg, NO_SUCH_COMMAND)
        case "missing":
            msg = f"no such command on {task.host}: '{cmd[0]}'"
            return outcome.failed_before(cmd, line, msg, NO_SUCH_COMMAND)
        case "folder":
            return outcome.failed_before(cmd, line, f"no temporary folder can be made on {task.host}", 1)
        case "arrive":
            msg = f"the script cannot be written on {task.host}: {result.stderr.strip()}"
            return outcome.failed_before(cmd, line, msg, 1)
    return None
