"""Whether this machine can run guests at the processor's own speed."""

import json
import os
import subprocess
from functools import cache

_PATIENCE = 10.0
"""Seconds that a QEMU may take to start and end again; it takes a tenth."""


@cache
def kvm_works(program: str) -> bool:
    """Whether QEMU gets a machine with KVM to stand. ``/dev/kvm`` may be there, and open, and still not work."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    command = [
        program, "-accel", "kvm", "-machine", "q35", "-cpu", "host", "-m", "16", "-nodefaults", "-no-user-config",
        "-display", "none", "-S", "-qmp", "stdio",
    ]  # fmt: skip
    words = "".join(json.dumps({"execute": word}) + "\n" for word in ("qmp_capabilities", "cont", "quit"))
    try:
        ended = subprocess.run(command, input=words, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0 and "KVM" not in ended.stderr
