"""The two ways a machine begins: it boots, or goes on from where an earlier one had booted to."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.guests.environment import write_environment
from smolrun.guests.instances.folder import Instance
from smolrun.guests.login import KNOWN_HOSTS, Login
from smolrun.guests.qemu.command_line import DISK, command_line, disk_command, overlay_command
from smolrun.guests.qemu.machine import Machine, Ports, make_disk, start
from smolrun.guests.qemu.monitor import incoming
from smolrun.guests.qemu.restore import bring_up_to_date
from smolrun.guests.qemu.settings import QemuSettings
from smolrun.guests.snapshots import Snapshot, SnapshotFolder
from smolrun.guests.throwaway_keys import public_line, write_key
from smolrun.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from smolrun.ssh.client import SSHClient

_SAVE_SECONDS = 60.0
_LOGIN = "login"


@dataclass(frozen=True)
class Beginning:
    """Attributes:
    instance: whose folder has the machine's files.
    settings: what it is made of.
    kvm: it runs on this machine's own processor.
    """

    instance: Instance
    settings: QemuSettings
    kvm: bool

    def boot(
        self, deadline: Deadline, save: "Callable[[Machine], None] | None", why_not: Callable[[str], None]
    ) -> Mapping[str, Any]:
        """Boot it, and wait for the login.

        Args:
            save: keeps a snapshot of the machine, now that it is up; None where there is to be none.
            why_not: told where a guest like this could not begin from one.

        Raises:
            SmolVMError: it does not come up.
        """
        login = self.settings.key
        if login is None and self.settings.password is None:
            login = self._login_key
            write_key(login)
        if self.settings.image is not None:
            make_disk(disk_command(self.settings, self.instance.folder))
        machine = self._machine()
        suitable = False

        def prepare(client: "SSHClient") -> None:
            nonlocal suitable
            if self.settings.env:
                write_environment(client, self.settings.env)
            if save is None:
                return
            try:
                bring_up_to_date(client)
                suitable = True
            except SmolVMError as error:
                why_not(error.message)

        try:
            variables = self._login(machine, login).wait(deadline, machine.dies, prepare)
            if save is not None and suitable:
                save(machine)
                machine.monitor.resume()  # harmless where it runs; one that stands still is no guest
        finally:
            machine.monitor.close()
        return variables

    def restore(self, snapshot: Snapshot, deadline: Deadline) -> Mapping[str, Any]:
        """Go on from a snapshot, with the time that it is now. Raises `SmolVMError`, `OSError`."""
        login = self.settings.key
        if login is None and self.settings.password is None:
            login = self._login_key
            shutil.copy(snapshot.login, login)
        if self.settings.image is not None:
            make_disk(overlay_command(snapshot.disk, "qcow2", self.instance.folder / DISK))
        machine = self._machine(*incoming(snapshot.state))
        try:
            machine.monitor.loaded(deadline)
            machine.monitor.resume()
            host_key = snapshot.host_key.read_text("ascii")
            return self._login(machine, login, host_key).wait(deadline, machine.dies, bring_up_to_date)
        finally:
            machine.monitor.close()

    def save(self, machine: Machine, snapshot: Snapshot) -> None:
        """Keep the machine as it is now; it stands still meanwhile, and then runs again.

        Raises:
            SmolVMError, OSError: it could not be kept, or does not run again.
        """
        try:
            machine.monitor.save(snapshot.state, Deadline.after(_SAVE_SECONDS))
            for name in (DISK, _LOGIN):
                if (self.instance.folder / name).exists():
                    shutil.copy(self.instance.folder / name, snapshot.folder / name)
            known = (self.instance.folder / KNOWN_HOSTS).read_text("ascii")
            snapshot.host_key.write_text(known.split(maxsplit=1)[1].strip(), "ascii")
        finally:
            machine.monitor.resume()

    def about(self) -> str:
        """What the machine is, for people."""
        return str(self.settings.image or self.settings.kernel)

    @property
    def _login_key(self) -> Path:
        return self.instance.folder / _LOGIN

    def _login(self, machine: Machine, key: Path | None, host_key: str | None = None) -> Login:
        settings = self.settings
        return Login("127.0.0.1", machine.port, settings.user, self.instance.folder, key, settings.password, host_key)

    def _machine(self, *more: str) -> Machine:
        public_key = public_line(self._login_key) if self._login_key.exists() else None

        def command(ports: Ports) -> list[str]:
            name = f"smolrun-{self.instance.record.id}"
            folder = self.instance.folder
            return [*command_line(self.settings, folder, name, ports, kvm=self.kvm, public_key=public_key), *more]

        return start(self.instance, self.settings.ports, command)


def keeper(
    beginning: Beginning, snapshots: SnapshotFolder, key: str, why_not: Callable[[str], None]
) -> Callable[[Machine], None]:
    """What keeps a snapshot under this key, unless somebody else does just now; a failure is told and harms nothing."""

    def keep(machine: Machine) -> None:
        try:
            with snapshots.making(key, beginning.about()) as snapshot:
                if snapshot is not None:
                    beginning.save(machine, snapshot)
        except (SmolVMError, OSError) as error:
            why_not(str(error))

    return keep
