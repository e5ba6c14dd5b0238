"""The guests of a run: all up before the first task, all gone after the last."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.guests.port import Guest
from smolrun.report.escaping import escape_line

if TYPE_CHECKING:
    from smolrun.guests.wanted import WantedGuest

AT_ONCE = 5
"""Machines that boot at the same time where nothing else was said, as many as ``--forks`` has."""


class BroughtUp:
    """Attributes:
    guests: those that are up, by the names of their hosts.
    variables: how each is reached.
    """

    def __init__(self) -> None:
        self.guests: dict[str, Guest] = {}
        self.variables: dict[str, Mapping[str, Any]] = {}

    @property
    def refuses_become(self) -> str | None:
        return next(filter(None, (guest.refuses_become for guest in self.guests.values())), None)

    def stop(self) -> None:
        """Take all of them away; all are tried. Raises the first `SmolVMError`."""
        failures: list[SmolVMError] = []
        while self.guests:
            _, guest = self.guests.popitem()
            try:
                guest.stop()
            except SmolVMError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def keep(self) -> None:
        """Let them live on, and tell how each is reached."""
        from smolrun.guests.instances.folder import InstanceFolder

        for name, guest in list(self.guests.items()):
            if not guest.keep():
                _note(f"{name} cannot outlive this process, and goes with it")
                continue
            del self.guests[name]
            for instance in InstanceFolder.of_user().all():
                if instance.record.name == name and instance.record.variables == self.variables[name]:
                    known = instance.record.id
                    _note(f"{name} is kept: smolrun guest ssh {known}; smolrun guest down {known} ends it")


@contextlib.contextmanager
def brought_up(
    wanted: "Sequence[WantedGuest]",
    *,
    keep: bool,
    seconds: float,
    up: BroughtUp | None = None,
    at_once: int = AT_ONCE,
    note: Callable[[str], None] | None = None,
) -> Iterator[BroughtUp]:
    """The guests while they are up.

    SIGTERM counts as Ctrl-C while they boot, and neither keeps them from being taken away.

    Args:
        keep: they are to stay.
        seconds: what bringing them up may take.
        up: knows them while they boot, for another thread to stop them.
        at_once: as many boot at the same time.
        note: is told how it goes; standard error where not given.

    Raises:
        SmolVMError: one could not be started; those that were are gone again.
    """
    up = up or BroughtUp()
    if not wanted:
        yield up
        return
    try:
        with _interrupted_by_termination():
            _start(wanted, up, Deadline.after(seconds), at_once, note or _note)
        yield up
        if keep:
            up.keep()
    finally:
        with _undisturbed():
            up.stop()


def _start(
    wanted: "Sequence[WantedGuest]", up: BroughtUp, deadline: Deadline, at_once: int, note: Callable[[str], None]
) -> None:
    from concurrent.futures import ThreadPoolExecutor, as_completed

    from smolrun.cli.guests.room import too_large
    from smolrun.guests.instances.folder import InstanceFolder

    instances = InstanceFolder.of_user()
    quiet = all(one.kind == "embedded" for one in wanted)
    if missing := [f"{file} of {one.name} is not there" for one in wanted for file in one.missing]:
        raise SmolVMError(f"no guest was made: {'; '.join(missing)}")
    guests = {one.name: one.made(instances) for one in wanted}
    up.guests.update(guests)

    notices: set[str] = set()

    def start(one: "WantedGuest") -> None:
        began, guest = time.monotonic(), guests[one.name]
        up.variables[one.name] = guest.start(deadline)
        if not quiet:
            how = " from its snapshot" if guest.resources.began == "restored" else ""
            note(f"{one.name} is up after {time.monotonic() - began:.1f} s{how}")
        if guest.notice and guest.notice not in notices:
            notices.add(guest.notice)
            note(guest.notice)

    if (crowded := too_large(wanted)) is not None:
        note(crowded)
    if not quiet:
        note(f"bringing up {', '.join(f'{one.name} ({one.kind})' for one in wanted)}")
    if len(wanted) == 1:
        start(wanted[0])
        return
    with ThreadPoolExecutor(at_once, thread_name_prefix="guest") as pool:
        tasks = [pool.submit(start, one) for one in wanted]
        try:
            for task in as_completed(tasks):
                task.result()
        except BaseException:
            for task in tasks:
                task.cancel()
            for guest in guests.values():  # the others need not boot to their end
                with contextlib.suppress(SmolVMError):
                    guest.stop()
            raise


@contextlib.contextmanager
def _interrupted_by_termination() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if current_thread() is not main_thread():  # signals come to the main thread, which then stops the guests itself
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Taking a guest away takes a moment, and half a removal helps nobody."""
    if current_thread() is not main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _note(text: str) -> None:
    click.echo(escape_line(f"[NOTE]: {text}"), err=True)
