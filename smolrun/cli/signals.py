"""Ctrl-C and SIGTERM: the first ends the run in order, the second ends it now."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from smolrun.errors import ExitCode


class StopSignals:
    """While it is entered, SIGINT and SIGTERM stop a run.

    Args:
        interrupt: called once, in a thread of its own (it takes locks that the interrupted code may hold): asks the
            engine to kill what runs on the guests and to finish.
        abandon: called at the second signal, just before the process ends: puts the terminal right again.
    """

    def __init__(self, interrupt: Callable[[], None], abandon: Callable[[], None]) -> None:
        self._interrupt = interrupt
        self._abandon = abandon
        self._received = 0
        self._before: dict[int, object] = {}

    def __enter__(self) -> "StopSignals":
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._received += 1
        if self._received == 1:
            threading.Thread(target=self._interrupt, name="interrupt", daemon=True).start()
            return
        last_words = threading.Thread(target=self._abandon, name="abandon", daemon=True)
        last_words.start()
        last_words.join(1.0)
        os._exit(ExitCode.INTERRUPTED)
