"""A moment in time that is handed down, so that no layer subtracts from a number of its own."""

import time
from collections.abc import Callable
from dataclasses import field

from smolrun.lazy_dataclass import dataclass


@dataclass(frozen=True)
class Deadline:
    """When something has to be over, on the monotonic clock.

    Attributes:
        timeout: the whole allowance in seconds it was made with; None means no limit.
        at: the moment on the clock; None means never.
    """

    timeout: float | None
    at: float | None
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    @classmethod
    def after(cls, seconds: float | None, clock: Callable[[], float] = time.monotonic) -> "Deadline":
        """A deadline `seconds` from now; None for one that never comes."""
        return cls(seconds, None if seconds is None else clock() + seconds, clock)

    @classmethod
    def never(cls) -> "Deadline":
        return cls.after(None)

    @property
    def expired(self) -> bool:
        return self.at is not None and self.clock() >= self.at

    def remaining(self, at_most: float | None = None) -> float | None:
        """Seconds left, never negative, and no more than `at_most`; None where there is no limit at all."""
        if self.at is None:
            return at_most
        left = max(0.0, self.at - self.clock())
        return left if at_most is None else min(left, at_most)

    def earliest(self, seconds: float | None) -> "Deadline":
        """The earlier of this deadline and one `seconds` from now."""
        other = Deadline.after(seconds, self.clock)
        if other.at is None or (self.at is not None and self.at <= other.at):
            return self
        return other
