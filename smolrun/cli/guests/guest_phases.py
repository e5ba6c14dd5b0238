"""The first and the last phase of a test: its guests come up, and go."""

import contextlib
import time
from collections.abc import Iterator, Sequence

from smolrun.cli.guests.bringing_up import BroughtUp, brought_up
from smolrun.cli.guests.guest_of import START_SECONDS
from smolrun.engine import events
from smolrun.errors import SmolVMError
from smolrun.guests.port import Resources
from smolrun.guests.wanted import WantedGuest
from smolrun.testing.relabel import Listener

UP = "guest"
DOWN = "tear-down"


@contextlib.contextmanager
def guests_of_test(
    wanted: Sequence[WantedGuest], up: BroughtUp, hear: Listener, label: str, *, keep: bool, at_once: int
) -> Iterator[None]:
    """The guests of one test while it runs, told as phases of it.

    Args:
        up: knows the guests while they boot, for another thread to stop them.
        hear: the listener of the test's events.
        label: tells this test from others beside it.
        keep: they are to stay, and there is no tear-down.
        at_once: as many boot at the same time.

    Raises:
        SmolVMError: one did not start, or could not be taken away; that was told as well.
    """
    if not wanted:
        yield
        return
    phase = _Phase(hear, f"{label}: {UP}" if label else UP, "the guest is up and lets us in")
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(brought_up(wanted, keep=keep, seconds=START_SECONDS, up=up, at_once=at_once))
        except SmolVMError as error:
            phase.failed(error)
            raise
        guests = dict(up.guests)
        kinds = {one.name: one.kind for one in wanted}
        phase.ended([_resources(name, kinds[name], guest.resources) for name, guest in guests.items()])
        yield
        if keep:
            return
        phase = _Phase(hear, f"{label}: {DOWN}" if label else DOWN, "nothing of the guest is left")
        try:
            stack.close()
        except SmolVMError as error:
            phase.failed(error)
            raise
        phase.ended([_resources(name, kinds[name], guest.resources) for name, guest in guests.items()])


def _resources(host: str, provider: str, found: Resources) -> events.GuestResources:
    return events.GuestResources(
        host=host,
        provider=provider,
        began=found.began,
        vcpus=found.vcpus,
        memory=found.memory,
        disk=found.disk,
        cpu_seconds=None if found.cpu_seconds is None else round(found.cpu_seconds, 2),
        peak_memory=found.peak_memory,
    )


class _Phase:
    def __init__(self, hear: Listener, name: str, about: str) -> None:
        self._hear = hear
        self._name = name
        self._began = time.monotonic()
        hear(events.PhaseStarted(time=time.time(), name=name, about=about))

    def ended(self, guests: Sequence[events.GuestResources]) -> None:
        self._tell("ok", 0, guests=tuple(guests))

    def failed(self, error: SmolVMError) -> None:
        self._tell("failed", int(error.exit_code), error=error.message)

    def _tell(
        self,
        status: events.PhaseStatus,
        code: int,
        guests: tuple[events.GuestResources, ...] = (),
        error: str | None = None,
    ) -> None:
        self._hear(
            events.PhaseFinished(
                time=time.time(),
                name=self._name,
                status=status,
                exit_code=code,
                duration=time.monotonic() - self._began,
                error=error,
                guests=guests,
            )
        )
