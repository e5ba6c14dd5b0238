"""Runs of playbooks from Python: what the command line does, as events and a result.

::

    import smolrun

    with smolrun.run("site.yml", inventory="hosts.ini", extra_vars={"version": "1.2"}) as run:
        for event in run:
            if event.event == "task_finished":
                print(event.host, event.task.name, event.status)
    assert run.result.ok
"""

import json
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import field
from dataclasses import replace as replaced
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from smolrun.cli.guests.bringing_up import BroughtUp, brought_up
from smolrun.cli.guests.guest_of import START_SECONDS, guest_of_flag, guests_of_run
from smolrun.cli.loading.inventories import read_inventory
from smolrun.cli.loading.loading import Loaded, load
from smolrun.cli.options.flags import ConnectionFlags, InventoryFlags, OutputFlags, SelectionFlags
from smolrun.cli.running.run_options import client_options, run_options
from smolrun.connection.pool import ConnectionPool
from smolrun.engine.events import Event, HostStatistics, RunFinished, TaskFinished
from smolrun.engine.run import Run
from smolrun.lazy_dataclass import dataclass

Names = str | Path | Sequence[str | Path]
"""One name, or several."""


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    Attributes:
        exit_code: as that of ``smolrun run``: 0 ok, 1 error, 2 failed hosts, 4 unreachable hosts, 6 both, 99 stopped.
        statistics: the counts of the recap, by host.
        events: everything that happened, in order.
        error: what ended the run as a whole, if anything did.
    """

    exit_code: int
    statistics: Mapping[str, HostStatistics]
    events: tuple[Event, ...] = field(repr=False)
    error: str | None = None

    @property
    def ok(self) -> bool:
        """Whether every task went well on every host."""
        return self.exit_code == 0

    @property
    def changed(self) -> bool:
        """Whether anything was changed on any host."""
        return any(counts.changed for counts in self.statistics.values())

    @property
    def finished(self) -> Iterator[TaskFinished]:
        """What came of each task on each host, in the order in which they ended."""
        return (event for event in self.events if isinstance(event, TaskFinished))

    @property
    def failures(self) -> tuple[TaskFinished, ...]:
        """The tasks that failed and were not ignored."""
        bad = ("failed", "timed_out", "unreachable", "lost")
        return tuple(event for event in self.finished if event.status in bad and not event.ignored)


class PlaybookRun:
    """A run that goes on in a thread of its own. Iterating gives its events as they come, and then ends.

    Leaving it as a context manager waits for its end; where an exception leaves it, the run is stopped first. Guests
    that were made for it are gone when it has ended.
    """

    def __init__(self, loaded: Loaded, flags: "_Flags", hosts: Mapping[str, Mapping[str, Any]]) -> None:
        self._loaded = loaded
        self._flags = flags
        self._hosts = hosts
        self._queue: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._heard: list[Event] = []
        self._error: BaseException | None = None
        self._stopped = threading.Event()
        self._up = BroughtUp()
        self._run: Run | None = None
        self._thread = threading.Thread(target=self._work, name="smolrun-run", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Event]:
        while (event := self._queue.get()) is not None:
            yield event
        self._queue.put(None)  # for who iterates once more

    @property
    def result(self) -> RunResult:
        """How it ended; waits for that.

        Raises:
            SmolVMError: a guest could not be made.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        end = self._heard[-1]
        assert isinstance(end, RunFinished)
        return RunResult(end.exit_code, end.statistics, tuple(self._heard), end.error)

    def stop(self) -> None:
        """End it: running commands are killed on the guests, nothing new begins. Returns at once."""
        self._stopped.set()
        if self._run is not None:
            self._run.interrupt()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.stop()
        self._thread.join()

    def _work(self) -> None:
        try:
            wanted = guests_of_run(self._flags.hosts, self._loaded) if not self._hosts else ()
            with brought_up(wanted, keep=False, seconds=START_SECONDS, up=self._up, note=_silent) as up:
                self._execute({**self._hosts, **up.variables})
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            self._error = error
        finally:
            self._queue.put(None)

    def _execute(self, hosts: Mapping[str, Mapping[str, Any]]) -> None:
        loaded, flags = self._loaded, self._flags
        if hosts:
            loaded = replaced(loaded, inventory=read_inventory(flags.hosts, hosts, loaded.vault))
        options = run_options(
            loaded, flags.hosts, flags.selection, flags.connection, OutputFlags(), nullcontext, self._stopped
        )
        options = replaced(options, prompt=None)  # nobody is asked anything
        pool = ConnectionPool(client_options(None))
        run = Run(loaded.playbooks, loaded.inventory, options, [self._hear], connections=pool)
        self._run = run
        if self._stopped.is_set():
            run.interrupt()
        run.execute()

    def _hear(self, event: Event) -> None:
        self._heard.append(event)
        self._queue.put(event)


def _silent(text: str) -> None:
    """A library says nothing on standard error."""


@dataclass(frozen=True)
class _Flags:
    hosts: InventoryFlags
    selection: SelectionFlags
    connection: ConnectionFlags


def run(
    playbooks: Names,
    *,
    inventory: Names = (),
    hosts: Mapping[str, Mapping[str, Any]] | None = None,
    guest: str | None = None,
    limit: str | None = None,
    extra_vars: Mapping[str, Any] | None = None,
    tags: Sequence[str] = (),
    skip_tags: Sequence[str] = (),
    check: bool = False,
    diff: bool = False,
    forks: int = 5,
    user: str | None = None,
    private_key: str | Path | None = None,
    host_key: str | None = None,
    become: bool = False,
    become_user: str | None = None,
    task_timeout: float | None = None,
    strict: bool = False,
    vault_password_file: Names = (),
    roles_path: Names = (),
) -> PlaybookRun:
    """Load and check playbooks, and begin to run them.

    Args:
        playbooks: files.
        inventory: files, folders, programs, or lists of hosts with commas, as for ``-i``.
        hosts: further hosts by name, with their variables (``ansible_host``, ``ansible_port``, …).
        guest: brought up for this run, as for ``--guest``.
        limit: a pattern that narrows the hosts down.
        extra_vars: beat all other variables; their texts may be templates.
        tags: only what has one of these.
        skip_tags: not what has one of these.
        check: change nothing, tell what would change.
        diff: events tell what changed inside files.
        forks: hosts that are worked on at the same time.
        user: logs in.
        private_key: a file; agent and default keys are then left alone.
        host_key: ``known_hosts``, ``accept-new``, ``insecure`` or ``SHA256:…``.
        become: run everything as `become_user`, or root.
        task_timeout: seconds that a task may take where it says nothing itself; 0 for no limit, None for 600.
        strict: warnings about the playbook are errors.
        vault_password_file: files with vault passwords, or programs that print them.
        roles_path: further folders of roles.

    Returns:
        The run, which has begun.

    Raises:
        LoadError: with all mistakes of all files; nothing has run.
        UsageError: an argument cannot be used.
    """
    places = tuple(map(str, _several(inventory)))
    flags = _Flags(
        InventoryFlags(
            inventory=places,
            limit=limit,
            guest=guest,
            extra_vars=(json.dumps(dict(extra_vars)),) if extra_vars else (),
            vault_password_file=tuple(map(Path, _several(vault_password_file))),
            roles_path=tuple(map(Path, _several(roles_path))),
        ),
        SelectionFlags(
            tags=tuple(tags),
            skip_tags=tuple(skip_tags),
            check=check,
            diff=diff,
            forks=forks,
            task_timeout=task_timeout,
            strict=strict,
        ),
        ConnectionFlags(
            user=user,
            private_key=Path(private_key) if private_key is not None else None,
            host_key=host_key,
            become=become,
            become_user=become_user,
        ),
    )
    made: dict[str, Mapping[str, Any]] = dict(hosts or {})
    if guest is not None:
        made[guest_of_flag(guest).name] = {}
    paths = [str(path) for path in _several(playbooks)]
    loaded = load(paths, flags.hosts, guest=made or None, strict=strict, needs_hosts=not made)
    return PlaybookRun(loaded, flags, hosts or {})


def _several(names: Names) -> Sequence[str | Path]:
    return (names,) if isinstance(names, str | Path) else tuple(names)
