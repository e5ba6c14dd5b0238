"""``provider: embedded``."""

from collections.abc import Mapping
from typing import Any

from smolrun.errors import UsageError
from smolrun.guests.embedded import EmbeddedGuest
from smolrun.guests.instances.folder import Instance, InstanceFolder
from smolrun.guests.settings import GuestSettings


class EmbeddedProvider:
    """See `smolrun.guests.port.Provider`."""

    settings = GuestSettings

    def short(self, detail: str) -> Mapping[str, Any]:
        if detail:
            raise UsageError(f"--guest embedded:{detail}: there is nothing to choose", hint="write --guest embedded")
        return {}

    def make(self, name: str, settings: GuestSettings, instances: InstanceFolder) -> EmbeddedGuest:
        return EmbeddedGuest(name)

    def destroy(self, instance: Instance) -> None:
        """It lives in a process, and went with it."""
        instance.remove()


PROVIDER = EmbeddedProvider()
