"""One machine of QEMU, from its first byte on disk to the last."""

import threading
from collections.abc import Mapping
from typing import Any

from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.guests.instances.folder import Instance, InstanceFolder
from smolrun.guests.instances.usage import used
from smolrun.guests.port import Began, Resources
from smolrun.guests.qemu.acceleration import kvm_works
from smolrun.guests.qemu.beginning import Beginning, keeper
from smolrun.guests.qemu.command_line import PROGRAM
from smolrun.guests.qemu.machine import end, end_of_console, need
from smolrun.guests.qemu.settings import QemuSettings
from smolrun.guests.qemu.snapshot_key import snapshot_key
from smolrun.guests.snapshots import Snapshot, SnapshotFolder

_RESTORE_SECONDS = 30.0
"""Beginning from a snapshot takes a second or two; after this, booting is the better way."""


class QemuGuest:
    """A guest made by QEMU; see `smolrun.guests.port.Guest`."""

    refuses_become: str | None = None

    def __init__(self, name: str, settings: QemuSettings, instances: InstanceFolder) -> None:
        self.name = name
        self.notice = ""
        self._settings = settings
        self._instances = instances
        self._snapshots = SnapshotFolder.of_user()
        self._instance: Instance | None = None
        self._stopped = threading.Event()
        self._began: Began = "booted"
        self._used: tuple[float, int] | None = None

    @property
    def resources(self) -> Resources:
        self._measure()
        settings, (seconds, memory) = self._settings, self._used or (None, None)
        return Resources(self._began, settings.vcpus, settings.memory, settings.disk, seconds, memory)

    def start(self, deadline: Deadline) -> Mapping[str, Any]:
        """Make the disk, boot or go on from a snapshot, and wait for the login.

        Raises:
            SmolVMError: with the end of its console; nothing is left behind.
        """
        need(PROGRAM, "qemu-system-x86")
        self._instance = instance = self._instances.create("qemu", self.name)
        try:
            variables = self._begin(instance, deadline.earliest(self._settings.boot_timeout))
            self._check_wanted()
            instance.update(variables=variables)
        except (SmolVMError, OSError) as error:
            if self._stopped.is_set():
                self.stop()
                raise SmolVMError(f"the guest {self.name} was stopped while it was starting") from error
            console = "" if isinstance(error, OSError) else end_of_console(instance.folder)
            hint = error.hint if isinstance(error, SmolVMError) else None
            self.stop()
            raise SmolVMError(f"the guest {self.name} did not start: {error}{console}", hint=hint) from error
        except BaseException:
            self.stop()
            raise
        return variables

    def stop(self) -> None:
        """End the machine and remove its disk, keys and log; from any thread, also while another one starts it."""
        self._stopped.set()
        if self._instance is not None:
            self._measure()
            destroy(self._instance)

    def keep(self) -> bool:
        if self._instance is None:
            return False
        self._instance.update(owner=None)
        self._instance = None
        return True

    def _begin(self, instance: Instance, deadline: Deadline) -> Mapping[str, Any]:
        self._check_wanted()
        settings = self._settings
        kvm = settings.accelerate if settings.accelerate is not None else kvm_works(PROGRAM)
        beginning = Beginning(instance, settings, kvm)
        key = snapshot_key(settings, kvm=kvm) if settings.snapshot and not settings.arguments else None
        if key is None:
            return beginning.boot(deadline, None, self._without_snapshot)
        snapshot = self._snapshots.find(key)
        if snapshot is not None:
            try:
                variables = beginning.restore(snapshot, deadline.earliest(_RESTORE_SECONDS))
            except (SmolVMError, OSError) as error:
                self._check_wanted()
                self._forget(instance, snapshot, error)
            else:
                self._began = "restored"
                return variables
        save = keeper(beginning, self._snapshots, key, self._without_snapshot)
        return beginning.boot(deadline, save, self._without_snapshot)

    def _measure(self) -> None:
        if self._instance is not None:
            self._used = used(self._instance.record.processes) or self._used

    def _forget(self, instance: Instance, snapshot: Snapshot, error: Exception) -> None:
        self.notice = f"{self.name} was booted, its snapshot is of no use: {error}"
        end(instance)
        instance.empty()
        snapshot.remove()

    def _without_snapshot(self, reason: str) -> None:
        self.notice = f"{self.name} will be booted the next time too, no snapshot of it could be kept: {reason}"

    def _check_wanted(self) -> None:
        if self._stopped.is_set():
            raise SmolVMError("it is not wanted any more")


def destroy(instance: Instance) -> None:
    """End the processes of a machine, made by this process or another, and remove its folder."""
    end(instance)
    instance.remove()
