"""``shell``: a text that ``/bin/sh`` on the guest interprets."""

from pydantic import Field

from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.commands.arguments import FREE_FORM_OPTIONS, StdinArguments
from smolrun.modules.commands.conditional import execute
from smolrun.modules.commands.quoting import command_line, expanding, quoted
from smolrun.modules.commands.user_command import UserCommand
from smolrun.source.coercions import Text


class ShellArguments(StdinArguments):
    """Run a text through ``/bin/sh -c`` on the guest, with no profile sourced (``mode: login`` asks for one).

    Example:
        ```yaml
        - shell: grep -c processor /proc/cpuinfo | tee cores
          args:
            chdir: /var/lib/tool
            creates: cores
        - shell:
            cmd: set -o pipefail; make | tee log
            executable: /bin/bash
        ```

    Returns: ``rc``, ``stdout``, ``stderr``, ``stdout_lines``, ``stderr_lines``, ``cmd``, ``start``, ``end``, ``delta``.
    Always ``changed``; skipped in check mode unless `creates` or `removes` decide.

    The guest needs: ``/bin/sh``, or the `executable` that is named.
    """

    cmd: Text = Field(description="The text to interpret")
    executable: Text | None = Field(None, description="The shell that interprets it, by its path; else `/bin/sh`")


def run(arguments: ShellArguments, task: TaskContext) -> ModuleResult:
    text = arguments.cmd
    shell = expanding(arguments.executable) if arguments.executable else "/bin/sh"
    line = command_line([arguments.executable, "-c", text]) if arguments.executable else text
    command = UserCommand(
        cmd=text,
        line=line,
        start=f"exec {shell} -c {quoted(text)}",
        text=None if arguments.executable else text,
        program=shell if arguments.executable else None,
        stdin=arguments.stdin_bytes,
        strip=arguments.strip_empty_ends,
    )
    return execute(command, arguments, task, task.mode)


MODULE = Module(
    ShellArguments, run, free_form="cmd", free_form_options=FREE_FORM_OPTIONS, takes_mode=True, background="guest"
)
