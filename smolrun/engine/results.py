"""What a task came to, as the dictionary that ``register`` keeps: the client's names and Ansible's."""

from collections.abc import Mapping
from typing import Any

from smolrun.engine.events import TaskStatus
from smolrun.engine.variables.store import as_data
from smolrun.errors import (
    CommandError,
    ConnectionLostError,
    NotRunError,
    OperationCancelledError,
    OperationTimeoutError,
    SmolVMError,
)
from smolrun.modules.base import Diff, ModuleResult
from smolrun.playbook.models import Condition
from smolrun.ssh.result import CommandResult

Result = dict[str, Any]

LARGE = 1024 * 1024
"""Characters of output."""


def from_module(result: ModuleResult, *, own_word: bool, kept: bool = True) -> Result:
    """The result of a module that ran to its end.

    Args:
        own_word: it is a module that Ansible does not have. Its result says ``skipped`` in any case; that of Ansible's
            modules only where it is true, since playbooks ask ``x.skipped is defined``.
        kept: somebody registers it. Of large output that nobody does, the single lines are left out: they take
            many times the memory of the text.
    """
    values: Result = {"changed": result.changed, "failed": result.failed}
    if result.skipped or own_word:
        values["skipped"] = result.skipped
    if result.command is not None:
        values |= of_command(result.command)
        if not kept and len(values["stdout"]) + len(values["stderr"]) > LARGE:
            del values["stdout_lines"], values["stderr_lines"]
    if result.command_line is not None:
        values["cmd"] = str(result.command_line)
    if result.msg:
        values["msg"] = str(result.msg)
    values |= as_data(result.values)
    if result.diffs:
        values["diff"] = [diff_values(diff) for diff in result.diffs]
    if result.warnings:
        values["warnings"] = [str(warning) for warning in result.warnings]
    return values


def of_command(command: CommandResult) -> Result:
    """The names that a command's end has in a registered result."""
    values = {"rc": command.exit_code, "exit_code": command.exit_code, **of_streams(command.stdout, command.stderr)}
    if command.signal:
        values["signal"] = command.signal
    if command.truncated:
        values["truncated"] = True
    return values


def of_streams(stdout: str, stderr: str) -> Result:
    return {
        "stdout": stdout,
        "stderr": stderr,
        "output": stdout.strip(),
        "stdout_lines": stdout.splitlines(),
        "stderr_lines": stderr.splitlines(),
    }


def diff_values(diff: Diff) -> dict[str, str]:
    names = ("before", "after", "before_header", "after_header")
    return {name: str(value) for name in names if (value := getattr(diff, name)) or name in ("before", "after")}


def skipped_by(condition: Condition | None) -> Result:
    """The result of a task whose ``when`` did not hold."""
    return {
        "changed": False,
        "skipped": True,
        "skip_reason": "Conditional result was False",
        "false_condition": as_data(condition),
    }


def no_items() -> Result:
    return {
        "changed": False,
        "skipped": True,
        "skipped_reason": "No items in the list",
        "skip_reason": "No items in the list",
        "results": [],
    }


def from_error(error: SmolVMError) -> Result:
    """The result of an execution that ended in an error: unreachable, timed out, or just failed.

    As in Ansible, an unreachable one is not ``failed``: ``is unreachable`` asks about it, ``is failed`` does not.
    """
    values: Result = {"changed": False, "failed": True, "msg": error.message}
    if error.location is not None:
        values["exception"] = f"{error.location}: {error.message}"  # Ansible's name; there it is a Python traceback
    if isinstance(error, CommandError):
        values |= of_streams(error.stdout, error.stderr)
    if isinstance(error, OperationCancelledError):
        values |= {"interrupted": True, "killed": error.killed, "unverified": error.unverified}
    elif isinstance(error, OperationTimeoutError):
        # `timedout` is what Ansible calls it.
        values |= {"timed_out": True, "killed": error.killed, "unverified": error.unverified}
        values["timedout"] = {"period": error.timeout}
    if isinstance(error, NotRunError | ConnectionLostError):
        values |= {"failed": False, "unreachable": True}
        values["lost"] = isinstance(error, ConnectionLostError)
    return values


def complete(result: Result, duration: float) -> Result:
    """Fills in what every registered result has, once nothing can change its outcome any more."""
    result.setdefault("changed", False)
    result.setdefault("failed", False)
    result.setdefault("timed_out", False)
    result["duration"] = round(duration, 6)
    well = not (result["failed"] or result.get("skipped") or result.get("unreachable"))
    result["ok"] = bool(well and result.get("rc", 0) in (0, None))
    return result


def status_of(result: Mapping[str, Any]) -> TaskStatus:
    """Which of the states a result stands for."""
    if result.get("unreachable"):
        return "lost" if result.get("lost") else "unreachable"
    if result.get("failed"):
        return "timed_out" if result.get("timed_out") else "failed"
    if result.get("skipped"):
        return "skipped"
    return "changed" if result.get("changed") else "ok"


def of_items(results: list[Result]) -> Result:
    """The result of a loop, from those of its items."""
    failed = any(item.get("failed") for item in results)
    skipped = all(item.get("skipped") for item in results)
    completed = "All items skipped" if skipped else "All items completed"
    combined: Result = {
        "changed": any(item.get("changed") for item in results),
        "failed": failed,
        "skipped": skipped,
        "msg": "One or more items failed" if failed else completed,
        "results": results,
    }
    if any(item.get("timed_out") for item in results):
        combined["timed_out"] = True
    if any(item.get("unreachable") for item in results):
        combined |= {"unreachable": True, "lost": any(item.get("lost") for item in results)}
    return combined
