"""Everything that happens in a run, as typed events: the one source of what people and machines see.

Texts in events are already redacted. Escaping for a terminal or for HTML is the reporter's job.
The JSON form (``schemas/events.schema.json``) is a contract: fields are added, never renamed or removed.
"""

from dataclasses import field
from typing import Any, Literal, TypeAlias

from smolrun.lazy_dataclass import dataclass

TaskStatus = Literal["ok", "changed", "failed", "timed_out", "skipped", "unreachable", "lost"]


def _described(text: str) -> dict[str, str]:
    """What the schema says of a field."""
    return {"description": text}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something was written."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, kw_only=True)
class EventBase:
    time: float = field(metadata=_described("Seconds since the epoch"))


@dataclass(frozen=True, kw_only=True)
class TaskReference:
    """Names a task wherever it is spoken of."""

    id: str = field(metadata=_described("Unique within the run; the same for all hosts"))
    name: str = field(metadata=_described("Its name, or the module's where it has none"))
    module: str
    play: str
    place: Place | None = None
    handler: bool = False
    role: str | None = field(default=None, metadata=_described("The role that it belongs to"))

    @property
    def title(self) -> str:
        """What people call it: ``role : name``."""
        return self.name if self.role is None else f"{self.role} : {self.name}"


@dataclass(frozen=True, kw_only=True)
class HostStatistics:
    """The counts of the recap, as Ansible counts them."""

    ok: int = 0
    changed: int = 0
    unreachable: int = 0
    failed: int = 0
    skipped: int = 0
    rescued: int = 0
    ignored: int = 0


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What a person needs to understand a failure."""

    message: str
    hint: str | None = None
    place: Place | None = field(
        default=None, metadata=_described("The exact place of the cause, where it is not the task itself")
    )
    source_lines: tuple[tuple[int, str], ...] = field(
        default=(), metadata=_described("Numbered lines of the playbook around it")
    )
    variables: dict[str, Any] = field(default_factory=dict, metadata=_described("The values involved"))
    killed: bool | None = field(default=None, metadata=_described("After a timeout: the process tree was proved gone"))


@dataclass(frozen=True, kw_only=True)
class RunStarted(EventBase):
    event: Literal["run_started"] = "run_started"
    schema_version: Literal[1] = 1
    run_id: str
    version: str
    playbooks: tuple[str, ...]
    check_mode: bool


@dataclass(frozen=True, kw_only=True)
class PlayStarted(EventBase):
    event: Literal["play_started"] = "play_started"
    name: str
    hosts: tuple[str, ...]
    place: Place | None = None


@dataclass(frozen=True, kw_only=True)
class TaskStarted(EventBase):
    """A task begins on at least one host; sent once, before its hosts."""

    event: Literal["task_started"] = "task_started"
    task: TaskReference
    hosts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HostTaskStarted(EventBase):
    """One execution begins on one host (each loop item and each attempt is one)."""

    event: Literal["host_task_started"] = "host_task_started"
    task: TaskReference
    host: str
    timeout: float | None = field(default=None, metadata=_described("Seconds it may take; null for no limit"))
    item: str | None = field(default=None, metadata=_described("The loop item's label"))
    attempt: int = 1


@dataclass(frozen=True, kw_only=True)
class OutputReceived(EventBase):
    """Whole lines that a running command wrote."""

    event: Literal["output_received"] = "output_received"
    task: TaskReference
    host: str
    stream: Literal["stdout", "stderr"]
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TaskProgress(EventBase):
    """What a task is waiting for."""

    event: Literal["task_progress"] = "task_progress"
    task: TaskReference
    host: str
    message: str


@dataclass(frozen=True, kw_only=True)
class RetryScheduled(EventBase):
    event: Literal["retry_scheduled"] = "retry_scheduled"
    task: TaskReference
    host: str
    attempt: int = field(metadata=_described("The attempt that has just not succeeded, from 1"))
    attempts: int = field(metadata=_described("How many there may be in all"))
    delay: float = field(metadata=_described("Seconds until the next"))
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ItemFinished(EventBase):
    """One loop item is done on one host."""

    event: Literal["item_finished"] = "item_finished"
    task: TaskReference
    host: str
    item: str
    status: TaskStatus
    ignored: bool = False
    result: dict[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
    duration: float = 0.0


@dataclass(frozen=True, kw_only=True)
class TaskFinished(EventBase):
    """A task is done on one host."""

    event: Literal["task_finished"] = "task_finished"
    task: TaskReference
    host: str
    status: TaskStatus
    ignored: bool = field(
        default=False, metadata=_described("It failed, and ignore_errors or ignore_unreachable made it count as ok")
    )
    delegated_to: str | None = None
    result: dict[str, Any] = field(default_factory=dict, metadata=_described("The registered result, redacted"))
    command_line: str | None = None
    diff: tuple[dict[str, str], ...] = ()
    failure: Failure | None = None
    duration: float = 0.0
    attempts: int = 1


@dataclass(frozen=True, kw_only=True)
class HandlerNotified(EventBase):
    event: Literal["handler_notified"] = "handler_notified"
    host: str
    handler: str
    task: TaskReference


@dataclass(frozen=True, kw_only=True)
class Warned(EventBase):
    event: Literal["warned"] = "warned"
    message: str
    place: Place | None = None
    hint: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlayFinished(EventBase):
    event: Literal["play_finished"] = "play_finished"
    name: str


FindingKind = Literal["changed", "would change", "not judged", "failed", "timed_out", "unreachable", "lost"]
PhaseStatus = Literal["ok", "failed", "not run"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a task did on a host that a phase of a test has to tell."""

    kind: FindingKind = field(
        metadata=_described("changed: again, the second time; would change: check mode says so on a guest that is done")
    )
    task: TaskReference
    host: str
    diff: tuple[dict[str, str], ...] = ()
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class GuestResources:
    """What a guest of a test is made of, and what it has used."""

    host: str
    provider: str
    began: Literal["started", "booted", "restored", "reached"] = field(
        metadata=_described("restored: it went on from a snapshot of its first boot; reached: it was there already")
    )
    vcpus: int | None = None
    memory: int | None = field(default=None, metadata=_described("MiB that it has"))
    disk: int | None = field(default=None, metadata=_described("MiB, where a size was asked for"))
    cpu_seconds: float | None = field(default=None, metadata=_described("Processor time used so far"))
    peak_memory: int | None = field(default=None, metadata=_described("MiB of this machine used at the most"))


@dataclass(frozen=True, kw_only=True)
class PhaseStarted(EventBase):
    """A phase of `smolrun test` begins; its plays are called after it."""

    event: Literal["phase_started"] = "phase_started"
    name: str
    about: str = field(metadata=_described("What has to be true at its end"))


@dataclass(frozen=True, kw_only=True)
class PhaseFinished(EventBase):
    event: Literal["phase_finished"] = "phase_finished"
    name: str
    status: PhaseStatus
    exit_code: int
    findings: tuple[Finding, ...] = ()
    duration: float = 0.0
    error: str | None = None
    guests: tuple[GuestResources, ...] = field(
        default=(), metadata=_described("Of the phases that bring guests up and take them away")
    )


@dataclass(frozen=True, kw_only=True)
class RunFinished(EventBase):
    """Always the last event, also after Ctrl-C and errors."""

    event: Literal["run_finished"] = "run_finished"
    statistics: dict[str, HostStatistics]
    exit_code: int
    duration: float
    interrupted: bool = False
    error: str | None = None


Event: TypeAlias = (
    RunStarted
    | PlayStarted
    | TaskStarted
    | HostTaskStarted
    | OutputReceived
    | TaskProgress
    | RetryScheduled
    | ItemFinished
    | TaskFinished
    | HandlerNotified
    | Warned
    | PlayFinished
    | PhaseStarted
    | PhaseFinished
    | RunFinished
)
