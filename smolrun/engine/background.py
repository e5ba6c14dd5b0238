"""Tasks in the background of a run (``async``), where no guest can keep them: their work, and what it came to.

A command goes on by itself on the guest (`smolrun.modules.commands.job`). Other modules decide here, on the
controller, what is to be done next, so their work is a thread with a connection of its own, and the run ends after it.
"""

import math
import secrets
import threading
from collections.abc import Callable
from dataclasses import field, replace
from typing import TYPE_CHECKING

from smolrun.errors import SmolVMError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Background, ModuleResult, job_values

if TYPE_CHECKING:
    from smolrun.engine.keyword_values import KeywordValues
    from smolrun.modules.registry import FoundModule
    from smolrun.playbook.models import Task

DEFAULT_POLL = 15
"""Seconds between two looks where there is ``async`` and no ``poll`` (Ansible's ``DEFAULT_POLL_INTERVAL``)."""

Tell = Callable[[str], None]


@dataclass
class _Job:
    """One task's work.

    Attributes:
        over: set once there is an outcome.
        outcome: what it came to.
        asked: somebody has been given the outcome.
        waiting: tells the user that the run waits for it.
        failed: tells the user that it failed, and nobody asked.
    """

    waiting: Tell
    failed: Tell
    over: threading.Event = field(default_factory=threading.Event)
    outcome: ModuleResult | SmolVMError | None = None
    asked: bool = False


def background_of(task: "Task", found: "FoundModule", values: "KeywordValues") -> Background | None:
    """What a task's ``async`` and ``poll`` ask for; None where it is an ordinary one.

    Raises:
        SmolVMError: its module cannot go on in the background.
    """
    limit = values.value(task, "async_limit") if task.async_limit is not None else 0
    if not limit or limit < 0:
        return None
    if found.module.background == "never":
        raise SmolVMError(f"'{found.name}' cannot go on in the background (async)", location=task.location)
    poll = values.value(task, "poll")
    poll = DEFAULT_POLL if poll is None else max(0, poll)
    own = values.value(task, "timeout") if poll else None
    return Background(min(limit, math.ceil(own)) if own else limit, poll)


class BackgroundJobs:
    """The background work of a run. Safe to use from several threads."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()

    def start(self, work: Callable[[], ModuleResult], *, waiting: Tell, failed: Tell) -> str:
        """Begin some work, and give the id that ``async_status`` knows it by.

        Args:
            work: never waits for another task.
            waiting: called with a text when the run has nothing else left to do.
            failed: called with a text at the end of the run, where it failed and nobody asked for it.
        """
        job = _Job(waiting, failed)
        jid = self._keep(job)
        threading.Thread(target=_do, args=(job, work), name=f"smolrun-{jid}", daemon=True).start()
        return jid

    def keep(self, outcome: ModuleResult) -> ModuleResult:
        """The first result of work that is done already, as in check mode; its outcome is kept for who asks."""
        job = _Job(_nobody, _nobody, outcome=outcome, asked=True)
        job.over.set()
        return begun(self._keep(job))

    def _keep(self, job: _Job) -> str:
        number = secrets.randbelow(10**12)
        with self._lock:
            jid = f"j{number}.{len(self._jobs)}"
            self._jobs[jid] = job
        return jid

    # --- for async_status ---------------------------------------------------------------------------

    def known(self, jid: str) -> bool:
        return jid in self._jobs

    def outcome(self, jid: str) -> ModuleResult | None:
        """See `JobsHere.outcome`."""
        job = self._jobs[jid]
        if not job.over.is_set():
            return None
        job.asked = True
        if isinstance(job.outcome, SmolVMError):
            raise job.outcome
        return job.outcome

    def forget(self, jid: str) -> None:
        """See `JobsHere.forget`. Work that is still going on is waited for all the same."""
        job = self._jobs[jid]
        job.asked = True
        if job.over.is_set():
            del self._jobs[jid]

    # --- the end of the run -------------------------------------------------------------------------

    def wait(self, pause: Callable[[float], None]) -> None:
        """Until all work is done; tells what failed without anybody having asked.

        Args:
            pause: waits so many seconds; raises where the run is being stopped.
        """
        for job in tuple(self._jobs.values()):
            if not job.over.is_set():
                job.waiting("waiting for the end of its work in the background")
            while not job.over.is_set():
                pause(0.05)
            if not job.asked:
                _tell_failure(job)


def begun(jid: str) -> ModuleResult:
    """The result of a task whose work has begun in the background."""
    return ModuleResult(changed=True, values=job_values(jid, "", finished=False))


def waited_for(result: ModuleResult) -> ModuleResult:
    """The result of a task with ``async`` that was waited for."""
    return replace(result, values={**result.values, "started": True, "finished": True})


def _do(job: _Job, work: Callable[[], ModuleResult]) -> None:
    try:
        job.outcome = work()
    except SmolVMError as error:
        job.outcome = error
    except Exception as error:  # noqa: BLE001 - a mistake of ours in a thread that nobody sees; who asks is told
        job.outcome = ModuleResult(failed=True, msg=f"unexpected {type(error).__name__}: {error}")
    finally:
        job.over.set()


def _tell_failure(job: _Job) -> None:
    outcome = job.outcome
    if isinstance(outcome, SmolVMError):
        job.failed(outcome.message)
    elif outcome is None or outcome.failed:
        job.failed("it failed" if outcome is None else outcome.msg or "it failed")


def _nobody(text: str) -> None:
    """Nobody is told."""
