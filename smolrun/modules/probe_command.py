"""``probe_command``: whether a command says and ends as it has to."""

from dataclasses import replace
from typing import Any

from pydantic import Field

from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.probes.watching import Codes, ProbeArguments, Seen, searched, watch
from smolrun.shortening import ending
from smolrun.source.coercions import Pattern, Text
from smolrun.ssh.result import CommandResult


class ProbeCommandArguments(ProbeArguments):
    """See that a command ends and says what it has to. It runs in check mode, too: it must only look.

    Example:
        ```yaml
        - probe_command: nginx -t
        - probe_command:
            cmd: systemctl is-system-running
            stdout: ^(running|degraded)$
            rc: [0, 1]
            within: 60
        ```

    Returns: ``rc``, ``stdout``, ``stderr`` of the last look, ``problems``, ``looks``, ``elapsed``. Never ``changed``.

    The guest needs: ``/bin/sh``, and what the command needs.
    """

    cmd: Text = Field(description="The command, for the guest's /bin/sh")
    rc: Codes = Field([0], description="How it has to end, one of")
    stdout: Pattern | None = Field(None, description="A regular expression that its output has to have")
    stderr: Pattern | None = Field(None, description="A regular expression that its error output has to have")


def run(arguments: ProbeCommandArguments, task: TaskContext) -> ModuleResult:
    last: list[CommandResult] = []

    def look() -> Seen:
        result = task.guest.script(f"{arguments.cmd}\n", stream=True)
        last[:] = [result]
        problems: list[str] = []
        if result.exit_code not in arguments.rc:
            wanted = " or ".join(map(str, arguments.rc))
            said = ending(result.stderr.strip(), 200)
            problems.append(f"it ended with {result.exit_code}, not {wanted}" + (f": {said}" if said else ""))
        problems += searched("its output", arguments.stdout, result.stdout)
        problems += searched("its error output", arguments.stderr, result.stderr)
        return Seen(tuple(problems))

    found = watch(arguments, task, f"command '{arguments.cmd}'", look)
    values: dict[str, Any] = {**found.values, "cmd": arguments.cmd}
    return replace(found, command=last[-1], command_line=arguments.cmd, values=values)


MODULE = Module(
    ProbeCommandArguments, run, collection="smolrun", free_form="cmd", check_mode="always", own_limit=True
)  # fmt: skip
