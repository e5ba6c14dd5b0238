"""What a snapshot stands for: the same key only where booting again would come to the same machine."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from smolrun.guests.qemu.command_line import PROGRAM
from smolrun.guests.qemu.settings import QemuSettings

_FORM = 1
"""Of the snapshots; another one where older ones are of no use any more."""
_OUTSIDE = frozenset({"ports", "boot_timeout", "snapshot", "provider", "accelerate"})
"""Settings that the machine itself knows nothing of."""


def snapshot_key(settings: QemuSettings, *, kvm: bool) -> str | None:
    """Names the machine that these settings make, files and programs as they are now; None where it cannot be told.

    Args:
        kvm: it runs on this machine's own processor.
    """
    try:
        told: dict[str, Any] = {
            "form": _FORM,
            "settings": settings.model_dump(mode="json", exclude=set(_OUTSIDE)),
            "program": _file(Path(shutil.which(PROGRAM) or PROGRAM)),
            "files": [_file(path) for path in (settings.kernel, settings.initrd) if path is not None],
            "disks": [_file(path) for path in _disks(settings)],
            "processor": _processor() if kvm else "emulated",
            "user": os.geteuid(),
        }
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]


def _file(path: Path) -> list[Any]:
    """A file as it is: reading whole disks would take longer than booting them."""
    there = path.resolve(strict=True)
    status = there.stat()
    return [str(there), status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns]


def _disks(settings: QemuSettings) -> list[Path]:
    """The image, and what it stands on."""
    if settings.image is None:
        return []
    if settings.format == "raw":
        return [settings.image]
    command = ["qemu-img", "info", "-U", "--backing-chain", "--output=json", str(settings.image)]
    told = subprocess.run(command, capture_output=True, check=True, timeout=20, stdin=subprocess.DEVNULL).stdout
    return [Path(one["filename"]) for one in json.loads(told)]


def _processor() -> str:
    """What the guest sees of it: the first one's lines, without those that change (proc(5), /proc/cpuinfo)."""
    first = Path("/proc/cpuinfo").read_text("utf-8").split("\n\n")[0]
    steady = ("vendor_id", "model name", "stepping", "microcode", "flags")
    return "\n".join(line for line in first.splitlines() if line.startswith(steady))
