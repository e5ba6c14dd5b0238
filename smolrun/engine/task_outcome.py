"""What a task came to on one host."""

from smolrun.engine.events import Failure, TaskStatus
from smolrun.engine.includes import Inclusion
from smolrun.engine.results import Result, status_of
from smolrun.lazy_dataclass import dataclass


@dataclass
class Execution:
    """What one task, or one item of its loop, came to, all attempts included.

    Attributes:
        result: as it is registered.
        failure: why it failed, for people.
        command_line: what was run.
        diff: for ``--diff``.
        no_log: nothing of it may be shown.
        attempts: how often it was executed.
        judged: ``changed_when`` and ``failed_when`` apply: a module gave the result, not an error before or after.
        cancelled: the run was interrupted in the middle of it.
        delegated_to: the host it happened on, where that is another one.
        includes: the tasks that it brings in.
    """

    result: Result
    failure: Failure | None = None
    command_line: str | None = None
    diff: tuple[dict[str, str], ...] = ()
    no_log: bool = False
    attempts: int = 1
    judged: bool = False
    cancelled: bool = False
    delegated_to: str | None = None
    duration: float = 0.0
    includes: tuple[Inclusion, ...] = ()

    @property
    def status(self) -> TaskStatus:
        return status_of(self.result)

    @property
    def is_final(self) -> bool:
        """Whether it must not be attempted again, whatever ``until`` says: it may be running or have run."""
        return bool(self.cancelled or self.result.get("unreachable") or self.result.get("unverified"))


@dataclass(frozen=True)
class TaskOutcome:
    """What a task came to on one host, as the strategy needs it.

    Attributes:
        host: the host it was for.
        status: its state.
        result: as registered.
        ignored: a failure or an unreachable host that counts as ok.
        notifications: what to notify, already rendered; empty unless it changed something.
        cancelled: the run was interrupted in the middle of it.
        includes: the tasks that it brings in.
        no_log: nothing of it may be shown.
    """

    host: str
    status: TaskStatus
    result: Result
    ignored: bool = False
    notifications: tuple[str, ...] = ()
    cancelled: bool = False
    includes: tuple[Inclusion, ...] = ()
    no_log: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))

    @property
    def has_failed(self) -> bool:
        """Whether it failed on the host, and nobody said to ignore that."""
        return self.status in ("failed", "timed_out") and not self.ignored

    @property
    def is_unreachable(self) -> bool:
        return self.status in ("unreachable", "lost") and not self.ignored
