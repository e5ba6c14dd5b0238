"""``async_status``: how a task that was started with ``async`` is doing."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, job_values
from smolrun.modules.commands.job_report import erase, look
from smolrun.source.coercions import Text


class AsyncStatusArguments(Arguments):
    """Ask how a task is doing that was started with `async: SECONDS` and `poll: 0`, and for its result.

    As the same user (`become`) on the same host as that task. What is kept of a job stays on the guest until it is
    cleaned up.

    Example:
        ```yaml
        - command: /usr/local/bin/long-job
          async: 3600
          poll: 0
          register: job
        - async_status:
            jid: "{{ job.ansible_job_id }}"
          register: result
          until: result is finished
          retries: 100
          delay: 10
        - async_status:
            jid: "{{ job.ansible_job_id }}"
            mode: cleanup
        ```

    Returns: ``ansible_job_id``, ``started``, ``finished``, ``results_file``; of a job that has finished also the result
    of its module. A job that is not running any more and has left no result is ``lost``, and fails. With
    ``mode: cleanup``: ``erased``.

    The guest needs: ``/bin/sh`` and the tools of POSIX.
    """

    jid: Text = Field(description="The job: `ansible_job_id` of the result of the task that started it")
    mode: Literal["status", "cleanup"] = Field(
        "status", description="`cleanup`: remove what is kept of the job, and do not wait for it"
    )


def run(arguments: AsyncStatusArguments, task: TaskContext) -> ModuleResult:
    jid = arguments.jid.strip()
    if task.jobs is not None and task.jobs.known(jid):
        return _here(arguments, jid, task)
    if arguments.mode == "status":
        return look(task, jid).result()
    report = erase(task, jid)
    return report.result() if report.state == "missing" else _erased(jid, report.facts.text("path"))


def _here(arguments: AsyncStatusArguments, jid: str, task: TaskContext) -> ModuleResult:
    """The answer for a job that no guest keeps."""
    assert task.jobs is not None
    if arguments.mode == "cleanup":
        task.jobs.forget(jid)
        return _erased(jid, "")
    result = task.jobs.outcome(jid)
    if result is None:
        streams = {"stdout": "", "stderr": "", "stdout_lines": [], "stderr_lines": []}
        return ModuleResult(values={**job_values(jid, "", finished=False), **streams})
    return replace(result, values={**result.values, **job_values(jid, "", finished=True)})


def _erased(jid: str, path: str) -> ModuleResult:
    return ModuleResult(values={"ansible_job_id": jid, "started": False, "finished": False, "erased": path})


MODULE = Module(AsyncStatusArguments, run, check_mode="always", background="never")
