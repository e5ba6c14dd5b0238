"""That a run is to end: set from anywhere, noticed wherever something waits."""

from threading import Event

from smolrun.errors import OperationCancelledError


class StopSignal:
    """Set once, by Ctrl-C, and never taken back."""

    def __init__(self) -> None:
        self._event = Event()

    def set(self) -> None:
        self._event.set()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    def sleep(self, seconds: float) -> None:
        """Wait that long.

        Raises:
            OperationCancelledError: the run is being stopped.
        """
        self._event.wait(max(0.0, seconds))
        self.raise_if_set()

    def raise_if_set(self) -> None:
        """Raises:
        OperationCancelledError: the run is being stopped.
        """
        if self._event.is_set():
            raise OperationCancelledError("the run was interrupted")
