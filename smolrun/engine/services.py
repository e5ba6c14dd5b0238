"""What every part of a run shares."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import field
from threading import Lock
from typing import TYPE_CHECKING, Any

from smolrun.connection.pool import ConnectionPool
from smolrun.connection.variables import SECRETS
from smolrun.diagnostic import Diagnostic
from smolrun.engine.background import BackgroundJobs
from smolrun.engine.event_bus import EventBus
from smolrun.engine.events import Warned
from smolrun.engine.known_guests import KnownGuests
from smolrun.engine.options import RunOptions
from smolrun.engine.plan_builder import place_of
from smolrun.engine.redaction import SHORTEST, Redactor
from smolrun.engine.stop_signal import StopSignal
from smolrun.engine.variables.store import Memory
from smolrun.errors import SmolVMError
from smolrun.inventory.inventory import Inventory
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location
from smolrun.playbook.extensions import Extensions
from smolrun.playbook.inheritance import Effective
from smolrun.source.text import is_template
from smolrun.templating.templar import Templar

if TYPE_CHECKING:
    from smolrun.engine.keyword_values import KeywordValues


@dataclass(frozen=True)
class Services:
    """The tools of one run.

    Attributes:
        options: what was asked for.
        inventory: the hosts.
        templar: renders templates.
        bus: where events go.
        redactor: takes secrets out of them.
        connections: to the guests.
        extensions: modules and functions of the user's own.
        memory: what the run has taught each host.
        stop: that the run is to end.
        jobs: the work that goes on in the background.
        guests: those that have been worked out already.
    """

    options: RunOptions
    inventory: Inventory
    templar: Templar
    bus: EventBus
    redactor: Redactor
    connections: ConnectionPool
    extensions: Extensions = field(default_factory=Extensions)
    memory: Memory = field(default_factory=Memory)
    stop: StopSignal = field(default_factory=StopSignal)
    jobs: BackgroundJobs = field(default_factory=BackgroundJobs)
    guests: KnownGuests = field(default_factory=KnownGuests)
    _warned: set[tuple[str, Location | None]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def warn(self, message: str, location: Location | None = None, hint: str | None = None) -> None:
        """Tell the user something; the same thing about the same place is told once."""
        with self._lock:
            if (message, location) in self._warned:
                return
            self._warned.add((message, location))
        text = self.redactor.text
        self.bus.emit(
            Warned(
                time=time.time(),
                message=text(message),
                place=place_of(location),
                hint=None if hint is None else text(hint),
            )
        )

    def told(self, diagnostics: Iterable[Diagnostic]) -> None:
        """These have been told already, and need not be told again."""
        with self._lock:
            self._warned.update((found.message, found.location) for found in diagnostics)

    def warn_of_error(self, error: SmolVMError) -> None:
        self.warn(error.message, error.location, error.hint)

    def warn_of(self, diagnostic: Diagnostic) -> None:
        self.warn(diagnostic.message, diagnostic.location, diagnostic.hint)

    def keep_secret(self, secrets: Iterable[Any]) -> None:
        for secret in secrets:
            self.redactor.add(secret)

    def hides(self, keywords: Effective, values: "KeywordValues") -> bool:
        """Whether nothing of a task is to be shown. Raises `SmolVMError` where its ``no_log`` cannot be rendered."""
        said = values.value(keywords, "no_log")
        return self.options.no_log if said is None else bool(said)

    def keep_passwords(self, variables: Mapping[str, Any]) -> None:
        """Hide the passwords among variables from now on: they may be shown before anything connects with them."""
        names = SECRETS.intersection(variables)
        values = (variables[name] for name in names)
        self.keep_secret(value for value in values if isinstance(value, str | int) and not is_template(value))

    def warn_of_short_secret(self, length: int) -> None:
        self.warn(
            f"a secret of {length} character{'' if length == 1 else 's'} cannot be hidden: "
            f"texts of fewer than {SHORTEST} are too common to be masked"
        )
