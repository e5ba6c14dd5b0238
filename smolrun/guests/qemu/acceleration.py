"""Whether this machine can run guests at the processor's own speed."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from smolrun.guests.cache import cache_folder
from smolrun.guests.instances.process import own_mark
from smolrun.guests.qemu.speed_program import DONE, speed_program

TRIED = "acceleration.json"
_PATIENCE = 2.0
"""Seconds that the trial may take. With true acceleration it takes a tenth of one, nearly all of it QEMU's own start;
where the guest's instructions are emulated one by one in the kernel, a minute."""
_GOOD_FOR = 3600.0
"""Seconds that what was found is believed; a trial on a busy machine may have been too slow."""


@cache
def kvm_works(program: str) -> bool:
    """Whether QEMU gets a machine with KVM to run, and fast.

    ``/dev/kvm`` may be there, and open, and still be of no use: within some virtual machines it refuses to start, in
    others it is a hundred times slower than QEMU's own emulation.
    """
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    asked = {"boot": own_mark().boot, "program": shutil.which(program), "user": os.geteuid()}
    remembered = cache_folder() / TRIED
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known: dict[str, Any] = json.loads(remembered.read_text("utf-8"))
        if known["asked"] == asked and 0 <= time.time() - known["time"] < _GOOD_FOR:
            return bool(known["works"])
    works = _tried(program)
    with contextlib.suppress(OSError):  # then the next run tries again
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text(json.dumps({"asked": asked, "time": time.time(), "works": works}), "utf-8")
    return works


def _tried(program: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="smolrun-") as folder:
        rom = Path(folder) / "rom"
        rom.write_bytes(speed_program())
        command = [
            program, "-accel", "kvm", "-machine", "q35", "-cpu", "host", "-m", "16", "-nodefaults", "-no-user-config",
            "-display", "none", "-bios", str(rom), "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
        ]  # fmt: skip
        try:
            ended = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return ended.returncode == DONE and "KVM" not in ended.stderr
