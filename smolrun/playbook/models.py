"""What was written, as immutable models: playbooks, plays, blocks, tasks.

A value may be a template wherever `Templated` says so; it is then the `SourceText` that was written, and is
rendered and validated by `smolrun.playbook.rendered` when the task runs. Absent keywords are None: what a play
or a block hands down to its tasks is worked out by `smolrun.playbook.inheritance`.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from smolrun.location import Location
from smolrun.source.text import SourceText
from smolrun.ssh.result import ShellMode

T = TypeVar("T")
Templated: TypeAlias = T | SourceText
Condition: TypeAlias = bool | SourceText
"""A bare Jinja expression, or a literal boolean."""


class Written(BaseModel):
    """The base of all that was written."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    location: Location = Field(exclude=True, repr=False)


class Keywords(Written):
    """What plays, blocks and tasks may all say; None where they do not say it."""

    name: SourceText | None = None
    vars: Mapping[str, Any] = Field(default_factory=dict)
    environment: tuple[Any, ...] = Field((), description="Mappings, or templates of mappings; later ones win")
    timeout: Templated[float] | None = None
    mode: Templated[ShellMode] | None = None
    become: Templated[bool] | None = None
    become_user: SourceText | None = None
    become_method: SourceText | None = None
    become_flags: SourceText | None = None
    remote_user: SourceText | None = None
    port: Templated[int] | None = None
    connection: SourceText | None = None
    tags: tuple[SourceText, ...] = ()
    no_log: Templated[bool] | None = None
    ignore_errors: Templated[bool] | None = None
    ignore_unreachable: Templated[bool] | None = None
    any_errors_fatal: Templated[bool] | None = None
    check_mode: Templated[bool] | None = None
    diff: Templated[bool] | None = None
    run_once: Templated[bool] | None = None
    throttle: Templated[int] | None = None


class LoopControl(Written):
    loop_var: SourceText | None = None
    index_var: SourceText | None = None
    label: Any = None
    pause: Templated[float] | None = None
    extended: Templated[bool] | None = None
    break_when: tuple[Condition, ...] = ()


class Loop(Written):
    """``loop`` or one of the ``with_*`` forms.

    Attributes:
        lookup: None for ``loop``, else the name after ``with_`` (``items``, ``dict``, …).
        terms: a list or a template of one, as written.
        control: ``loop_control``.
    """

    lookup: str | None = None
    terms: Any
    control: LoopControl | None = None


class Task(Keywords):
    """One task, or a handler.

    Attributes:
        module: the canonical short name of a module we have, or the name as written of one we do not.
        arguments: as written, aliases and all; a free form is stored under the module's ``free_form`` name.
        listen: topics, for handlers.
    """

    module: str
    arguments: Mapping[str, Any] = Field(default_factory=dict)
    when: tuple[Condition, ...] = ()
    register_as: str | None = Field(None, alias="register")
    loop: Loop | None = None
    until: tuple[Condition, ...] = ()
    retries: Templated[int] | None = None
    delay: Templated[float] | None = None
    failed_when: tuple[Condition, ...] | None = None
    changed_when: tuple[Condition, ...] | None = None
    notify: tuple[SourceText, ...] = ()
    listen: tuple[SourceText, ...] = ()
    delegate_to: SourceText | None = None
    delegate_facts: Templated[bool] | None = None


class Meta(Keywords):
    """``meta:`` — a word to the engine, not to a host."""

    action: Literal["flush_handlers"]
    when: tuple[Condition, ...] = ()


class Block(Keywords):
    block: tuple["Node", ...] = ()
    rescue: tuple["Node", ...] = ()
    always: tuple["Node", ...] = ()
    when: tuple[Condition, ...] = ()
    notify: tuple[SourceText, ...] = ()
    delegate_to: SourceText | None = None


Node: TypeAlias = Task | Block | Meta


class Play(Keywords):
    hosts: tuple[SourceText, ...]
    vars_files: tuple[Any, ...] = Field((), description="Paths; a list among them means the first that exists")
    gather_facts: Templated[bool] | None = None
    pre_tasks: tuple[Node, ...] = ()
    tasks: tuple[Node, ...] = ()
    post_tasks: tuple[Node, ...] = ()
    handlers: tuple[Node, ...] = ()


class Playbook(BaseModel):
    """One file: its plays, and the folder that relative names are looked up from."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    path: str
    plays: tuple[Play, ...]
    bare_tasks: bool = Field(False, description="The file is only a list of tasks")
