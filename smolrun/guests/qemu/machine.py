"""One process of QEMU: started, talked to, and ended, whoever started it."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from smolrun.errors import SmolVMError
from smolrun.guests.instances.folder import Instance
from smolrun.guests.instances.process import ProcessMark, mark
from smolrun.guests.login import ended
from smolrun.guests.ports import free_port
from smolrun.guests.qemu.command_line import CONSOLE, PID_FILE
from smolrun.guests.qemu.monitor import Monitor

_PORT_TRIES = 5
"""A free port may be somebody else's by the time QEMU asks for it."""
_LAST_LINES = 12
_SSH = 22

Ports = list[tuple[int, int]]


class Machine:
    """A process of QEMU that has said hello.

    Attributes:
        process: of QEMU.
        monitor: for talking with it; close it when nothing more is to be said.
        port: of 127.0.0.1 that leads to the guest's SSH server.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", monitor: Monitor, port: int) -> None:
        self.process = process
        self.monitor = monitor
        self.port = port

    def dies(self) -> bool:
        """Whether it ends within half a second."""
        return ended(self.process)


def start(instance: Instance, forwarded: Sequence[tuple[int, int]], command: Callable[[Ports], list[str]]) -> Machine:
    """Start a machine, and write down at once that it is there.

    Args:
        forwarded: ports of this machine (0 for any) that lead to the guest's, besides SSH.
        command: the command line with these ports.

    Raises:
        SmolVMError: QEMU ended at once; with what it said.
    """
    complaint = ""
    for _ in range(_PORT_TRIES):
        ports = [(free_port(), _SSH), *((here or free_port(), there) for here, there in forwarded)]
        instance.update(details={"ports": ports})
        process, monitor = _spawn(command(ports))
        found = mark(process.pid)
        try:
            if found is not None:
                instance.update(processes=(found,))
            if monitor.greet():
                assert process.stderr is not None
                process.stderr.close()
                return Machine(process, monitor, ports[0][0])
        except BaseException:  # nobody else knows of it yet
            monitor.close()
            process.kill()
            process.wait()
            raise
        monitor.close()
        if not ended(process, 2.0):
            process.kill()
        complaint = _complaint(process)
        if "host forwarding" not in complaint:
            break
    raise SmolVMError(f"QEMU ended at once{complaint}")


def end(instance: Instance) -> None:
    """End the processes of a machine, started by this process or another. Raises `SmolVMError`."""
    for process in _processes(instance):
        process.end()
        if process.is_alive():
            raise SmolVMError(f"QEMU (process {process.pid}) of the guest {instance.record.id} does not end")


def make_disk(command: list[str]) -> None:
    """Run `qemu-img`. Raises `SmolVMError`."""
    need("qemu-img", "qemu-utils")
    made = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if made.returncode != 0:
        raise SmolVMError(f"its disk could not be made: {made.stderr.strip()}")


def need(program: str, package: str) -> None:
    """Raises `SmolVMError` where a program is not installed."""
    if shutil.which(program) is None:
        raise SmolVMError(f"{program} is not installed on this machine", hint=f"on Debian: apt-get install {package}")


def end_of_console(folder: Path) -> str:
    """The last lines that the machine wrote, for a message; empty where it wrote none."""
    try:
        lines = (folder / CONSOLE).read_text("utf-8", "replace").rstrip().splitlines()[-_LAST_LINES:]
    except OSError:
        return ""
    return "\nthe end of its console:\n" + "\n".join(f"  {line}" for line in lines) if lines else ""


def _spawn(command: list[str]) -> "tuple[subprocess.Popen[bytes], Monitor]":
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            # A session of its own: Ctrl-C in the terminal is for us, who then end it in order.
            process = subprocess.Popen(
                [*command, *Monitor.arguments(theirs.fileno())], pass_fds=[theirs.fileno()], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )  # fmt: skip
        except BaseException:
            ours.close()
            raise
    return process, Monitor(ours)


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


def _complaint(process: "subprocess.Popen[bytes]") -> str:
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read().decode("utf-8", "replace").strip()
    process.wait()
    return f": {said}" if said else ""
