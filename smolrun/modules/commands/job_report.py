"""How a job on a guest is doing, and what it came to."""

import json
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import Any

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import ModuleResult, TaskContext, job_values
from smolrun.modules.commands import outcome
from smolrun.modules.commands.arguments import ConditionalArguments
from smolrun.modules.commands.quoting import expanding
from smolrun.modules.commands.user_command import UserCommand, refusal
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.guest import script_text
from smolrun.ssh.result import CommandResult

DEFAULT_FOLDER = "~/.smolrun_async"
"""On the guest; the variable ``ansible_async_dir`` names another one, as in Ansible."""

FINISHED = b"state=finished\0"
"""What comes after it is what the job wrote."""

NOTHING_LEFT = "smolrun-left:"
"""What kill.sh ends with, and after it the processes that have survived."""


@dataclass(frozen=True)
class JobReport:
    """What a guest tells of a job.

    Attributes:
        jid: of the job.
        host: that it is on, as people call it.
        facts: what job_look.sh tells.
        output: what the job wrote; how it ended is among the facts.
    """

    jid: str
    host: str
    facts: RawFacts
    output: CommandResult = field(default_factory=lambda: CommandResult(0))

    @property
    def state(self) -> str:
        return self.facts.text("state")

    @property
    def values(self) -> dict[str, Any]:
        return job_values(self.jid, self.facts.text("path"), finished=self.state not in ("running", "erased"))

    def result(self, late: str = "Timeout exceeded") -> ModuleResult:
        """The result of its module, or of asking for it too early or too late.

        Args:
            late: what is said of one whose time was over.
        """
        if self.state == "finished":
            result = self._late(late) if self.facts.text("late") else self._finished()
            return replace(result, values={**result.values, **self.values})
        empty = {"stdout": "", "stderr": "", "stdout_lines": [], "stderr_lines": []}
        if self.state == "missing":
            return ModuleResult(failed=True, msg="could not find job", values={**self.values, **empty})
        if self.state == "lost":
            msg = (
                f"the job is lost: it is not running on {self.host} any more, and has left no word of how it ended "
                "(was the guest restarted?)"
            )
            return ModuleResult(failed=True, msg=msg, values={**self.values, **empty, "lost": True})
        return ModuleResult(values={**self.values, **empty})

    def _finished(self) -> ModuleResult:
        described = self._described()
        command = UserCommand(cmd=described["cmd"], line=described["line"], start="")
        where = ConditionalArguments(**{name: described[name] for name in ("chdir", "creates", "removes")})
        code, began, ended = self._end()
        done = replace(self.output, exit_code=code, duration=max(0.0, ended - began))
        refused = refusal(done, described["nonce"], command, where, self.host, check_mode=False)
        if refused is not None:
            return refused
        moment = datetime.fromtimestamp(described["began"], UTC)
        return outcome.finished(done, cmd=command.cmd, line=command.line, began=moment, strip=described["strip"])

    def _late(self, msg: str) -> ModuleResult:
        described = self._described()
        code, began, ended = self._end()
        survivors = self.facts.text("killed").rpartition(NOTHING_LEFT)
        unverified = not survivors[1] or bool(survivors[2].split())
        cmd, line = described["cmd"], described["line"]
        return ModuleResult(
            failed=True,
            msg=f"{msg}; " + ("some of its processes may be left (unverified)" if unverified else "it was killed"),
            command=replace(self.output, exit_code=code, duration=max(0.0, ended - began)),
            command_line=line,
            values={"cmd": cmd, "timed_out": True, "killed": not unverified, "unverified": unverified},
        )

    def _described(self) -> dict[str, Any]:
        try:
            return {"chdir": None, "creates": None, "removes": None, **json.loads(self.facts.text("description"))}
        except (ValueError, TypeError) as error:
            raise ModuleError(f"what is kept of the job {self.jid} on {self.host} cannot be read: {error}") from error

    def _end(self) -> tuple[int, float, float]:
        """Exit code, begin and end in seconds of the guest's clock."""
        code, began, ended = (*self.facts.text("end").split(), "", "", "")[:3]
        try:
            return int(code), float(began or 0), float(ended or 0)
        except ValueError as error:
            raise ModuleError(f"the end of the job {self.jid} on {self.host} cannot be read: {error}") from error


def folder_of(task: TaskContext) -> str:
    """The guest's folder for what is kept of jobs."""
    said = task.templar.render(task.variables.get("ansible_async_dir"), task.variables)
    return str(said) if said else DEFAULT_FOLDER


def look(task: TaskContext, jid: str, *, patience: float = 0.0) -> JobReport:
    """Ask the guest.

    Args:
        patience: seconds that the guest waits for the job's end before it answers.

    Raises:
        ModuleError: the guest cannot tell.
    """
    return _ask(task, jid, patience, erase="")


def erase(task: TaskContext, jid: str) -> JobReport:
    """Remove what is kept of a job. It goes on, if it is still running."""
    return _ask(task, jid, 0.0, erase="yes")


def _ask(task: TaskContext, jid: str, patience: float, *, erase: str) -> JobReport:
    if not jid or "/" in jid or jid in (".", ".."):
        raise ModuleError(f"{jid!r} is no job: it has to be the `ansible_job_id` of a result")
    text = f"jobs={expanding(folder_of(task))}\n{script_text('job_look')}"
    result = task.guest.script(text, {"jid": jid, "patience": str(round(patience * 10)), "erase": erase})
    head, finished, output = result.stdout_bytes.partition(FINISHED)
    facts = RawFacts.parse(head + finished)
    if not facts.text("state"):
        said = result.stderr.strip() or f"exit code {result.exit_code}"
        raise ModuleError(f"{task.host} cannot tell how the job {jid} is doing: {said}")
    return JobReport(jid, task.host, facts, replace(result, exit_code=0, stdout_bytes=output))
