"""``reboot``: start the guest anew, and wait until it is back."""

import time

from pydantic import AliasChoices, Field

from smolrun.deadline import Deadline
from smolrun.errors import (
    CommandError,
    ConnectError,
    ModuleError,
    NotRunError,
    OperationCancelledError,
)
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import quoted
from smolrun.modules.guest import script_text
from smolrun.source.coercions import Integer, Number, Text, TextList

BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
PAUSE = 1.0  # seconds between two looks whether it is back
ATTEMPT = 10.0  # seconds that one look may take: a guest that is going down may hang

GO = """
for folder in $folders; do PATH=$PATH:$folder; done
if has shutdown; then
	set -- shutdown -r now "$message"
elif has systemctl; then
	set -- systemctl reboot
else
	need reboot
	set -- reboot
fi
"""


class RebootArguments(Arguments):
    """Start the guest anew, wait until it is back, and until a command works on it.

    Example:
        ```yaml
        - reboot:
            reboot_timeout: 300
          when: new_kernel is changed
        ```

    Returns: ``rebooted``, ``elapsed`` in whole seconds.

    The guest needs: `systemctl`, `shutdown` or `reboot`; and an SSH server that starts with it.
    """

    reboot_timeout: Integer = Field(600, description="Seconds to wait until it is back", gt=0)
    pre_reboot_delay: Number = Field(0, description="Seconds to wait before", ge=0)
    post_reboot_delay: Number = Field(0, description="Seconds to wait after, before it is looked at", ge=0)
    connect_timeout: Number | None = Field(
        None,
        validation_alias=AliasChoices("connect_timeout", "connect_timeout_sec"),
        description="Seconds that one look may take",
        gt=0,
    )
    test_command: Text = Field("whoami", description="It is back when this works")
    msg: Text = Field("Reboot initiated by smolrun", description="What users who are logged in are told")
    search_paths: TextList = Field(
        default_factory=lambda: ["/sbin", "/bin", "/usr/sbin", "/usr/bin", "/usr/local/sbin"],
        description="Where the command is looked for",
    )
    boot_time_command: Text = Field(BOOT_ID, description="What it prints is another after each start")
    reboot_command: Text | None = Field(None, description="The command, instead of the guest's own")


def run(arguments: RebootArguments, task: TaskContext) -> ModuleResult:
    if task.guest.connection.description == "this machine":
        raise ModuleError("this machine is not started anew by itself: the run would end with it")
    before = _boot(arguments, task)
    if before is None:
        raise ModuleError(f"`{arguments.boot_time_command}` fails on {task.host}, so its start could not be noticed")
    if task.check_mode:
        return ModuleResult(changed=True, values={"rebooted": True, "elapsed": 0})
    began = time.monotonic()
    if arguments.pre_reboot_delay:
        task.sleep(arguments.pre_reboot_delay)
    _go(arguments, task)
    limit = Deadline.after(arguments.reboot_timeout)
    task.progress(f"waiting up to {arguments.reboot_timeout} s for {task.host} to be back")
    if arguments.post_reboot_delay:
        task.sleep(arguments.post_reboot_delay)
    problem = _until_back(arguments, task, before, limit)
    values = {"rebooted": problem is None, "elapsed": int(time.monotonic() - began)}
    if problem is None:
        return ModuleResult(changed=True, values=values)
    return ModuleResult(failed=True, changed=True, msg=f"{task.host} did not come back: {problem}", values=values)


def _boot(arguments: RebootArguments, task: TaskContext) -> str | None:
    result = task.guest.script(arguments.boot_time_command)
    return result.output if result.ok and result.output else None


def _go(arguments: RebootArguments, task: TaskContext) -> None:
    """Give the order; it comes a moment later, so that the guest can still answer."""
    if arguments.reboot_command is not None:
        order = f"set -- sh -c {quoted(arguments.reboot_command)}"
        check = ""
    else:
        check = f"folders={quoted(' '.join(arguments.search_paths))} message={quoted(arguments.msg)}\n"
        order = GO
    text = f'{script_text("system")}\n{check}{order}\n(sleep 1; "$@") </dev/null >/dev/null 2>&1 &\n'
    try:
        result = task.guest.script(text)
    except NotRunError:
        raise
    except OperationCancelledError:
        raise
    except CommandError:
        return  # it went down while it answered
    if result.exit_code == 127:
        raise ModuleError(f"neither `shutdown` nor `reboot` is installed on {task.host}")


def _until_back(arguments: RebootArguments, task: TaskContext, before: str, limit: Deadline) -> str | None:
    """None once it is; else what the last look met."""
    problem, looked = "it was never looked at", False
    while not limit.expired:
        try:
            problem, looked = _look(arguments, task, before, limit), True
        except OperationCancelledError:
            raise
        except (ConnectError, CommandError) as error:
            if not (looked and limit.expired):  # a look that had no time left says nothing new
                problem = error.message
            task.guest.connection.reset()
        if not problem:
            return None
        if task.deadline.expired:
            break
        task.sleep(limit.remaining(PAUSE) or 0)
    return problem


def _look(arguments: RebootArguments, task: TaskContext, before: str, limit: Deadline) -> str:
    patience = limit.earliest(task.deadline.remaining(arguments.connect_timeout or ATTEMPT))
    task.guest.connection.wait_ready(patience, interval=PAUSE)
    now = _boot(arguments, task)
    if now is None:
        return f"`{arguments.boot_time_command}` fails"
    if now == before:
        return "it is still running from before"
    result = task.guest.script(arguments.test_command)
    return "" if result.ok else f"`{arguments.test_command}` exits with {result.exit_code}: {result.stderr.strip()}"


MODULE = Module(RebootArguments, run, own_limit=True, background="never")
