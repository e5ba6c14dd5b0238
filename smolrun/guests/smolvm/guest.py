"""One microVM of SmolVM's: made for a run, or reached where it is there already."""

import contextlib
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.guests.environment import write_environment
from smolrun.guests.instances.folder import Instance, InstanceFolder
from smolrun.guests.instances.process import mark, mentioning
from smolrun.guests.instances.usage import used
from smolrun.guests.login import Login
from smolrun.guests.port import Resources
from smolrun.guests.qemu.acceleration import kvm_works
from smolrun.guests.qemu.command_line import PROGRAM
from smolrun.guests.smolvm.library import Library, MicroVM
from smolrun.guests.smolvm.settings import SmolVMSettings

if TYPE_CHECKING:
    from smolrun.ssh.client import SSHClient

_SSH = 22
_PROGRAMS = ("qemu", "firecracker", "krun")
"""What SmolVM's microVMs run in."""


class SmolVMGuest:
    """A guest made by SmolVM; see `smolrun.guests.port.Guest`."""

    notice = ""
    refuses_become: str | None = None

    def __init__(self, name: str, settings: SmolVMSettings, instances: InstanceFolder) -> None:
        self.name = name
        self._settings = settings
        self._instances = instances
        self._instance: Instance | None = None
        self._stopped = threading.Event()
        self._used: tuple[float, int] | None = None

    @property
    def resources(self) -> Resources:
        self._measure()
        settings, (seconds, memory) = self._settings, self._used or (None, None)
        if settings.name is not None:
            return Resources("reached")
        return Resources("booted", settings.vcpus, settings.memory, settings.disk, seconds, memory)

    def start(self, deadline: Deadline) -> Mapping[str, Any]:
        """Make and boot it, and wait for the login.

        Raises:
            SmolVMError: nothing is left behind.
        """
        library = Library()
        deadline = deadline.earliest(self._settings.boot_timeout)
        self._instance = self._instances.create("smolvm", self.name)
        try:
            variables = self._start(library, self._instance, deadline)
        except SmolVMError as error:
            if self._stopped.is_set():
                self.stop()
                raise SmolVMError(f"the guest {self.name} was stopped while it was starting") from error
            self.stop()
            hint = error.hint or self._hint()
            raise SmolVMError(f"the guest {self.name} did not start: {error.message}", hint=hint) from error
        except BaseException:
            self.stop()
            raise
        self._instance.update(variables=dict(variables))
        return variables

    def stop(self) -> None:
        """Stop and delete the microVM, from any thread; one that was there before is left as it is."""
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

    def _measure(self) -> None:
        if self._instance is not None:
            self._used = used(self._instance.record.processes) or self._used

    def _hint(self) -> str | None:
        if sys.platform != "linux" or self._settings.name is not None or kvm_works(PROGRAM):
            return None
        return "KVM does not work on this machine, and SmolVM's microVMs need it; 'provider: qemu' does without"

    def _check_wanted(self) -> None:
        if self._stopped.is_set():
            raise SmolVMError("it is not wanted any more")

    def _start(self, library: Library, instance: Instance, deadline: Deadline) -> Mapping[str, Any]:
        settings = self._settings
        if settings.name is not None:
            vm = library.reach(settings.name, settings)
        else:
            vm_id = f"smolrun-{instance.record.id}".lower()
            # Not in the instance's folder: the path of a socket has at most 107 bytes (unix(7)).
            sockets = Path(tempfile.gettempdir()) / vm_id
            instance.update(details={"vm_id": vm_id, "sockets": str(sockets)})
            sockets.mkdir(mode=0o700)
            vm = library.create(vm_id, settings, sockets)
            if vm.vm_id != vm_id:  # a SmolVM that lets nobody choose the name
                instance.update(details={"vm_id": vm.vm_id, "sockets": str(sockets)})
        try:
            self._check_wanted()
            vm.start(boot_timeout=deadline.remaining() or settings.boot_timeout)
            process = mark(vm.info.pid) if vm.info.pid else None
            if process is not None and settings.name is None:
                instance.update(processes=(process,))
            variables = self._login(vm, library, instance).wait(deadline, lambda: _ended(vm), self._prepare)
            self._check_wanted()
        except SmolVMError:
            raise
        except Exception as error:  # what another package may raise here is nowhere written
            raise SmolVMError(f"SmolVM: {error}") from error
        finally:
            vm.close()
        return variables

    def _prepare(self, client: "SSHClient") -> None:
        if self._settings.env:
            write_environment(client, self._settings.env)

    def _login(self, vm: MicroVM, library: Library, instance: Instance) -> Login:
        network = vm.info.network
        # Under user networking the guest's own address is 10.0.2.15, which leads nowhere from here.
        port = getattr(network, "ssh_host_port", None)
        host = "127.0.0.1" if port else getattr(network, "guest_ip", None)
        if not host:
            raise SmolVMError("the microVM has no address that SSH could reach")
        key: Path | None = self._settings.key or library.default_key
        return Login(host, port or _SSH, self._settings.user, instance.folder, key if key and key.is_file() else None)


def destroy(instance: Instance) -> None:
    """Stop and delete what was made; raises `SmolVMError` where it cannot be."""
    vm_id = instance.record.details.get("vm_id")
    if vm_id is not None:
        library = Library()
        if library.exists(vm_id):
            vm = library.reach(vm_id)
            with contextlib.suppress(Exception):  # one that does not stop in order is ended below, and then deleted
                vm.stop()
            for process in instance.record.processes:
                process.end()
            try:
                vm.delete()
            except Exception as error:  # as above
                raise SmolVMError(f"the microVM {vm_id} could not be deleted: {error}") from error
            finally:
                vm.close()
        for process in (*instance.record.processes, *mentioning(vm_id, _PROGRAMS)):
            process.end()
        library.forget(vm_id)
    if sockets := instance.record.details.get("sockets"):
        shutil.rmtree(sockets, ignore_errors=True)
    instance.remove()


def _ended(vm: MicroVM) -> bool:
    time.sleep(0.5)
    pid = vm.info.pid
    return pid is not None and mark(pid) is None
