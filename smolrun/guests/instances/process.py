"""A process that is known again, although process ids are used more than once."""

import os
import signal
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_GRACE = 2.0
"""Seconds between being asked to end and being made to."""
_LOOK_AGAIN = 0.02


class ProcessMark(BaseModel):
    """Attributes:
    pid: of the process.
    started: when, in clock ticks since the machine booted (proc(5), /proc/PID/stat, field 22).
    boot: which boot that was of.
    """

    model_config = ConfigDict(frozen=True)

    pid: int
    started: int
    boot: str

    def is_alive(self) -> bool:
        """Whether that very process still runs (one that has ended and is not yet reaped does not)."""
        return mark(self.pid) == self

    def end(self) -> None:
        """Ask it to end, and make it after two seconds. Returns when it is gone."""
        for number, patience in ((signal.SIGTERM, _GRACE), (signal.SIGKILL, _GRACE)):
            if not self._signal(number):
                return
            until = time.monotonic() + patience
            while self.is_alive() and time.monotonic() < until:
                _reap(self.pid)
                time.sleep(_LOOK_AGAIN)

    def _signal(self, number: signal.Signals) -> bool:
        if not self.is_alive():
            return False
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True


def mark(pid: int) -> ProcessMark | None:
    """The mark of a running process, or None where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return None
    # The name, in parentheses, may hold anything; the fields after it are numbers, the first of them is the third.
    fields = stat[stat.rindex(b")") + 2 :].split()
    if fields[0] in (b"Z", b"X"):
        return None
    return ProcessMark(pid=pid, started=int(fields[19]), boot=boot)


def mentioning(word: str, programs: tuple[str, ...]) -> list[ProcessMark]:
    """The processes of this user with `word` in their command line: for those that nobody could write down, since
    their maker was killed at that moment.

    Args:
        programs: parts of the names of the programs that they may be.
    """
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line, owner = (entry / "cmdline").read_bytes().decode(errors="replace"), entry.stat().st_uid
        except OSError:  # it has just ended
            continue
        program = line.split("\0", 1)[0].rpartition("/")[2]
        mentioned = word in line and owner == os.geteuid() and any(part in program for part in programs)
        if mentioned and (known := mark(int(entry.name))) is not None:
            found.append(known)
    return found


def own_mark() -> ProcessMark:
    """Of this process."""
    found = mark(os.getpid())
    assert found is not None
    return found


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
