"""One machine of QEMU, from its first byte on disk to the last."""

import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.guests.instances.folder import Instance, InstanceFolder
from smolrun.guests.instances.process import ProcessMark, mark
from smolrun.guests.login import Login, ended
from smolrun.guests.qemu.acceleration import kvm_works
from smolrun.guests.qemu.command_line import CONSOLE, PID_FILE, PROGRAM, command_line, disk_command
from smolrun.guests.qemu.settings import QemuSettings
from smolrun.guests.throwaway_keys import write_key

_PORT_TRIES = 5
"""A free port may be somebody else's by the time QEMU asks for it."""
_LAST_LINES = 12


class QemuGuest:
    """A guest made by QEMU; see `smolrun.guests.port.Guest`."""

    refuses_become: str | None = None

    def __init__(self, name: str, settings: QemuSettings, instances: InstanceFolder) -> None:
        self.name = name
        self.notice = ""
        self._settings = settings
        self._instances = instances
        self._instance: Instance | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, deadline: Deadline) -> Mapping[str, Any]:
        """Make the disk, boot, and wait for the login.

        Raises:
            SmolVMError: with the end of its console; nothing is left behind.
        """
        _need(PROGRAM, "qemu-system-x86")
        self._instance = self._instances.create("qemu", self.name)
        try:
            variables = self._boot(self._instance, deadline.earliest(self._settings.boot_timeout))
        except OSError as error:
            self.stop()
            raise SmolVMError(f"the guest {self.name} did not start: {error}") from error
        except SmolVMError as error:
            console = _end_of(self._instance.folder / CONSOLE)
            self.stop()
            raise SmolVMError(
                f"the guest {self.name} did not start: {error.message}{console}", hint=error.hint
            ) from error
        except BaseException:
            self.stop()
            raise
        self._instance.update(variables=variables)
        return variables

    def stop(self) -> None:
        """End the machine and remove its disk, keys and log."""
        instance, self._instance = self._instance, None
        if instance is not None:
            destroy(instance)
        self._process = None

    def keep(self) -> bool:
        if self._instance is None:
            return False
        self._instance.update(owner=None)
        self._instance = None
        return True

    # --- booting -----------------------------------------------------------------------------------

    def _boot(self, instance: Instance, deadline: Deadline) -> Mapping[str, Any]:
        settings, folder = self._settings, instance.folder
        key, public_key = settings.key, None
        if key is None and settings.password is None:
            key = folder / "login"
            pair = write_key(key)
            public_key = f"{pair.get_name()} {pair.get_base64()}\n"
        if settings.image is not None:
            _need("qemu-img", "qemu-utils")
            _make_disk(disk_command(settings, folder))
        kvm = settings.accelerate if settings.accelerate is not None else kvm_works(PROGRAM)
        self._process, port = self._spawn(instance, kvm=kvm, public_key=public_key)
        process = self._process
        login = Login("127.0.0.1", port, settings.user, folder, key, settings.password)
        return login.wait(deadline, lambda: ended(process))

    def _spawn(self, instance: Instance, *, kvm: bool, public_key: str | None) -> "tuple[subprocess.Popen[bytes], int]":
        complaint = ""
        for _ in range(_PORT_TRIES):
            ports = [(_free_port(), 22), *((here or _free_port(), there) for here, there in self._settings.ports)]
            instance.update(details={"ports": ports})
            command = command_line(
                self._settings, instance.folder, f"smolrun-{instance.record.id}", ports, kvm=kvm, public_key=public_key
            )
            # A session of its own: Ctrl-C in the terminal is for us, who then end it in order.
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                start_new_session=True,
            )  # fmt: skip
            found = mark(process.pid)
            if found is not None:
                instance.update(processes=(found,))
            if not ended(process, 0.3):
                assert process.stderr is not None
                process.stderr.close()
                return process, ports[0][0]
            complaint = _complaint(process)
            if "host forwarding" not in complaint:
                break
        raise SmolVMError(f"QEMU ended at once{complaint}")


def destroy(instance: Instance) -> None:
    """End the processes of a machine, made by this process or another, and remove its folder."""
    for process in _processes(instance):
        process.end()
        if process.is_alive():
            raise SmolVMError(f"QEMU (process {process.pid}) of the guest {instance.record.id} does not end")
    instance.remove()


def _processes(instance: Instance) -> list[ProcessMark]:
    found = list(instance.record.processes)
    if not found:  # its maker was killed between starting it and writing that down; QEMU writes its own id
        try:
            pid = int((instance.folder / PID_FILE).read_text("ascii"))
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return []
        running = mark(pid)
        if running is not None and f"smolrun-{instance.record.id}".encode() in words:
            found.append(running)
    return found


def _make_disk(command: list[str]) -> None:
    made = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if made.returncode != 0:
        raise SmolVMError(f"its disk could not be made: {made.stderr.strip()}")


def _need(program: str, package: str) -> None:
    if shutil.which(program) is None:
        raise SmolVMError(f"{program} is not installed on this machine", hint=f"on Debian: apt-get install {package}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _complaint(process: "subprocess.Popen[bytes]") -> str:
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read().decode("utf-8", "replace").strip()
    return f": {said}" if said else ""


def _end_of(console: Path) -> str:
    try:
        lines = console.read_text("utf-8", "replace").rstrip().splitlines()[-_LAST_LINES:]
    except OSError:
        return ""
    return "\nthe end of its console:\n" + "\n".join(f"  {line}" for line in lines) if lines else ""
