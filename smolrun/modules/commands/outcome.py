"""What a command of the user's came to, under the names of Ansible's ``command``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from smolrun.modules.base import ModuleResult
from smolrun.ssh.result import CommandResult


def finished(
    result: CommandResult, *, cmd: str | Sequence[str], line: str, began: datetime, strip: bool = False
) -> ModuleResult:
    """The result of a command that ran to its end; always a change, and a failure unless it exited with 0.

    Args:
        cmd: what was asked for, as the registered ``cmd``.
        line: the same as shown to people.
        began: when it was started.
        strip: take line ends from the end of both streams.
    """
    if strip:
        result = replace(
            result,
            stdout_bytes=result.stdout_bytes.rstrip(b"\r\n"),
            stderr_bytes=result.stderr_bytes.rstrip(b"\r\n"),
        )
    return ModuleResult(
        changed=True,
        failed=not result.ok,
        msg="" if result.ok else _why(result),
        command=result,
        command_line=line,
        values=_values(cmd, began, result.duration),
        warnings=(PIPE_HELD,) if result.pipe_held else (),
    )


PIPE_HELD = (
    "a background process kept the command's output open; what it writes later is lost "
    "(start it with its output redirected, e.g. `>/dev/null 2>&1 &`)"
)


def not_needed(cmd: str | Sequence[str], line: str, path: str, state: str, *, check_mode: bool) -> ModuleResult:
    """`path` is in such a `state` that nothing had to run, and all is well."""
    return ModuleResult(
        msg=f"{'Would' if check_mode else 'Did'} not run command since '{path}' {state}",
        command=CommandResult(0, f"skipped, since {path} {state}".encode("utf-8", "surrogateescape")),
        command_line=line,
        values=_values(cmd),
    )


def would_run(cmd: str | Sequence[str], line: str, *, judged: bool) -> ModuleResult:
    """What check mode can say: a change where `creates` or `removes` was asked, otherwise nothing at all."""
    return ModuleResult(
        changed=judged,
        skipped=not judged,
        msg="Command would have run if not in check mode",
        command=CommandResult(0),
        command_line=line,
        values=_values(cmd),
    )


def failed_before(cmd: str | Sequence[str], line: str, msg: str, exit_code: int) -> ModuleResult:
    """The command could not be started."""
    return ModuleResult(
        failed=True,
        msg=msg,
        command=CommandResult(exit_code, stderr_bytes=msg.encode()),
        command_line=line,
        values=_values(cmd),
    )


def _why(result: CommandResult) -> str:
    return f"ended by signal SIG{result.signal}" if result.signal else "non-zero return code"


def _values(cmd: str | Sequence[str], began: datetime | None = None, seconds: float = 0.0) -> dict[str, object]:
    values: dict[str, object] = {"cmd": cmd if isinstance(cmd, str) else list(cmd)}
    if began is not None:
        ended = began + timedelta(seconds=seconds)
        values |= {"start": _moment(began), "end": _moment(ended), "delta": str(timedelta(seconds=seconds))}
    return values


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def now() -> datetime:
    return datetime.now(UTC)
