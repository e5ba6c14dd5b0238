"""What the processes of a machine have used (proc(5))."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from smolrun.guests.instances.process import ProcessMark


def used(processes: Iterable[ProcessMark]) -> tuple[float, int] | None:
    """Seconds of processor time, and MiB of memory at the most; None where none of them runs."""
    seconds, memory, found = 0.0, 0, False
    for process in processes:
        with contextlib.suppress(OSError, ValueError):
            if not process.is_alive():
                continue
            status = Path(f"/proc/{process.pid}/status").read_text("utf-8", "replace")
            stat = Path(f"/proc/{process.pid}/stat").read_text("utf-8", "replace")
            fields = stat[stat.rindex(")") + 2 :].split()
            seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
            memory += int(peak.split()[1]) // 1024
            found = True
    return (seconds, memory) if found else None
