"""Runs a command of the user's, once it is known that it has to run and where."""

import secrets

from smolrun.errors import ModuleError
from smolrun.modules.base import ModuleResult, TaskContext
from smolrun.modules.commands import outcome
from smolrun.modules.commands.arguments import ConditionalArguments
from smolrun.modules.commands.quoting import expanding, quoted
from smolrun.modules.commands.user_command import UserCommand, condition, refusal, start_of
from smolrun.ssh.result import ShellMode


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
    if task.background is not None and not task.check_mode:
        from smolrun.modules.commands import job

        return job.run(command, where, task, mode, task.background)
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
    alone = not (where.chdir or _judges(where) or command.program)
    if alone:
        text = f"{command.start}\n"  # by itself: up to half a millisecond less of quoting here and reading there
    else:
        text = condition(where, nonce) + ("not_run check_mode\n" if task.check_mode else start_of(command))
    began = outcome.now()
    if mode == "login":
        line = f"exec /bin/sh -c {quoted(text)}"
        result = task.guest.run(line, shell="login", stdin=command.stdin)  # noqa: S604  the guest's shell, not ours
    elif alone and command.text is not None:
        result = task.guest.script(command.text, stdin=command.stdin, stream=True, program=True)
    else:
        result = task.guest.script(text, stdin=command.stdin, stream=True)
    refused = refusal(result, nonce, command, where, task.host, check_mode=task.check_mode)
    if refused is not None:
        return refused
    return outcome.finished(result, cmd=command.cmd, line=command.line, began=began, strip=command.strip)


def _by_shell_of_user(
    command: UserCommand, where: ConditionalArguments, task: TaskContext, mode: ShellMode
) -> ModuleResult:
    """The condition by a script of ours, then the command by the shell of the user."""
    if _judges(where):
        nonce = secrets.token_hex(16)
        judged = task.guest.script(f"{condition(where, nonce)}not_run {'check_mode' if task.check_mode else 'run'}\n")
        refused = refusal(judged, nonce, command, where, task.host, check_mode=task.check_mode)
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
