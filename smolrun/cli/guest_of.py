"""``--guest``: the machine that a run brings up, and takes away again."""

from smolrun.errors import UsageError
from smolrun.guests.port import Guest

START_SECONDS = 30.0
"""What bringing up a guest may take."""


def guest_named(kind: str) -> Guest:
    """A guest of that kind, not yet started. Raises `UsageError` for a kind that there is not."""
    if kind == "embedded":
        from smolrun.guests.embedded import EmbeddedGuest

        return EmbeddedGuest()
    raise UsageError(f"there is no guest {kind!r}", hint="there is: embedded")
