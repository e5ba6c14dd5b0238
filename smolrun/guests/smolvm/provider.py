"""``provider: smolvm``."""

from collections.abc import Mapping
from typing import Any

from smolrun.guests.instances.folder import Instance, InstanceFolder
from smolrun.guests.smolvm.guest import SmolVMGuest, destroy
from smolrun.guests.smolvm.settings import SmolVMSettings


class SmolVMProvider:
    """See `smolrun.guests.port.Provider`."""

    settings = SmolVMSettings

    def short(self, detail: str) -> Mapping[str, Any]:
        """``smolvm`` alone is SmolVM's default image, ``smolvm:IMAGE`` another one."""
        return {"image": detail} if detail else {}

    def make(self, name: str, settings: SmolVMSettings, instances: InstanceFolder) -> SmolVMGuest:
        return SmolVMGuest(name, settings, instances)

    def destroy(self, instance: Instance) -> None:
        destroy(instance)


PROVIDER = SmolVMProvider()
