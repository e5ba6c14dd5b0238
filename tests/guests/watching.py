"""Processes of this machine, found by a word of their command line."""

import time
from pathlib import Path


def pids_of(mark: str) -> list[int]:
    """The processes whose command line holds a text."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(mark.encode() == word for word in words):
            found.append(int(folder.name))
    return found


def wait_until_gone(mark: str, seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while pids_of(mark) and time.monotonic() < until:
        time.sleep(0.02)
    return not pids_of(mark)


def wait_until_there(mark: str, seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while not pids_of(mark) and time.monotonic() < until:
        time.sleep(0.02)
    return bool(pids_of(mark))
