"""``wait_for_connection``: until the guest can be logged in to."""

import time

from pydantic import Field

from smolrun.deadline import Deadline
from smolrun.errors import CommandError, ConnectError, OperationCancelledError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.source.coercions import Number


class WaitForConnectionArguments(Arguments):
    """Wait until the guest lets us log in and runs a command; for machines that are just starting.

    Example:
        ```yaml
        - hosts: new
          gather_facts: false
          tasks:
            - wait_for_connection:
                timeout: 120
            - setup:
        ```

    Returns: ``elapsed``, in whole seconds. Never ``changed``. A rejected key or an unexpected host key is
    final at once.

    The guest needs: an SSH server and ``/bin/sh``, sooner or later.
    """

    timeout: Number = Field(600, description="Seconds to wait at most", gt=0)
    delay: Number = Field(0, description="Seconds to wait before the first attempt", ge=0)
    sleep: Number = Field(1, description="Seconds between two attempts", gt=0)
    connect_timeout: Number | None = Field(
        None, description="Seconds that one attempt may take; else what the connection is configured to", gt=0
    )


def run(arguments: WaitForConnectionArguments, task: TaskContext) -> ModuleResult:
    began = time.monotonic()
    own = Deadline.after(arguments.timeout)
    if arguments.delay:
        task.progress(f"waiting {arguments.delay:g} s before the first attempt")
        task.sleep(arguments.delay)
    task.progress(f"waiting up to {arguments.timeout:g} s for {task.guest.connection.description}")
    problem = _until_it_answers(arguments, task, own)
    elapsed = {"elapsed": int(time.monotonic() - began)}
    if problem is None:
        return ModuleResult(values=elapsed)
    return ModuleResult(failed=True, msg=f"no connection within {arguments.timeout:g} s: {problem}", values=elapsed)


def _until_it_answers(arguments: WaitForConnectionArguments, task: TaskContext, own: Deadline) -> str | None:
    """Try until it works; what the last attempt met where the module's own limit passed.

    Raises:
        OperationTimeoutError: the task's ``timeout`` passed.
    """
    problem = "it was never tried"
    while not own.expired:
        try:
            _attempt(arguments, task, own)
        except OperationCancelledError:
            raise
        except (ConnectError, CommandError) as error:
            problem = error.message
            if task.deadline.expired:
                raise
            task.sleep(own.remaining(arguments.sleep) or 0)
        else:
            return None
    return problem


def _attempt(arguments: WaitForConnectionArguments, task: TaskContext, own: Deadline) -> None:
    limit = own.earliest(task.deadline.remaining(arguments.connect_timeout))
    task.guest.connection.wait_ready(limit, interval=arguments.sleep)
    answer = task.guest.script(":")
    if not answer.ok:
        raise CommandError(f"the guest's shell exits with {answer.exit_code}", stderr=answer.stderr_bytes)


MODULE = Module(
    WaitForConnectionArguments, run, check_mode="skip", uses_guest=False, own_limit=True, background="never"
)
