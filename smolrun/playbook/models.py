"""What was written, as immutable models: playbooks, plays, blocks, tasks.

A value may be a template wherever `Templated` says so; it is then the `SourceText` that was written, and is
rendered and validated by `smolrun.playbook.rendered` when the task runs. Absent keywords are None: what a play
or a block hands down to its tasks is worked out by `smolrun.playbook.inheritance`. A description is what an
editor shows for the keyword.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import core_schema

from smolrun.location import Location
from smolrun.modules import registry
from smolrun.modules.registry import FoundModule
from smolrun.playbook.extensions import Extensions
from smolrun.playbook.written import (
    Condition,
    Conditions,
    Environment,
    Templated,
    Variables,
    WrittenText,
    WrittenTexts,
)
from smolrun.source.coercions import Boolean, Integer, Number, Seconds
from smolrun.ssh.result import ShellMode

__all__ = [
    "Block",
    "Condition",
    "Keywords",
    "Loop",
    "LoopControl",
    "Meta",
    "Node",
    "Play",
    "Playbook",
    "Role",
    "Task",
    "TasksOfFile",
    "TasksOfRole",
    "Templated",
    "VariablePrompt",
    "Written",
]


class Written(BaseModel):
    """The base of all that was written."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        populate_by_name=True,
        defer_build=True,  # validators of what no file holds are never made: 0.02 s of a short run
    )

    location: SkipJsonSchema[Location] = Field(exclude=True, repr=False)


class _Built:
    """Marks what is a model of this file already, when another one takes it.

    Pydantic would make the validator of a task anew in each model that holds tasks: a twentieth of all that a short
    `smolrun check` executes.
    """

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.is_instance_schema(Written)


class Keywords(Written):
    """What plays, blocks and tasks may all say; None where they do not say it."""

    name: WrittenText | None = Field(None, description="What it does, in words; shown while it runs.")
    vars: Variables = Field(default_factory=dict, description="Variables for this part of the playbook.")
    environment: Environment = Field(
        (), description="Environment variables for the commands, a mapping or a list of them; later ones win."
    )
    timeout: Templated[Seconds] | None = Field(
        None,
        description="Seconds that one execution may take; then its whole process tree is killed. 0: no limit.",
    )
    mode: Templated[ShellMode] | None = Field(
        None, description="login: through the user's login shell, profile sourced; raw: the line as it stands."
    )
    become: Templated[Boolean] | None = Field(None, description="Run as another user (`become_user`).")
    become_user: WrittenText | None = Field(None, description="The user to become; root unless said otherwise.")
    become_method: WrittenText | None = Field(None, description="How to become that user: sudo, su or doas.")
    become_flags: WrittenText | None = Field(None, description="Flags for the become method.")
    remote_user: WrittenText | None = Field(None, description="The user to log in as.")
    port: Templated[Integer] | None = Field(None, description="The port of the guest's SSH server.")
    connection: WrittenText | None = Field(None, description="ssh, or local for this machine.")
    tags: WrittenTexts = Field((), description="Words that --tags and --skip-tags choose by.")
    no_log: Templated[Boolean] | None = Field(None, description="Show nothing of the arguments and the result.")
    ignore_errors: Templated[Boolean] | None = Field(None, description="Go on when a task fails.")
    ignore_unreachable: Templated[Boolean] | None = Field(None, description="Go on when the guest is unreachable.")
    any_errors_fatal: Templated[Boolean] | None = Field(None, description="A failure on one host ends the play on all.")
    check_mode: Templated[Boolean] | None = Field(
        None, description="true: only tell what would change; false: run even under --check."
    )
    diff: Templated[Boolean] | None = Field(None, description="Show what changes in files.")
    run_once: Templated[Boolean] | None = Field(None, description="Run on the first host, for all of them.")
    module_defaults: Environment = Field(
        (), description="Arguments for modules that do not get them otherwise, by the name of the module."
    )
    collections: WrittenTexts = Field((), description="Collections that short names of roles are looked for in.")
    throttle: Templated[Integer] | None = Field(None, description="Run on at most so many hosts at a time.")
    debugger: Literal["always", "never", "on_failed", "on_unreachable", "on_skipped"] | None = Field(
        None, description="When to stop after a task, and to ask on the terminal what to do."
    )


Nodes: TypeAlias = tuple[Annotated["Node", _Built()], ...]
"""Tasks and blocks in their order."""


class LoopControl(Written):
    """``loop_control``: how a loop runs and is shown."""

    loop_var: WrittenText | None = Field(None, description="The variable of the current item, instead of `item`.")
    index_var: WrittenText | None = Field(None, description="A variable that counts the items from 0.")
    label: Any = Field(None, description="What to show of an item, usually a template.")
    pause: Templated[Seconds] | None = Field(None, description="Seconds to wait between two items.")
    extended: Templated[Boolean] | None = Field(None, description="Provide `ansible_loop` (index, first, last, …).")
    extended_allitems: Templated[Boolean] | None = Field(
        None, description="false: `ansible_loop` comes without `allitems`, the list of all."
    )
    break_when: Conditions = Field((), description="End the loop after the item for which this holds.")


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
        own_module: the module, where it is one of the user's own.
        module_location: where that name stands.
        arguments: as written, aliases and all; a free form is stored under the module's ``free_form`` name.
        arguments_template: ``args: "{{ mapping }}"``: a template of further arguments; those written here win.
        included: what ``include_tasks`` or ``include_role`` brings in, where that is known before the run.
        apply: the keywords that an include gives to what it brings in.
        listen: topics, for handlers.
    """

    module: str
    own_module: SkipJsonSchema[FoundModule | None] = Field(None, exclude=True, repr=False)
    module_location: SkipJsonSchema[Location | None] = Field(None, exclude=True, repr=False)
    arguments: Variables = Field(default_factory=dict)
    arguments_template: WrittenText | None = None
    included: SkipJsonSchema[Annotated["Block", _Built()] | None] = Field(None, exclude=True, repr=False)
    apply: SkipJsonSchema[Annotated["Block", _Built()] | None] = Field(None, exclude=True, repr=False)
    when: Conditions = Field((), description="Run only if this holds: an expression without braces, or a list.")
    register_as: str | None = Field(None, alias="register", description="The variable that keeps the result.")
    loop: Loop | None = None
    until: Conditions = Field((), description="Repeat until this holds; see `retries` and `delay`.")
    retries: Templated[Integer] | None = Field(None, description="How often to repeat at most (3 with `until`).")
    delay: Templated[Number] | None = Field(None, description="Seconds between two attempts (5).")
    async_limit: Templated[Integer] | None = Field(
        None, alias="async", description="Go on in the background, for at most so many seconds; see `poll`."
    )
    poll: Templated[Integer] | None = Field(
        None, description="Seconds between two looks at an `async` task (15); 0: go on to the next task at once."
    )
    failed_when: Conditions | None = Field(None, description="What counts as a failure.")
    changed_when: Conditions | None = Field(None, description="What counts as a change.")
    notify: WrittenTexts = Field((), description="Handlers to run at the end if this task changed something.")
    listen: WrittenTexts = Field((), description="Topics that notify this handler, besides its name.")
    delegate_to: WrittenText | None = Field(None, description="Run on this host instead.")
    delegate_facts: Templated[Boolean] | None = Field(None, description="Facts go to the host delegated to.")

    @property
    def found(self) -> FoundModule | None:
        """The module; None for one that we do not have."""
        return self.own_module or registry.find(self.module)


MetaAction = Literal[
    "flush_handlers",
    "noop",
    "end_play",
    "end_host",
    "end_batch",
    "end_role",
    "clear_host_errors",
    "clear_facts",
    "reset_connection",
    "refresh_inventory",
]


class Meta(Keywords):
    """``meta:`` — a word to the engine, not to a host."""

    action: MetaAction
    when: Conditions = Field((), description="Do it only if this holds.")


class Block(Keywords):
    """Tasks under common keywords, with what to do when one of them fails."""

    block: Nodes = ()
    rescue: Nodes = ()
    always: Nodes = ()
    when: Conditions = Field((), description="Holds for every task of the block.")
    notify: WrittenTexts = Field((), description="Handlers to run if a task of the block changed something.")
    delegate_to: WrittenText | None = Field(None, description="Run the tasks on this host instead.")
    delegate_facts: Templated[Boolean] | None = Field(None, description="Facts go to the host delegated to.")


class Role(Written):
    """A role as it is used in one place.

    Attributes:
        name: as it was asked for.
        path: its folder.
        defaults: of its ``defaults``.
        variables: of its ``vars``.
        public: its defaults and vars can be seen by the whole play.
        once: what makes two uses of it the same, so that the second is passed over; None: it runs each time.
    """

    name: str
    path: str
    defaults: Variables = Field(default_factory=dict)
    variables: Variables = Field(default_factory=dict)
    public: bool = True
    once: str | None = None


class TasksOfFile(Block):
    """The tasks of another file, in the place where an import or an include stands.

    Attributes:
        folder: where the file lies; names in it are looked up from there.
        params: variables that beat what the run sets (Ansible's "include params" and "role params").
    """

    folder: str
    params: Variables = Field(default_factory=dict)


class TasksOfRole(TasksOfFile):
    """The tasks of a role, those of the roles that it depends on first."""

    role: Annotated[Role, _Built()]
    handlers: Nodes = ()


Node: TypeAlias = Task | Block | Meta

READ_APART = frozenset(
    {
        "location",
        "module",
        "own_module",
        "module_location",
        "arguments",
        "arguments_template",
        "included",
        "apply",
        "folder",
    }
)
"""Fields that are no keywords: what is written elsewhere, or in another form."""


HashName = Literal["sha512_crypt", "sha256_crypt", "bcrypt", "sha512", "sha256", "blowfish"]


class VariablePrompt(Written):
    """An entry of ``vars_prompt``: a variable that is asked for (docs.ansible.com, "Interactive input: prompts")."""

    name: WrittenText = Field(description="The variable; it is not asked for where -e gives it.")
    prompt: WrittenText | None = Field(None, description="What to ask; the name of the variable otherwise.")
    default: WrittenText | None = Field(None, description="What counts where nothing is answered, or nobody is there.")
    private: Templated[Boolean] = Field(True, description="Do not show what is typed, and show the value nowhere.")
    confirm: Templated[Boolean] = Field(False, description="Ask twice.")
    encrypt: Templated[HashName] | None = Field(None, description="Keep a hash of the answer, for /etc/shadow.")
    salt_size: Templated[Integer] | None = Field(None, description="Characters of the hash's random salt.")
    salt: WrittenText | None = Field(None, description="The hash's salt.")
    unsafe: Templated[Boolean] = Field(False, description="Take braces in the answer as they are, not as a template.")


class Play(Keywords):
    """What to do on which hosts.

    Attributes:
        when: of the ``import_playbook`` that it came by; it cannot be written in a play.
        folder: of its playbook, where that was imported by another one.
    """

    hosts: WrittenTexts = Field(description="The hosts: names, groups or patterns (web:&prod, !db1).")
    vars_files: tuple[Any, ...] = Field(
        (), description="Files of variables; a list among them means the first that exists."
    )
    vars_prompt: tuple[Annotated[VariablePrompt, _Built()], ...] = Field(
        (), description="Variables that are asked for on the terminal before the play."
    )
    gather_facts: Templated[Boolean] | None = Field(None, description="Read facts of the hosts first.")
    gather_subset: WrittenTexts | None = Field(None, description="Which facts: all, min, network, `!hardware`, …")
    gather_timeout: Templated[Integer] | None = Field(
        None, description="Seconds for each command of the fact gathering that may hang."
    )
    fact_path: WrittenText | None = Field(None, description="The guest's folder of its own facts.")
    serial: WrittenTexts = Field(
        (), description="How many hosts go through the play together: a number, a percentage, or a list of them."
    )
    strategy: WrittenText | None = Field(
        None,
        description="linear: task by task; debug: stop at failures; free, host_pinned: each host as fast as it can.",
    )
    order: WrittenText | None = Field(
        None, description="inventory, reverse_inventory, sorted, reverse_sorted or shuffle."
    )
    max_fail_percentage: Templated[Number] | None = Field(
        None, description="End the play when more than so many percent of a batch have failed."
    )
    force_handlers: Templated[Boolean] | None = Field(
        None, description="Run notified handlers even on hosts that have failed."
    )
    roles: tuple[Annotated[TasksOfRole, _Built()], ...] = ()
    when: SkipJsonSchema[Conditions] = Field((), exclude=True, repr=False)
    folder: SkipJsonSchema[str | None] = Field(None, exclude=True, repr=False)
    pre_tasks: Nodes = ()
    tasks: Nodes = ()
    post_tasks: Nodes = ()
    handlers: Nodes = ()


class Playbook(BaseModel):
    """One file: its plays, and the folder that relative names are looked up from.

    Attributes:
        extensions: what the folders of code beside it and in its roles add.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True, defer_build=True)

    path: str
    plays: tuple[Annotated[Play, _Built()], ...]
    bare_tasks: bool = Field(False, description="The file is only a list of tasks")
    extensions: SkipJsonSchema[Extensions] = Field(default_factory=Extensions, exclude=True, repr=False)
