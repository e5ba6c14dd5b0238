"""Everything that happens in a run, as typed events: the one source of what people and machines see.

Texts in events are already redacted. Escaping for a terminal or for HTML is the reporter's job.
The JSON form (``schemas/events.schema.json``) is a contract: fields are added, never renamed or removed.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

TaskStatus = Literal["ok", "changed", "failed", "timed_out", "skipped", "unreachable", "lost"]


class Place(BaseModel):
    """Where something was written."""

    model_config = ConfigDict(frozen=True)

    path: str
    line: int
    column: int


class EventBase(BaseModel):
    model_config = ConfigDict(frozen=True)

    time: float = Field(description="Seconds since the epoch")


class TaskReference(BaseModel):
    """Names a task wherever it is spoken of."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(description="Unique within the run; the same for all hosts")
    name: str = Field(description="Its name, or the module's where it has none")
    module: str
    play: str
    place: Place | None = None
    handler: bool = False


class HostStatistics(BaseModel):
    """The counts of the recap, as Ansible counts them."""

    model_config = ConfigDict(frozen=True)

    ok: int = 0
    changed: int = 0
    unreachable: int = 0
    failed: int = 0
    skipped: int = 0
    rescued: int = 0
    ignored: int = 0


class Failure(BaseModel):
    """What a person needs to understand a failure."""

    model_config = ConfigDict(frozen=True)

    message: str
    hint: str | None = None
    place: Place | None = Field(None, description="The exact place of the cause, where it is not the task itself")
    source_lines: tuple[tuple[int, str], ...] = Field((), description="Numbered lines of the playbook around it")
    variables: dict[str, Any] = Field(default_factory=dict, description="The values involved")
    killed: bool | None = Field(None, description="After a timeout: the process tree was proved gone")


class RunStarted(EventBase):
    event: Literal["run_started"] = "run_started"
    schema_version: Literal[1] = 1
    run_id: str
    version: str
    playbooks: tuple[str, ...]
    check_mode: bool


class PlayStarted(EventBase):
    event: Literal["play_started"] = "play_started"
    name: str
    hosts: tuple[str, ...]
    place: Place | None = None


class TaskStarted(EventBase):
    """A task begins on at least one host; sent once, before its hosts."""

    event: Literal["task_started"] = "task_started"
    task: TaskReference
    hosts: tuple[str, ...]


class HostTaskStarted(EventBase):
    """One execution begins on one host (each loop item and each attempt is one)."""

    event: Literal["host_task_started"] = "host_task_started"
    task: TaskReference
    host: str
    timeout: float | None = Field(None, description="Seconds it may take; null for no limit")
    item: str | None = Field(None, description="The loop item's label")
    attempt: int = 1


class OutputReceived(EventBase):
    """Whole lines that a running command wrote."""

    event: Literal["output_received"] = "output_received"
    task: TaskReference
    host: str
    stream: Literal["stdout", "stderr"]
    lines: tuple[str, ...]


class TaskProgress(EventBase):
    """What a task is waiting for."""

    event: Literal["task_progress"] = "task_progress"
    task: TaskReference
    host: str
    message: str


class RetryScheduled(EventBase):
    event: Literal["retry_scheduled"] = "retry_scheduled"
    task: TaskReference
    host: str
    attempt: int = Field(description="The attempt that has just not succeeded, from 1")
    attempts: int = Field(description="How many there may be in all")
    delay: float = Field(description="Seconds until the next")
    result: dict[str, Any] = Field(default_factory=dict)


class ItemFinished(EventBase):
    """One loop item is done on one host."""

    event: Literal["item_finished"] = "item_finished"
    task: TaskReference
    host: str
    item: str
    status: TaskStatus
    ignored: bool = False
    result: dict[str, Any] = Field(default_factory=dict)
    failure: Failure | None = None
    duration: float = 0.0


class TaskFinished(EventBase):
    """A task is done on one host."""

    event: Literal["task_finished"] = "task_finished"
    task: TaskReference
    host: str
    status: TaskStatus
    ignored: bool = Field(False, description="It failed, and ignore_errors or ignore_unreachable made it count as ok")
    delegated_to: str | None = None
    result: dict[str, Any] = Field(default_factory=dict, description="The registered result, redacted")
    command_line: str | None = None
    diff: tuple[dict[str, str], ...] = ()
    failure: Failure | None = None
    duration: float = 0.0
    attempts: int = 1


class HandlerNotified(EventBase):
    event: Literal["handler_notified"] = "handler_notified"
    host: str
    handler: str
    task: TaskReference


class Warned(EventBase):
    event: Literal["warned"] = "warned"
    message: str
    place: Place | None = None
    hint: str | None = None


class PlayFinished(EventBase):
    event: Literal["play_finished"] = "play_finished"
    name: str


class RunFinished(EventBase):
    """Always the last event, also after Ctrl-C and errors."""

    event: Literal["run_finished"] = "run_finished"
    statistics: dict[str, HostStatistics]
    exit_code: int
    duration: float
    interrupted: bool = False
    error: str | None = None


Event = Annotated[
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
    | RunFinished,
    Field(discriminator="event"),
]
