"""Every process that a command on this machine has started: found, ended, and looked for a second time.

A process belongs to the command when it descends from it, when it is in a session that one of its processes leads,
or when it carries the command's mark in its environment: a daemon that forked twice has no other tie to it.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from smolrun.lazy_dataclass import dataclass

MARK_VARIABLE = "SMOLRUN_TASK"
"""As over SSH, where a login wrap exports it."""

_PROC = Path("/proc")
_GRACE = 1.0  # seconds between the request to end and the kill: enough for a trap to remove its lock file
_SECOND_LOOK = 2.0  # seconds for killed processes to leave the table; the kernel needs milliseconds


@dataclass(frozen=True)
class Process:
    """A line of the process table.

    Attributes:
        started: tells two processes apart that had the same number.
    """

    pid: int
    parent: int
    session: int
    started: str


@dataclass(frozen=True)
class Ending:
    """What became of a tree.

    Attributes:
        survivors: the processes that a second look still found.
    """

    survivors: tuple[int, ...]

    @property
    def complete(self) -> bool:
        return not self.survivors


Kill = Callable[[Iterable[int], int], None]


def end_tree(root: int, mark: str, *, kill_as_become_user: Kill | None = None) -> Ending:
    """End the command whose first process is `root`, with everything it has started.

    Args:
        mark: the value of `MARK_VARIABLE` that its processes carry.
        kill_as_become_user: sends a signal to processes that this user may not touch.
    """
    known: dict[int, Process] = {}
    _update(known, root, mark)
    _signal(known, signal.SIGTERM, kill_as_become_user)
    _wait_for_end(known, root, mark, _GRACE)
    give_up_at = time.monotonic() + _SECOND_LOOK
    while known and time.monotonic() < give_up_at:
        _signal(known, signal.SIGKILL, kill_as_become_user)
        _wait_for_end(known, root, mark, 0.2)
    _remove_private_folder(mark)
    return Ending(tuple(sorted(known)))


def _remove_private_folder(mark: str) -> None:
    """What was killed has not removed the folder that it may have had; it is named after the mark."""
    for place in (os.environ.get("TMPDIR") or "/tmp", "/var/tmp", os.environ.get("HOME") or "/"):  # noqa: S108
        shutil.rmtree(Path(place, f".smolrun-{mark}"), ignore_errors=True)


def _wait_for_end(known: dict[int, Process], root: int, mark: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while _update(known, root, mark) and time.monotonic() < until:
        time.sleep(0.01)


def _update(known: dict[int, Process], root: int, mark: str) -> bool:
    """Bring `known` up to date: what has ended leaves it, what has been started since joins it."""
    table = _process_table()
    for pid, process in list(known.items()):
        if pid not in table or table[pid].started != process.started:
            del known[pid]
    ours = {root, *known, *(pid for pid in table if _carries(pid, mark))}
    while True:
        more = {
            pid
            for pid, found in table.items()
            if pid not in ours and not ours.isdisjoint((found.parent, found.session))
        }
        if not more:
            break
        ours |= more
    known.update((pid, table[pid]) for pid in ours if pid in table)
    return bool(known)


def _signal(processes: Iterable[int], number: int, kill_as_become_user: Kill | None) -> None:
    refused = []
    for pid in processes:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
        except PermissionError:
            refused.append(pid)
    if refused and kill_as_become_user is not None:
        kill_as_become_user(refused, number)


def _process_table() -> dict[int, Process]:
    return _table_from_proc() if (_PROC / "self/stat").exists() else _table_from_ps()


def _table_from_proc() -> dict[int, Process]:
    """The living processes; zombies have ended and only wait for their parent (proc(5), /proc/pid/stat)."""
    table = {}
    for name in os.listdir(_PROC):  # noqa: PTH208 - pathlib costs three times as much for hundreds of names
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as stream:  # noqa: PTH123
                fields = stream.read().rpartition(b")")[2].split()
        except OSError:
            continue  # it has just ended
        if len(fields) > 19 and fields[0] not in (b"Z", b"X"):
            table[int(name)] = Process(int(name), int(fields[1]), int(fields[3]), fields[19].decode("ascii"))
    return table


def _table_from_ps() -> dict[int, Process]:
    """The same where there is no /proc: process groups stand in for sessions, and the start has whole seconds."""
    columns = ["-o", "pid=", "-o", "ppid=", "-o", "pgid=", "-o", "stat=", "-o", "lstart="]
    listed = subprocess.run(["ps", "-A", *columns], capture_output=True, text=True, check=False).stdout
    table = {}
    for line in listed.splitlines():
        pid, parent, group, state, *started = line.split()
        if not state.startswith("Z"):
            table[int(pid)] = Process(int(pid), int(parent), int(group), " ".join(started))
    return table


def _carries(pid: int, mark: str) -> bool:
    try:
        with open(f"/proc/{pid}/environ", "rb") as stream:  # noqa: PTH123
            return f"{MARK_VARIABLE}={mark}".encode() in stream.read().split(b"\0")
    except OSError:
        return False
