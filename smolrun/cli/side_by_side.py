"""The tests of a matrix, several at the same time, each told whole when it is done."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock

from smolrun.engine import events
from smolrun.errors import ExitCode, SmolVMError
from smolrun.guests.wanted import WantedGuest
from smolrun.report.recap import seconds
from smolrun.testing.relabel import Listener

Test = Callable[[Listener], int]
_LEFT_FREE = 0.25
"""Of the memory that is free, for everything but guests."""


class SideBySide:
    """Args:
    listener: hears all events of one test, and then all of another.
    note: tells how it goes meanwhile.
    at_once: tests at the same time.
    stopped: nothing new begins once it is set.
    """

    def __init__(self, listener: Listener, note: Callable[[str], None], at_once: int, stopped: Event) -> None:
        self._listener = listener
        self._note = note
        self._at_once = at_once
        self._stopped = stopped
        self._lock = Lock()

    def run(self, tests: Mapping[str, Test]) -> int:
        """Run all of them; the worst of their codes."""
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="test") as pool:
            return max(pool.map(self._one, tests, tests.values()), default=int(ExitCode.OK))

    def _one(self, name: str, test: Test) -> int:
        if self._stopped.is_set():
            return int(ExitCode.INTERRUPTED)
        heard: list[events.Event] = []

        def hear(event: events.Event) -> None:
            heard.append(event)
            if isinstance(event, events.PhaseFinished) and event.status != "not run":
                self._note(f"{event.name}: {event.status} after {seconds(event.duration)}")

        try:
            code = test(hear)
        except SmolVMError as error:
            code = int(error.exit_code)
            heard.append(_broken(name, error))
            self._note(f"{name}: {error.message}")
        with self._lock:
            for event in heard:
                self._listener(event)
        return code


def _broken(name: str, error: SmolVMError) -> events.PhaseFinished:
    return events.PhaseFinished(
        time=time.time(), name=f"{name}: guest", status="failed", exit_code=int(error.exit_code), error=error.message
    )


def room_for(wanted: Sequence[WantedGuest]) -> int:
    """How many of these guests this machine has processors and memory for; one at least."""
    largest = max((getattr(guest.settings, "memory", None) or 512 for guest in wanted), default=512)
    by_memory = int(_free_memory() * (1 - _LEFT_FREE) // largest)
    return max(1, min(len(os.sched_getaffinity(0)), by_memory, len(wanted)))


def _free_memory() -> int:
    """MiB that can be used without swapping (proc(5), /proc/meminfo, MemAvailable)."""
    for line in Path("/proc/meminfo").read_text("ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) // 1024
    return 1024
