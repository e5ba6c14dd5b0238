"""``ping``: is the guest there, and does its shell work?"""

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.source.coercions import Text

CRASH = "crash"


class PingArguments(Arguments):
    """Log in to the guest, run a line of ``sh`` there, and give back what it says.

    Example:
        ```yaml
        - ping:
        - ping:
            data: hello
        ```

    Returns: ``ping``, which is `data`. Never ``changed``.

    The guest needs: ``/bin/sh``.
    """

    data: Text = Field("pong", description="What to answer; `crash` makes the module fail")


def run(arguments: PingArguments, task: TaskContext) -> ModuleResult:
    if arguments.data == CRASH:
        raise ModuleError("crashed, as `data: crash` asked for")
    answer = task.guest.script('printf "%s" "$data"', {"data": arguments.data})
    if not answer.ok or answer.stdout != arguments.data:
        return ModuleResult(failed=True, msg=f"the guest's shell answered {answer.stdout!r}", command=answer)
    return ModuleResult(values={"ping": arguments.data})


MODULE = Module(PingArguments, run, check_mode="always")
