"""What a module is: a model of its arguments, its behaviour, and a few facts about it.

Adding a module is adding one file to this folder that defines ``MODULE = Module(...)``; its name is the file's.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from smolrun.deadline import Deadline
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.result import CommandResult, ShellMode

if TYPE_CHECKING:
    from smolrun.connection.session import GuestSession
    from smolrun.templating.templar import Templar


class Arguments(BaseModel):
    """The base of every module's arguments: immutable, unknown keys refused, Ansible's aliases accepted."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        arbitrary_types_allowed=True,
        defer_build=True,  # many of them are bases only, and others of modules that a playbook names but does not use
    )


def mistake(message: str) -> PydanticCustomError:
    """What a validator of arguments raises: `message` reaches the user as it stands, at the argument's place."""
    return PydanticCustomError("argument", "{message}", {"message": message})


@dataclass(frozen=True)
class Diff:
    """What a change did or would do, for ``--diff``."""

    before: str
    after: str
    before_header: str = ""
    after_header: str = ""


@dataclass(frozen=True)
class NewHost:
    """A host for the inventory of the run.

    Attributes:
        name: its inventory name.
        groups: those to put it in.
        variables: of the host.
    """

    name: str
    groups: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NewGroup:
    """A group for the host of the task.

    Attributes:
        name: of the group.
        parents: groups that it belongs to.
    """

    name: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModuleResult:
    """What a module did.

    Attributes:
        changed: whether the guest is (or in check mode: would be) different from before.
        failed: whether it failed; `msg` then says why.
        skipped: whether nothing was to be done at all (``creates`` exists; check mode cannot judge).
        msg: for people.
        command: the command this result is about; gives ``rc``, ``stdout``, ``stderr``, … of the registered result.
        command_line: what was run, as shown to people.
        values: the further keys of the registered result, under Ansible's names.
        facts: variables to set on the host from now on, as ``set_fact`` does. Values are data.
        ansible_facts: facts of the guest, by their names in ``ansible_facts`` (without ``ansible_``). Each is a
            variable, too, under the name that ``values["ansible_facts"]`` gives it (else with ``ansible_``).
        diffs: for ``--diff``.
        warnings: shown to the user with the task's place.
        include: what to bring in: a ``file`` of tasks, or a role by its ``name``; the engine does that.
        included_vars: variables that ``include_vars`` read. Their templates count.
        addition: to the inventory of the run; it counts as changed only if it is new there.
    """

    changed: bool = False
    failed: bool = False
    skipped: bool = False
    msg: str = ""
    command: CommandResult | None = None
    command_line: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    ansible_facts: Mapping[str, Any] = field(default_factory=dict)
    diffs: tuple[Diff, ...] = ()
    warnings: tuple[str, ...] = ()
    include: Mapping[str, Any] | None = None
    included_vars: Mapping[str, Any] = field(default_factory=dict)
    addition: NewHost | NewGroup | None = None


class FindFile(Protocol):
    """Looks a file up along a task's search path (role, including file, playbook)."""

    def __call__(self, folder: Literal["files", "templates", "vars", "tasks"], name: str) -> Path:
        """The path of `name`. Raises `ModuleError` listing every place that was searched."""
        ...


@dataclass(frozen=True)
class Background:
    """What ``async`` and ``poll`` ask for.

    Attributes:
        limit: seconds that the work may take.
        poll: seconds between two looks at it; 0: nobody waits for it here.
    """

    limit: int
    poll: int


def job_values(jid: str, path: str, *, finished: bool) -> dict[str, Any]:
    """What a result tells of a job (docs.ansible.com, "Asynchronous actions and polling")."""
    return {"ansible_job_id": jid, "started": True, "finished": finished, "results_file": path}


class JobsHere(Protocol):
    """Work that goes on in the background of this run, or whose outcome is kept for ``async_status``."""

    def known(self, jid: str) -> bool:
        """Whether it is one of these."""
        ...

    def outcome(self, jid: str) -> "ModuleResult | None":
        """What it came to; None while it is going on. Raises what it raised."""
        ...

    def forget(self, jid: str) -> None:
        """Keep its outcome no longer."""
        ...


@dataclass(frozen=True)
class TaskContext:
    """All that a module may know of the task it serves.

    Attributes:
        host: the inventory name of the host.
        guest: the connection, bound to this task's become, environment and deadline.
        templar: renders templates and evaluates conditions with `variables`.
        variables: everything defined for this host and task; values are rendered when read.
        deadline: the task's; `guest` already keeps it.
        mode: the task's ``mode`` for modules that run the user's own commands; None where the task names none.
        check_mode: nothing may be changed; report what would be.
        diff_mode: fill `ModuleResult.diffs`.
        no_log: contents must not appear in diffs or messages.
        hidden: the variables whose values must not appear in messages: a task with ``no_log`` gave them.
        strict_conditions: conditions that are not boolean are errors.
        find_file: looks up files of the controller.
        progress: tells the user what is being waited for.
        sleep: waits that many seconds; ends early with `OperationCancelledError` when the run is stopped.
        decrypt: the content of a vaulted file, given its content and its name; None where there are no vault secrets.
        prompt: asks the user on the terminal, ``(text, echo) -> answer``; None where there is no terminal.
        background: the command is to go on by itself on the guest.
        jobs: the background work of this run.
    """

    host: str
    guest: "GuestSession"
    templar: "Templar"
    variables: Mapping[str, Any]
    deadline: Deadline
    mode: ShellMode | None
    check_mode: bool
    diff_mode: bool
    no_log: bool
    find_file: FindFile
    progress: Callable[[str], None]
    sleep: Callable[[float], None]
    prompt: Callable[[str, bool], str | None] | None
    decrypt: Callable[[bytes, str], bytes] | None = None
    strict_conditions: bool = False
    background: Background | None = None
    jobs: JobsHere | None = None
    hidden: Container[str] = ()


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Module(Generic[A]):
    """A module as its file declares it.

    Attributes:
        arguments: the model of its arguments.
        run: its behaviour.
        collection: where Ansible keeps it (``ansible.builtin``); the fully qualified name means the same.
        free_form: the argument that a bare string sets (``shell: ls``), if it takes one.
        free_form_options: the arguments that may stand in a bare string as ``name=value`` (``shell: ls chdir=/tmp``).
        takes_any_argument: further keys are its data (``set_fact``).
        raw_arguments: names of arguments that are not rendered beforehand: expressions (``assert: that``) and
            variable names (``debug: var``); the module evaluates them itself.
        check_mode: ``full``: tells what would change; ``skip``: the engine skips it in check mode;
            ``always``: it changes nothing and always runs.
        uses_guest: False for what happens on the controller alone, or connects by itself: no connection is made
            beforehand.
        takes_mode: the task keyword ``mode`` (login, raw) means something to it.
        own_limit: it has a limit of its own; the default task timeout does not apply (an explicit one does).
        once_per_batch: runs once for all hosts of a batch (``pause``).
        background: what ``async`` does: ``guest``: the module leaves its command on the guest
            (`TaskContext.background`); ``here``: the engine runs it beside the other tasks; ``never``: it is an error.
        returns_any_facts: it may set variables whose names nobody knows before it has run.
        lacks: the arguments that Ansible's documentation has and that are not implemented here, and why.
    """

    arguments: type[A]
    run: Callable[[A, TaskContext], ModuleResult]
    collection: str = "ansible.builtin"
    free_form: str | None = None
    free_form_options: frozenset[str] = frozenset()
    takes_any_argument: bool = False
    raw_arguments: frozenset[str] = frozenset()
    check_mode: Literal["full", "skip", "always"] = "full"
    uses_guest: bool = True
    takes_mode: bool = False
    own_limit: bool = False
    once_per_batch: bool = False
    background: Literal["guest", "here", "never"] = "here"
    returns_any_facts: bool = False
    lacks: Mapping[str, str] = field(default_factory=dict)
