"""A run: playbooks on an inventory, told as events, ending in an exit code."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from smolrun.connection.pool import ConnectionPool
from smolrun.diagnostic import Diagnostic
from smolrun.engine.ansible_settings import ansible_settings
from smolrun.engine.event_bus import EventBus
from smolrun.engine.events import Event as RunEvent
from smolrun.engine.events import RunFinished, RunStarted
from smolrun.engine.fact_cache import FactCache
from smolrun.engine.facts import FactUse
from smolrun.engine.failure import lines_around
from smolrun.engine.options import RunOptions
from smolrun.engine.play_run import PlayRun, RunState
from smolrun.engine.redaction import Redactor
from smolrun.engine.services import Services
from smolrun.engine.statistics import exit_code
from smolrun.engine.stepping import Stepping
from smolrun.engine.variables.files import VariableFiles
from smolrun.engine.variables.host_variables import HostLayers
from smolrun.engine.variables.magic import run_variables
from smolrun.engine.variables.store import Memory
from smolrun.engine.workers import Workers
from smolrun.errors import ExitCode, LoadError, SmolVMError
from smolrun.inventory.inventory import Inventory
from smolrun.playbook.extensions import Extensions
from smolrun.playbook.models import Play, Playbook
from smolrun.playbook.walk import walk
from smolrun.templating.templar import Templar
from smolrun.version import __version__

CANCEL_AGAIN = 1.0
"""Seconds between two looks for commands to kill, once the run is interrupted."""


class Run:
    """Runs playbooks.

    Args:
        playbooks: loaded, in the order they run.
        inventory: the hosts.
        options: what is asked for.
        listeners: get every event, one at a time; one that raises is dropped and breaks nothing.
        connections: the pool to use; None for one of its own. Closed at the end in either case.
    """

    def __init__(
        self,
        playbooks: Sequence[Playbook],
        inventory: Inventory,
        options: RunOptions | None = None,
        listeners: Sequence[Callable[[RunEvent], None]] = (),
        *,
        connections: ConnectionPool | None = None,
    ) -> None:
        self._playbooks = tuple(playbooks)
        self._inventory = inventory
        self._options = options or RunOptions()
        self._services = self._make_services(listeners, connections or ConnectionPool(self._options.client))
        self._state = RunState()
        self._over = Event()

    def _make_services(self, listeners: Sequence[Callable[[RunEvent], None]], connections: ConnectionPool) -> Services:
        options = self._options
        vault = options.vault
        redactor = Redactor((lambda: vault.revealed) if vault is not None else None)
        base = Path(self._playbooks[0].path).resolve().parent if self._playbooks else None
        extensions = Extensions([playbook.extensions for playbook in self._playbooks], lambda own: templar.learn(own))
        settings = ansible_settings(options, self._inventory.sources)
        templar = Templar(
            base=base, vault=vault, own=extensions.functions, settings=settings, patience=options.timeout or None
        )
        services = Services(
            options=options,
            inventory=self._inventory,
            templar=templar,
            bus=EventBus(listeners),
            redactor=redactor,
            connections=connections,
            extensions=extensions,
        )
        cache = self._fact_cache(services)
        if cache is not None:
            services = replace(services, memory=Memory(cache))
        redactor.on_short = services.warn_of_short_secret
        templar.warn = services.warn
        return services

    def _fact_cache(self, services: Services) -> FactCache | None:
        options = self._options
        if options.fact_caching not in ("memory", "jsonfile"):
            services.warn(f"facts are not kept between runs by '{options.fact_caching}', only by 'jsonfile'")
        if not options.keeps_facts or options.fact_caching_connection is None:
            return None
        prefix, lifetime = options.fact_caching_prefix, options.fact_caching_timeout
        cache = FactCache(options.fact_caching_connection, prefix, lifetime, services.warn)
        if options.flush_cache:
            cache.forget((*self._inventory.hosts, "localhost"))
        return cache

    def execute(self) -> int:
        """Run everything. The last event is `RunFinished`, whatever happens.

        Returns:
            An `ExitCode`, or 6 (2 and 4 together) for failed and unreachable hosts.
        """
        began = time.monotonic()
        options, bus = self._options, self._services.bus
        now = time.time()
        bus.emit(
            RunStarted(
                time=now,
                run_id=run_id(now),
                version=__version__,
                playbooks=tuple(playbook.path for playbook in self._playbooks),
                check_mode=options.check,
            )
        )
        self._keep_secrets()
        error: SmolVMError | None = None
        try:
            with _Closing(self._services.connections), Workers(options.forks) as workers:
                self._run_playbooks(workers)
                self._services.jobs.wait(self._services.stop.sleep)
        except SmolVMError as raised:
            error = raised
        except KeyboardInterrupt:
            self._services.stop.set()
        except BaseException as raised:
            # A mistake of ours: it is not to be hidden, but reporters are promised a last event.
            unexpected = SmolVMError(f"unexpected {type(raised).__name__}: {raised}")
            self._finish(ExitCode.ERROR, unexpected, time.monotonic() - began)
            raise
        code = self._exit_code(error)
        self._finish(code, error, time.monotonic() - began)
        return code

    def _keep_secrets(self) -> None:
        options, services = self._options, self._services
        services.keep_secret((*options.secrets, options.connection.password, options.become.password))
        services.keep_passwords(options.extra_vars)
        for play in (play for playbook in self._playbooks for play in playbook.plays):
            for written in (play.vars, *(visit.node.vars for visit in walk(play))):
                services.keep_passwords(written)

    def told(self, warnings: Iterable[Diagnostic]) -> None:
        """What the check of the playbooks has told already is not told again."""
        self._services.told(warnings)

    def interrupt(self) -> None:
        """End the run: kill the commands that are running on the guests, begin nothing new, tell the recap.

        Returns at once; safe to be called from a signal handler and from any thread.
        """
        self._services.stop.set()
        # In a thread of its own, since a signal handler may stand in the middle of what cancelling has to wait for.
        Thread(target=self._cancel_until_over, name="smolrun-interrupt", daemon=True).start()

    def _cancel_until_over(self) -> None:
        # More than once: a command may just have been about to begin.
        self._services.connections.cancel_all()
        while not self._over.wait(CANCEL_AGAIN):
            self._services.connections.cancel_all()

    # --- plays -------------------------------------------------------------------------------------

    def _run_playbooks(self, workers: Workers) -> None:
        plays = [play for playbook in self._playbooks for play in playbook.plays]
        stepping = Stepping(self._options.prompt if self._options.step else None)
        facts: FactUse | None = None
        number = 0
        for playbook in self._playbooks:
            beside: dict[Path, tuple[Services, HostLayers]] = {}
            files = VariableFiles(self._services.templar, self._options.vault)
            for play in playbook.plays:
                folder = (Path(play.folder) if play.folder is not None else Path(playbook.path).parent).resolve()
                if folder not in beside:
                    beside[folder] = self._beside(folder)
                services, hosts = beside[folder]
                facts = facts or FactUse([(play, self._gathers(play)) for play in plays], self._shared(services))
                run = PlayRun(services, self._state, hosts, files, workers, stepping, play, number + 1, folder)
                kept = self._options.keeps_facts and self._gathers(play)
                goes_on = run.run(gather=kept or facts.is_needed(number))
                number += 1
                if self._services.stop.is_set or not goes_on:
                    break
            if self._services.stop.is_set or self._exit_code(None) != ExitCode.OK:
                return  # as in Ansible: the next playbook runs only after one that went well
        if self._options.start_at_task is not None and not self._state.started:
            self._services.warn(f"there is no task '{self._options.start_at_task}' to start at, so nothing was run")

    def _beside(self, folder: Path) -> tuple[Services, HostLayers]:
        """What the plays of the playbooks in a folder share: hosts with the variables that lie beside these."""
        services = replace(self._services, inventory=self._inventory.for_playbook(folder))
        services.inventory.load_variables(services.inventory.hosts.values())
        for variables in self._of_inventory(services):
            services.keep_passwords(variables)
        return services, self._host_layers(services)

    def _host_layers(self, services: Services) -> HostLayers:
        inventory, options = services.inventory, self._options
        first = Path(inventory.sources[0]).absolute() if inventory.sources else None
        directory = None if first is None or "," in str(first) else str(first if first.is_dir() else first.parent)
        common = run_variables(options, inventory.group_hosts(), directory, inventory.sources)
        merge = options.hash_behaviour == "merge"
        return HostLayers(
            inventory,
            services.memory,
            common,
            options.extra_vars,
            merge=merge,
            connection=options.connection.connection,
        )

    def _gathers(self, play: Play) -> bool:
        gather = play.gather_facts
        if gather is None:
            return self._options.gathering != "explicit"
        if isinstance(gather, bool):
            return gather
        from smolrun.engine.keyword_values import KeywordValues

        return KeywordValues(self._services.templar, {**play.vars, **self._options.extra_vars}).flag(
            play, "gather_facts"
        )

    def _shared(self, services: Services) -> Iterable[Mapping[str, Any]]:
        """Variables that every play can see; what many hosts share comes once."""
        yield self._options.extra_vars
        yield from self._of_inventory(services)

    def _of_inventory(self, services: Services) -> Iterable[Mapping[str, Any]]:
        layers = {id(layer.values): layer for host in services.inventory.hosts.values() for layer in host.layers}
        return (layer.values for layer in layers.values())

    # --- the end -----------------------------------------------------------------------------------

    def _exit_code(self, error: SmolVMError | None) -> int:
        if self._services.stop.is_set:
            return ExitCode.INTERRUPTED
        if error is not None:
            return error.exit_code
        return exit_code(self._state.failed - self._state.dragged, self._state.unreachable)

    def _finish(self, code: int, error: SmolVMError | None, duration: float) -> None:
        message = None
        if error is not None:
            place = f"{error.location}: " if error.location is not None else ""
            hint = f" ({error.hint})" if error.hint else ""
            shown = [f"{place}{error.message}{hint}", *_source(error)]
            message = self._services.redactor.text("\n".join(shown))
            if isinstance(error, LoadError) and len(error.diagnostics) > 1:
                lines = (f"{found.location or ''}: {found.message}" for found in error.diagnostics if found.is_error)
                message = self._services.redactor.text("\n".join(lines))
        self._over.set()
        self._services.bus.emit(
            RunFinished(
                time=time.time(),
                statistics=self._state.statistics.summary(),
                exit_code=code,
                duration=duration,
                interrupted=self._services.stop.is_set,
                error=message,
            )
        )


def _source(error: SmolVMError) -> list[str]:
    """The lines around the place of an error, the one that it is about marked."""
    place, lines = error.location, lines_around(error.location)
    width = len(str(lines[-1][0])) if lines else 0
    return [
        f"  {'>' if place is not None and number == place.line else ' '} {number:>{width}} | {text}"
        for number, text in lines
    ]


def run_id(now: float) -> str:
    """Sorts by time: ``20260131-093055-001234``, the last part being millionths of a second."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}-{int(now % 1 * 1_000_000):06}"


class _Closing:
    """Ends all connections at the end of a block."""

    def __init__(self, connections: ConnectionPool) -> None:
        self._connections = connections

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connections.close()
