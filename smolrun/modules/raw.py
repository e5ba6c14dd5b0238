"""``raw``: a line that is sent to the guest as it stands."""

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.modules.commands import outcome
from smolrun.modules.commands.quoting import command_line
from smolrun.source.coercions import Text


class RawArguments(Arguments):
    """Send a line to the guest's SSH server byte for byte; the user's login shell interprets it.

    Example:
        ```yaml
        - raw: show version
        - raw: set -o pipefail; dmesg | tail
          args:
            executable: /bin/bash
        ```

    Returns: ``rc``, ``stdout``, ``stderr``, ``stdout_lines``, ``stderr_lines``. Always ``changed``; skipped in check
    mode. ``environment`` has no effect.

    The guest needs: an SSH server.
    """

    cmd: Text = Field(description="The line to send")
    executable: Text | None = Field(
        None, description="A shell to interpret it, by its path: sent as `EXECUTABLE -c LINE`"
    )


def run(arguments: RawArguments, task: TaskContext) -> ModuleResult:
    if not arguments.cmd.strip():
        raise ModuleError("there is no command to run")
    line = command_line([arguments.executable, "-c", arguments.cmd]) if arguments.executable else arguments.cmd
    began = outcome.now()
    result = task.guest.run(line)  # raw is how a session sends what it is not told to wrap
    return outcome.finished(result, cmd=line, line=line, began=began)


MODULE = Module(
    RawArguments,
    run,
    free_form="cmd",
    free_form_options=frozenset({"executable"}),
    check_mode="skip",
    background="never",
)
