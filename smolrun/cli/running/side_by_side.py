"""The tests of a matrix, several at the same time, each told whole when it is done."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

from smolrun.engine import events
from smolrun.errors import ExitCode, SmolVMError
from smolrun.report.recap import seconds
from smolrun.testing.relabel import Listener

Test = Callable[[Listener], int]


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
            if not any(isinstance(event, events.PhaseFinished) and event.error == error.message for event in heard):
                heard.append(_broken(name, error))
            self._note(f"{name}: {error.message}")
        with self._lock:
            for event in heard:
                self._listener(event)
        return code


def _broken(name: str, error: SmolVMError) -> events.PhaseFinished:
    return events.PhaseFinished(
        time=time.time(), name=f"{name}: test", status="failed", exit_code=int(error.exit_code), error=error.message
    )
