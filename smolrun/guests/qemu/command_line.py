"""The command line of QEMU for one machine."""

import base64
from collections.abc import Sequence
from pathlib import Path

from smolrun.guests.qemu.settings import QemuSettings

PROGRAM = "qemu-system-x86_64"
CONSOLE = "console.log"
PID_FILE = "qemu.pid"
DISK = "disk.qcow2"


def command_line(
    settings: QemuSettings,
    folder: Path,
    name: str,
    ports: Sequence[tuple[int, int]],
    *,
    kvm: bool,
    public_key: str | None,
) -> list[str]:
    """Everything that QEMU is told.

    Args:
        folder: of the instance, with its disk.
        name: of the process and the machine.
        ports: of 127.0.0.1, each with the guest's.
        public_key: let in for root by the image's systemd, where the image knows no key of ours.
    """
    forwards = "".join(f",hostfwd=tcp:127.0.0.1:{here}-:{there}" for here, there in ports)
    command = [
        PROGRAM, "-name", name, "-nodefaults", "-no-user-config", "-display", "none",
        "-machine", settings.machine, "-accel", "kvm" if kvm else "tcg,thread=multi",
        # Without the processor's random numbers a young guest waits for entropy to make its keys.
        "-cpu", "host" if kvm else "max", "-m", str(settings.memory), "-smp", str(settings.vcpus),
        "-serial", f"file:{_escaped(folder / CONSOLE)}", "-pidfile", str(folder / PID_FILE),
        "-netdev", f"user,id=net0{forwards}", "-device", "virtio-net-pci,netdev=net0",
    ]  # fmt: skip
    if settings.kernel is not None:
        command += ["-kernel", str(settings.kernel), "-append", settings.append]
    if settings.initrd is not None:
        command += ["-initrd", str(settings.initrd)]
    if settings.image is not None:
        drive = f"file={_escaped(folder / DISK)},if=none,id=disk0,format=qcow2,discard=unmap"
        command += ["-drive", drive, "-device", "virtio-blk-pci,drive=disk0"]
    if public_key is not None:
        command += ["-smbios", f"type=11,value={_credential('ssh.authorized_keys.root', public_key)}"]
    return [*command, *settings.arguments]


def disk_command(settings: QemuSettings, folder: Path) -> list[str]:
    """What makes the disk that changes are written to, above the image."""
    assert settings.image is not None
    size = [f"{settings.disk}M"] if settings.disk is not None else []
    return [*overlay_command(settings.image.absolute(), settings.format, folder / DISK), *size]


def overlay_command(below: Path, form: str, disk: Path) -> list[str]:
    """What makes a disk that begins as another one, which is only read."""
    return ["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(below), "-F", form, str(disk)]


def _credential(name: str, value: str) -> str:
    # systemd.exec(5), "System and Service Credentials": SMBIOS type 11 strings, base64 for any content.
    return f"io.systemd.credential.binary:{name}={base64.b64encode(value.encode()).decode()}"


def _escaped(path: Path) -> str:
    """QEMU takes a comma for the end of a value unless it is doubled (qemu(1))."""
    return str(path).replace(",", ",,")
