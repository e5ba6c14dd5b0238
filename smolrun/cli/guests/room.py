"""What this machine has room for."""

import os
from collections.abc import Sequence
from pathlib import Path

from smolrun.guests.wanted import WantedGuest

_LEFT_FREE = 0.25
"""Of the memory that is free, for everything but guests."""
_USUAL = 512
"""MiB of a guest that does not say."""


def room_for(wanted: Sequence[WantedGuest]) -> int:
    """How many of these guests this machine has processors and memory for at the same time; one at least."""
    largest = max(map(_memory, wanted), default=0)
    by_memory = int(free_memory() * (1 - _LEFT_FREE) // largest) if largest else len(wanted)
    return max(1, min(len(os.sched_getaffinity(0)), by_memory, len(wanted)))


def too_large(wanted: Sequence[WantedGuest]) -> str | None:
    """What to tell where all of these together may take more memory than there is; None where they fit."""
    together, free = sum(map(_memory, wanted)), free_memory()
    if together <= free:
        return None
    return f"the guests of this run have {together} MiB of memory together, and {free} MiB are free on this machine"


def free_memory() -> int:
    """MiB that can be used without swapping (proc(5), /proc/meminfo, MemAvailable)."""
    for line in Path("/proc/meminfo").read_text("ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) // 1024
    return 1024


def _memory(guest: WantedGuest) -> int:
    if "memory" not in type(guest.settings).model_fields:
        return 0  # no machine of its own
    return getattr(guest.settings, "memory", None) or _USUAL
