"""``fail``: end the host's play with a message."""

from typing import Any

from pydantic import Field

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext


class FailArguments(Arguments):
    """Fail, with a message of your own. Mostly written with ``when``.

    Example:
        ```yaml
        - fail:
            msg: "{{ inventory_hostname }} has only {{ ansible_facts.memtotal_mb }} MB of memory"
          when: ansible_facts.memtotal_mb < 512
        ```

    Returns: ``msg``. Always fails.

    The guest needs: nothing; no connection is made.
    """

    msg: Any = Field("Failed as requested from task", description="Why, for people")


def run(arguments: FailArguments, task: TaskContext) -> ModuleResult:
    message = arguments.msg if isinstance(arguments.msg, str) else repr(arguments.msg)
    return ModuleResult(failed=True, msg=message)


MODULE = Module(FailArguments, run, check_mode="always", uses_guest=False, background="never")
