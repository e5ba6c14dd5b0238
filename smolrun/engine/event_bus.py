"""Hands every event to every listener, one event at a time, and survives those that break."""

import time
from collections.abc import Callable, Sequence
from threading import RLock

from smolrun.engine.events import Event, Warned

Listener = Callable[[Event], None]


class EventBus:
    """Where the engine puts its events. Safe to use from several threads; listeners never run at the same time."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = list(listeners)
        self._lock = RLock()

    def emit(self, event: Event) -> None:
        with self._lock:
            for listener in tuple(self._listeners):
                try:
                    listener(event)
                except Exception as error:  # noqa: BLE001 - whatever breaks in a reporter, the run has to go on
                    self._drop(listener, error)

    def _drop(self, listener: Listener, error: Exception) -> None:
        if listener not in self._listeners:
            return
        self._listeners.remove(listener)
        name = getattr(listener, "__qualname__", type(listener).__qualname__)
        message = f"the listener {name} failed and hears nothing more of this run: {type(error).__name__}: {error}"
        self.emit(Warned(time=time.time(), message=message))
