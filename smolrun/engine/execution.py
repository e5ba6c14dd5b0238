"""One execution of a module on one host: connect and take the turn, then start the clock, then run."""

import time
import traceback
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolrun.connection.session import GuestSession
from smolrun.deadline import Deadline
from smolrun.engine import hints, results
from smolrun.engine.background import background_of, begun, waited_for
from smolrun.engine.events import Failure, HostTaskStarted, OutputReceived, TaskProgress
from smolrun.engine.failure import failure_of
from smolrun.engine.file_search import FileSearch
from smolrun.engine.guest import DeferredConnection, Guest, guest_of
from smolrun.engine.includes import Includes, Inclusion
from smolrun.engine.involved import shortened
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.output_stream import LineStream
from smolrun.engine.services import Services
from smolrun.engine.task_outcome import Execution
from smolrun.engine.turn import Turn
from smolrun.engine.variables.play_scope import PlayScope
from smolrun.errors import (
    BecomeError,
    CommandNotStartedError,
    ModuleError,
    OperationTimeoutError,
    SmolVMError,
    TransferError,
)
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Arguments, Background, Diff, Module, ModuleResult, TaskContext
from smolrun.modules.registry import FoundModule
from smolrun.source import vault
from smolrun.ssh.result import ShellMode, Stream

if TYPE_CHECKING:
    from smolrun.engine.item_runner import ItemRunner

OURS = "smolrun"
"""The collection of the modules that Ansible does not have."""


@dataclass(frozen=True)
class Executor:
    """Executes modules for the hosts of one play.

    Attributes:
        services: of the run.
        scope: the variables of the play's hosts.
        find_file: looks up files of the controller.
        folder: where commands on this machine run.
        includes: brings in files and roles.
    """

    services: Services
    scope: PlayScope
    find_file: FileSearch
    folder: Path = field(default_factory=Path)
    includes: Includes | None = None

    def execute(
        self,
        item: "ItemRunner",
        found: FoundModule,
        arguments: Arguments,
        values: KeywordValues,
        *,
        attempt: int,
        no_log: bool,
    ) -> Execution:
        """Run the module once.

        Raises:
            SmolVMError: as the module or the connection raised it.
        """
        call = _Call(self, item, found, arguments, values, attempt, no_log)
        return call.run()

    @staticmethod
    def judges(error: SmolVMError) -> bool:
        """Whether ``failed_when`` has a say in an error: the module said so itself, as Ansible's modules do."""
        return isinstance(error, ModuleError | TransferError | BecomeError | CommandNotStartedError)


@dataclass
class _Call:
    """One execution, with all that it needs at hand."""

    executor: Executor
    item: "ItemRunner"
    found: FoundModule
    arguments: Arguments
    values: KeywordValues
    attempt: int
    no_log: bool
    opened_vault: bool = False
    is_root: bool = True

    @property
    def module(self) -> Module[Any]:
        return self.found.module

    @property
    def services(self) -> Services:
        return self.executor.services

    def run(self) -> Execution:
        keywords = self.item.planned.keywords
        checking = self.values.value(keywords, "check_mode")
        check_mode = self.services.options.check if checking is None else bool(checking)
        if check_mode and self.module.check_mode == "skip":
            message = f"{self.found.name} does nothing in check mode"
            return self._execution(ModuleResult(skipped=True, msg=message), None)
        delegate = self.item.delegate
        guest = self._guest(delegate or self.item.host)
        environment = self.values.environment(keywords.environment)
        mode = self._mode(environment)
        background = background_of(self.item.planned.task, self.found, self.values)
        if background is not None and self.module.background == "here" and not (check_mode or background.poll):
            return self._execution(self._beside(guest, environment, background), delegate)
        stream = self._stream()
        with self._turn(guest):
            deadline = Deadline.after(background.limit if background and background.poll else self._timeout())
            self._announce(deadline)
            session = GuestSession(
                connection=guest.connection,
                deadline=deadline,
                become=guest.become,
                environment=environment,
                on_output=stream,
                output_limit=self.services.options.output_limit,
            )
            context = self._context(session, mode, check_mode=check_mode)
            if self.module.background == "guest" and not check_mode:
                context = replace(context, background=background)
            self.is_root = _is_root(guest)
            result = self._run_module(context, stream)
        if background is not None and context.background is None:
            result = waited_for(result) if background.poll else self.services.jobs.keep(result)
        return self._execution(result, delegate)

    def _beside(self, guest: Guest, environment: Mapping[str, str], background: Background) -> ModuleResult:
        """Begin it in a thread, over a connection of its own, since it needs the controller for its next step."""
        connection = self.services.connections.another(guest.connection)
        try:
            with Turn(Guest(connection, guest.become), self.services, self._progress):
                self._announce(Deadline.after(background.limit))
        except BaseException:
            self.services.connections.give_back(connection)
            raise

        def work() -> ModuleResult:
            deadline = Deadline.after(background.limit)
            session = GuestSession(connection, deadline, guest.become, environment)
            try:
                context = self._context(session, None, check_mode=False)
                return self._run_module(replace(context, progress=_say_nothing), None)
            finally:
                self.services.connections.give_back(connection)

        return begun(self.services.jobs.start(work, waiting=self._progress, failed=self._tell_of_failed_job))

    def _tell_of_failed_job(self, message: str) -> None:
        item = self.item
        text = "it failed" if self.no_log else message
        self.services.warn(f"{item.host}: the work in the background: {text}", item.planned.task.location)

    # --- the guest ---------------------------------------------------------------------------------

    def _guest(self, host: str) -> Guest:
        if self.module.uses_guest:
            return self._find_guest(host)
        return Guest(DeferredConnection(lambda: self._find_guest(host).connection), None)

    def _find_guest(self, host: str) -> Guest:
        item = self.item
        variables = item.variables if host == item.host else self.executor.scope.of(host, item.planned.scope)
        folder = self.executor.folder
        return guest_of(self.services, host, item.planned.keywords, self.values, variables, folder)

    def _turn(self, guest: Guest) -> AbstractContextManager[None]:
        return Turn(guest, self.services, self._progress) if self.module.uses_guest else nullcontext()

    def _timeout(self) -> float | None:
        task = self.item.planned.task
        if self.module.own_limit and task.timeout is None:
            return None
        seconds = self.values.value(self.item.planned.keywords, "timeout")
        if seconds is None:
            seconds = self.services.options.timeout
        return float(seconds) if seconds else None

    def _mode(self, environment: Mapping[str, str]) -> ShellMode | None:
        if self.found.name == "raw":
            mode: ShellMode | None = "raw"
        elif self.module.takes_mode:
            mode = self.values.value(self.item.planned.keywords, "mode") or self.services.options.mode
        else:
            return None
        if mode == "raw" and environment:
            message = "'environment' is ignored: a raw command is sent as it stands"
            self.services.warn(message, self.item.planned.task.location, "use 'mode: login', or set it in the command")
        return mode

    # --- what is told meanwhile --------------------------------------------------------------------

    def _announce(self, deadline: Deadline) -> None:
        self.services.bus.emit(
            HostTaskStarted(
                time=time.time(),
                task=self.item.reference,
                host=self.item.host,
                timeout=deadline.timeout,
                item=self.item.label,
                attempt=self.attempt,
            )
        )

    def _stream(self) -> LineStream | None:
        return None if self.no_log else LineStream(self._show_lines, self.services.redactor)

    def _show_lines(self, stream: Stream, lines: tuple[str, ...]) -> None:
        item = self.item
        self.services.bus.emit(
            OutputReceived(time=time.time(), task=item.reference, host=item.host, stream=stream, lines=lines)
        )

    def _progress(self, message: str) -> None:
        if self.no_log:
            return
        item = self.item
        shown = self.services.redactor.text(message)
        self.services.bus.emit(TaskProgress(time=time.time(), task=item.reference, host=item.host, message=shown))

    # --- the module --------------------------------------------------------------------------------

    def _sleep(self, deadline: Deadline, seconds: float) -> None:
        """A pause between two looks at the guest; nothing of the task runs there meanwhile."""
        self.services.stop.sleep(deadline.remaining(seconds) or 0)
        if deadline.expired:  # the next command would find no time to be sent in, and call the host unreachable
            raise OperationTimeoutError(
                f"the task did not end within {deadline.timeout:g} s", timeout=deadline.timeout, killed=True
            )

    def _context(self, session: GuestSession, mode: ShellMode | None, *, check_mode: bool) -> TaskContext:
        wanted = self.values.value(self.item.planned.keywords, "diff")
        return TaskContext(
            host=self.item.host,
            guest=session,
            templar=self.services.templar,
            variables=self.item.variables,
            deadline=session.deadline,
            mode=mode,
            check_mode=check_mode,
            strict_conditions=self.services.options.strict_conditions,
            diff_mode=self.services.options.diff if wanted is None else bool(wanted),
            no_log=self.no_log,
            hidden=self.item.hidden(self.item.variables),
            find_file=self._find_file(),
            progress=self._progress,
            sleep=partial(self._sleep, session.deadline),
            prompt=self.services.options.prompt,
            jobs=self.services.jobs,
            decrypt=self._decrypt if self.services.options.vault is not None else None,
        )

    def _find_file(self) -> FileSearch:
        folders = self.item.planned.scope.folders
        return FileSearch((*folders, *self.executor.find_file.roots)) if folders else self.executor.find_file

    def _decrypt(self, content: bytes, name: str) -> bytes:
        self.opened_vault = True
        try:
            return vault.decrypt(content, self.services.options.vault)
        except vault.VaultError as error:
            raise vault.VaultError(f"{name}: {error.message}", hint=error.hint) from None

    def _run_module(self, context: TaskContext, stream: LineStream | None) -> ModuleResult:
        try:
            return self.module.run(self.arguments, context)
        except ModuleError as error:
            error.hint = error.hint or hints.of_failed_module(error.message, is_root=self.is_root)
            raise
        except SmolVMError:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake in one module must not take the run down
            trace = traceback.format_exc()
            message = f"the module '{self.found.name}' is broken: {type(error).__name__}: {error}"
            return ModuleResult(failed=True, msg=message, values={"exception": trace})
        finally:
            if stream is not None:
                stream.close()

    def _execution(self, result: ModuleResult, delegate: str | None) -> Execution:
        kept = self.item.planned.task.register_as is not None
        if self.opened_vault:
            result = replace(result, diffs=tuple(map(_without_contents, result.diffs)))
        if result.addition is not None:
            is_new = self.executor.scope.hosts.extend(self.item.host, result.addition)
            self.services.keep_passwords(getattr(result.addition, "variables", {}))
            result = replace(result, changed=result.changed or is_new)
        registered = results.from_module(result, own_word=self.module.collection == OURS, kept=kept)
        self._remember(result, delegate)
        for warning in result.warnings if not self.no_log else ():  # they may tell of contents
            self.services.warn(f"{self.item.host}: {warning}", self.item.planned.task.location)
        return Execution(
            registered,
            self._failure(result) if result.failed else None,
            command_line=result.command_line,
            diff=tuple(map(results.diff_values, result.diffs)),
            judged=True,
            delegated_to=delegate,
            includes=self._includes(result),
        )

    def _includes(self, result: ModuleResult) -> tuple[Inclusion, ...]:
        includes = self.executor.includes
        if result.include is None or result.failed or includes is None:
            return ()
        return (includes.load(self.item.planned, result.include, self.item.variables),)

    def _remember(self, result: ModuleResult, delegate: str | None) -> None:
        """Facts and set variables hold from now on, for the next item of a loop too."""
        memory = self.services.memory
        self.services.keep_passwords({**result.included_vars, **result.facts})
        if result.included_vars:
            memory.of(self.item.host).included.update(result.included_vars)
            memory.of(self.item.host).note_hidden(result.included_vars, hidden=self.no_log)
        if not result.facts and not result.ansible_facts:
            return
        to_delegate = delegate is not None and self.values.flag(self.item.planned.keywords, "delegate_facts")
        host = memory.of(delegate if to_delegate and delegate is not None else self.item.host)
        host.assign(result.facts, hidden=self.no_log)
        if not result.ansible_facts:
            return
        # `setup` registers them as `ansible_X`, but `service_facts` as `services`, which roles use as a variable.
        registered = result.values.get("ansible_facts")
        if isinstance(registered, Mapping):
            host.add_named_facts(registered)
        else:
            host.add_facts(result.ansible_facts)
        if self.no_log:
            host.note_hidden({"ansible_facts", *host.facts}, hidden=True)

    def _failure(self, result: ModuleResult) -> Failure:
        told = result.values.get("involved")  # what `assert` says of the variables of its condition
        involved = {name: shortened(value) for name, value in told.items()} if isinstance(told, dict) else {}
        said = f"{result.msg}\n{result.values.get('stderr') or ''}"
        hint = hints.of_failed_module(said, is_root=self.is_root)
        return failure_of(result.msg or "it failed", self.item.planned.task.location, hint=hint, variables=involved)


def _without_contents(diff: Diff) -> Diff:
    """Of a vaulted file nothing is shown, neither what it holds nor what it would take the place of."""
    return replace(diff, before="", after="(the content is vaulted)\n" if diff.before != diff.after else "")


def _is_root(guest: Guest) -> bool:
    """Whether its commands run as root, or as a user that was become; on this machine nobody logs in."""
    description = guest.connection.description
    return guest.become is not None or "@" not in description or description.startswith("root@")


def _say_nothing(message: str) -> None:
    """What goes on in the background is not told: its task has ended."""
