"""``provider: qemu``."""

from collections.abc import Mapping
from typing import Any

from smolrun.errors import UsageError
from smolrun.guests.instances.folder import Instance, InstanceFolder
from smolrun.guests.qemu.guest import QemuGuest, destroy
from smolrun.guests.qemu.settings import QemuSettings


class QemuProvider:
    """See `smolrun.guests.port.Provider`."""

    settings = QemuSettings

    def short(self, detail: str) -> Mapping[str, Any]:
        """``qemu:IMAGE`` boots a disk."""
        if not detail:
            raise UsageError("--guest qemu needs an image", hint="--guest qemu:disk.qcow2, or 'guest:' in an inventory")
        return {"image": detail}

    def make(self, name: str, settings: QemuSettings, instances: InstanceFolder) -> QemuGuest:
        return QemuGuest(name, settings, instances)

    def destroy(self, instance: Instance) -> None:
        destroy(instance)


PROVIDER = QemuProvider()
