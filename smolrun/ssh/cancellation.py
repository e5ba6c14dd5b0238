"""Somebody's wish, told from any thread, that what is under way ends; every wait of this floor looks at it."""

import threading
from collections.abc import Callable
from typing import TypeVar

from smolrun.deadline import Deadline

LOOK_AGAIN = 0.1  # seconds after which a wait for something else looks whether it is still wanted

T = TypeVar("T")


class CancelledError(Exception):
    """Another thread asked for the end of the wait."""


class Cancellation:
    """A wish that can be uttered, seen and taken back."""

    def __init__(self) -> None:
        self._uttered = threading.Event()

    @property
    def wanted(self) -> bool:
        return self._uttered.is_set()

    def utter(self) -> None:
        self._uttered.set()

    def take_back(self) -> None:
        self._uttered.clear()

    def check(self) -> None:
        """Raises `CancelledError` if it was uttered."""
        if self._uttered.is_set():
            raise CancelledError

    def pause(self, seconds: float) -> None:
        """Let time pass. Raises `CancelledError`, at once, when it is uttered."""
        if self._uttered.wait(seconds):
            raise CancelledError

    def wait_for(self, event: threading.Event, deadline: Deadline) -> bool:
        """Whether an event came before the deadline. Raises `CancelledError` within a tenth of a second."""
        while True:
            self.check()
            if event.wait(deadline.remaining(at_most=LOOK_AGAIN)):
                return True
            if deadline.expired:
                return event.is_set()

    def attended(self, work: Callable[[], T], deadline: Deadline, name: str) -> T:
        """Do something that knows neither deadlines nor cancellation, in a thread of its own that is left alone then.

        Raises:
            TimeoutError: it did not end before the deadline.
            CancelledError: it is not wanted any more.
            Exception: what the work raised.
        """
        done = threading.Event()
        results: list[T] = []
        failures: list[Exception] = []

        def run() -> None:
            try:
                results.append(work())
            except Exception as error:  # noqa: BLE001 - raised in the thread that waits
                failures.append(error)
            finally:
                done.set()

        threading.Thread(target=run, daemon=True, name=name).start()
        if not self.wait_for(done, deadline):
            raise TimeoutError(f"{name}: not in time")
        if failures:
            raise failures[0]
        return results[0]
