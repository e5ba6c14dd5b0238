"""A user's command that goes on by itself on the guest (``async``): its start, and waiting for its end.

It survives the connection, and nothing but ``sh`` keeps it: a watcher in a session of its own ends it when its time is
over and writes down how it ended, in a folder that only its user can enter.
"""

import json
import secrets
from dataclasses import replace
from pathlib import Path

from smolrun.deadline import Deadline
from smolrun.errors import ConnectError, ConnectionLostError, ModuleError
from smolrun.modules.base import Background, ModuleResult, TaskContext, job_values
from smolrun.modules.commands import outcome
from smolrun.modules.commands.arguments import ConditionalArguments
from smolrun.modules.commands.job_report import JobReport, erase, folder_of, look
from smolrun.modules.commands.quoting import expanding, quoted
from smolrun.modules.commands.user_command import UserCommand, condition, start_of
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.guest import script_text
from smolrun.ssh.result import ShellMode
from smolrun.ssh.wrap import evaluating, exported, guest_script, login_script

PATIENCE = 60.0
"""Seconds that one question about a job may take on a guest that is slow to answer."""

GRACE = 10.0
"""Seconds after its time that are waited for the guest's own word on how a job ended: it kills after one second."""


def run(
    command: UserCommand,
    where: ConditionalArguments,
    task: TaskContext,
    mode: ShellMode | None,
    background: Background,
) -> ModuleResult:
    """Start it; wait for its end where `background` says so.

    Raises:
        ModuleError: it cannot be started.
    """
    if mode == "raw":
        raise ModuleError(
            "`async` cannot go with `mode: raw`, which sends the line as it stands", hint="use `mode: login`"
        )
    path = _start(command, where, _asking(task) if background.poll else task, mode, background)
    jid = path.rpartition("/")[2]
    if background.poll:
        return _follow(jid, task, background)
    values = job_values(jid, path, finished=False)
    return ModuleResult(changed=True, values=values, command_line=command.line)


def _start(
    command: UserCommand,
    where: ConditionalArguments,
    task: TaskContext,
    mode: ShellMode | None,
    background: Background,
) -> str:
    """The folder of the job."""
    nonce = secrets.token_hex(16)
    description = {
        "nonce": nonce,
        "cmd": command.cmd,
        "line": command.line,
        "strip": command.strip,
        "limit": background.limit,
        "began": outcome.now().timestamp(),
        **{name: getattr(where, name) for name in ("chdir", "creates", "removes")},
    }
    begin = start_of(command)
    if mode == "login":
        line = f"exec /bin/sh -c {quoted(begin)}" if command.by_sh else command.line
        begin = _by_login_shell(line, task)
    size = None if command.stdin is None else _size(command.stdin)
    variables = {
        "number": str(secrets.randbelow(10**12)),
        "limit": str(background.limit),
        "mark": secrets.token_hex(8),
        "size": "" if size is None else str(size),
        "description": json.dumps(description),
        "command": condition(where, nonce) + begin,
        "watcher": script_text("job_watch"),
        "limiter": f'{script_text("job_limit")}(\n{guest_script("kill.sh")})\nkill -KILL "-$command"\n',
        "exports": exported(task.guest.environment) if mode == "login" else "",
    }
    text = f"jobs={expanding(folder_of(task))}\n{script_text('job_start')}"
    result = task.guest.script(text, secrets=variables, stdin=command.stdin)
    path = RawFacts.parse(result.stdout_bytes).text("path")
    if not result.ok or not path:
        said = result.stderr.strip() or f"exit code {result.exit_code}"
        raise ModuleError(f"the job cannot be started on {task.host}: {said}")
    return path


def _size(stdin: bytes | Path) -> int:
    return len(stdin) if isinstance(stdin, bytes) else stdin.stat().st_size


def _by_login_shell(line: str, task: TaskContext) -> str:
    """``sh`` that has the line evaluated by the login shell, in the folder where it is and in the environment."""
    again = 'cd "$SMOLRUN_FOLDER"; unset SMOLRUN_FOLDER; eval "$SMOLRUN_EXPORTS"; unset SMOLRUN_EXPORTS; '
    script = login_script(again + evaluating(line), become=task.guest.become is not None)
    return f"SMOLRUN_FOLDER=$PWD\nexport SMOLRUN_FOLDER\n{script}"


# --- waiting ---------------------------------------------------------------------------------------


def _follow(jid: str, task: TaskContext, background: Background) -> ModuleResult:
    """The end of a job."""
    over = Deadline.after(background.limit + GRACE)
    while True:
        report = _patiently(jid, task, background, over)
        if report.state != "running":
            erase(_asking(task), jid)
            return report.result(f"async task did not complete within the requested time - {background.limit}s")
        if over.expired:
            msg = f"the job {jid} did not end within {background.limit} s, nor was it ended"
            return ModuleResult(failed=True, msg=msg, values={**report.values, "timed_out": True, "unverified": True})
        task.progress(f"the job {jid} is running, for at most {background.limit} s")


def _patiently(jid: str, task: TaskContext, background: Background, over: Deadline) -> JobReport:
    """How it is doing, asked again while there is no connection: the job goes on without one."""
    while True:
        try:
            return look(_asking(task), jid, patience=over.remaining(background.poll) or 0.0)
        except (ConnectionLostError, ConnectError) as error:
            if over.expired:
                raise
            task.progress(f"the job {jid} goes on without a connection: {error.message}")
            task.sleep(min(1.0, over.remaining(1.0) or 0.0))


def _asking(task: TaskContext) -> TaskContext:
    """The task with the time for one question."""
    deadline = Deadline.after(PATIENCE + (task.background.poll if task.background else 0.0))
    return replace(task, guest=replace(task.guest, deadline=deadline), deadline=deadline)
