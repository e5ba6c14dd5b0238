"""A module's own ``sh`` on a guest: what it tells, and what went wrong."""

from collections.abc import Iterable, Mapping, Sequence

from smolrun.connection.script import assignments
from smolrun.errors import ModuleError
from smolrun.modules.base import TaskContext
from smolrun.modules.commands.quoting import command_line
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.guest import script_text
from smolrun.ssh.result import CommandResult


def ask(
    task: TaskContext,
    *scripts: str,
    arguments: Mapping[str, str] | None = None,
    setup: str = "",
    secrets: Mapping[str, str] | None = None,
    reads: bool = False,
) -> RawFacts:
    """Run scripts of ours, after ``system.sh``, that tell facts.

    Args:
        scripts: names of files in ``modules/guest``.
        arguments: shell variables that are set before them.
        setup: further lines of ``sh`` before them.
        secrets: shell variables that travel over stdin.
        reads: they change nothing, so that other readings may be answered with them; `setup` is always the same.

    Raises:
        ModuleError: a tool is missing, or the script failed; with what it said.
    """
    text = f"{script_text('system')}\n{setup}\n{script_text(*scripts)}"
    if reads and not secrets:
        result = task.guest.read(assignments(arguments or {}), text)
    else:
        result = task.guest.script(text, arguments, secrets=secrets)
    _refuse_missing(task, result)
    if not result.ok:
        raise ModuleError(f"the state of {task.host} cannot be read: {said(result)}")
    return RawFacts.parse(result.stdout_bytes)


TELL_READ_ONLY = """
trap '[ "$?" = 0 ] || [ "$(id -u)" != 0 ] || [ -w {folder} ] || echo "{folder}: Read-only file system" >&2' EXIT
"""


def perform(
    task: TaskContext,
    commands: Iterable[Sequence[str]] = (),
    *,
    text: str = "",
    needs: Sequence[str] = (),
    arguments: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    about: str = "",
    writes: str = "",
) -> CommandResult:
    """Change the guest in one round trip: the commands one after another, until one fails; then the `text`.

    Args:
        commands: each a list of words.
        text: lines of ``sh``.
        needs: further tools that have to be there before anything is done.
        about: what is being done, for the message of a failure.
        writes: the folder that the commands write to, where they do not say that it is read-only.

    Raises:
        ModuleError: a tool is missing, or a command failed; with what it said.
    """
    lines = [list(words) for words in commands]
    tools = [*needs, *dict.fromkeys(words[0] for words in lines)]
    body = "".join(f"{command_line(words)} </dev/null || exit\n" for words in lines)
    if writes:
        body = TELL_READ_ONLY.format(folder=writes) + body
    need = f"need {command_line(tools)}\n" if tools else ""
    result = task.guest.script(f"{script_text('system')}\n{need}{body}{text}", arguments, secrets=secrets)
    _refuse_missing(task, result)
    if not result.ok:
        raise ModuleError(f"{about or 'the change'} failed on {task.host}: {said(result)}")
    return result


def missing(task: TaskContext, tool: str) -> ModuleError:
    """That a tool is not there, by its name."""
    return ModuleError(f"`{tool}` is not installed on {task.host}")


def said(result: CommandResult) -> str:
    """What a command that failed had to say."""
    return result.stderr.strip() or result.output or f"exit code {result.exit_code}"


def _refuse_missing(task: TaskContext, result: CommandResult) -> None:
    if result.exit_code == 127 and b"missing=" in result.stdout_bytes:
        raise missing(task, RawFacts.parse(result.stdout_bytes).text("missing"))
