"""Machines as they were after their first boot, kept to begin from: a folder each in the user's cache."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from smolrun.guests.cache import cache_folder
from smolrun.lazy_dataclass import dataclass

LIMIT = 2 << 30
"""Bytes that all snapshots may have together; those that were not used for the longest time go first."""
_STATE = "state"
_DISK = "disk.qcow2"
_ABOUT = "about"
_LOGIN = "login"
_HOST_KEY = "host_key"
_UNFINISHED = ".new"


@dataclass(frozen=True)
class Snapshot:
    """Attributes:
    folder: with all that belongs to it; for its owner alone, since a memory holds keys.
    """

    folder: Path

    @property
    def state(self) -> Path:
        """The machine's memory and devices."""
        return self.folder / _STATE

    @property
    def disk(self) -> Path:
        """What had been written above the image; not there where there is no image."""
        return self.folder / _DISK

    @property
    def login(self) -> Path:
        """The throw-away key that the machine was told of; not there where the image has one of its own."""
        return self.folder / _LOGIN

    @property
    def host_key(self) -> Path:
        """The key that the machine shows: its type and content, as in known_hosts."""
        return self.folder / _HOST_KEY

    @property
    def about(self) -> str:
        """What it is a snapshot of."""
        with contextlib.suppress(OSError):
            return (self.folder / _ABOUT).read_text("utf-8")
        return "an unfinished one"

    @property
    def size(self) -> int:
        """Bytes on disk."""
        with contextlib.suppress(OSError):
            return sum(path.stat().st_blocks * 512 for path in self.folder.iterdir())
        return 0

    @property
    def used(self) -> float:
        """When it was last of use, in seconds since the epoch."""
        with contextlib.suppress(OSError):
            return (self.folder / _ABOUT).stat().st_mtime
        return 0.0

    @property
    def is_finished(self) -> bool:
        return self.folder.suffix != _UNFINISHED

    def remove(self) -> None:
        """Machines that began from it hold their files open, and go on."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class SnapshotFolder:
    """Attributes:
    root: where the snapshots' folders are.
    limit: bytes that all of them may have.
    """

    root: Path
    limit: int = LIMIT

    @classmethod
    def of_user(cls) -> "SnapshotFolder":
        return cls(cache_folder() / "snapshots")

    def find(self, key: str) -> Snapshot | None:
        """That of this key, which now counts as just used."""
        found = Snapshot(self.root / key)
        try:
            os.utime(found.folder / _ABOUT)
        except OSError:
            return None
        return found

    def all(self) -> list[Snapshot]:
        """Everything there is, the longest unused first."""
        with contextlib.suppress(OSError):
            return sorted(map(Snapshot, self.root.iterdir()), key=lambda snapshot: snapshot.used)
        return []

    def clean(self) -> list[Snapshot]:
        """Remove everything but what another process is making just now, and say what that was."""
        with self._locked() as alone:
            removed = [snapshot for snapshot in self.all() if snapshot.is_finished or alone]
            for snapshot in removed:
                snapshot.remove()
        return removed

    @contextlib.contextmanager
    def making(self, key: str, about: str) -> Iterator[Snapshot | None]:
        """A new snapshot to be filled, there for others once this ends without an exception.

        Yields:
            None where another process is making one, or has: then nothing is to be done.

        Raises:
            OSError: nothing can be written there.
        """
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked() as alone:
            if not alone or self.find(key) is not None:
                yield None
                return
            for left in self.all():
                if not left.is_finished:
                    left.remove()
            unfinished = Snapshot(self.root / f"{key}{_UNFINISHED}")
            unfinished.folder.mkdir(mode=0o700)
            try:
                yield unfinished
                (unfinished.folder / _ABOUT).write_text(about, "utf-8")
                unfinished.folder.rename(self.root / key)
            except BaseException:
                unfinished.remove()
                raise
            self._shrink()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[bool]:
        """Whether nobody else makes a snapshot meanwhile. The lock is on the folder itself, and goes with the process:
        nothing to be left behind."""
        try:
            descriptor = os.open(self.root, os.O_RDONLY)
        except FileNotFoundError:
            yield True
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        try:
            yield alone
        finally:
            os.close(descriptor)

    def _shrink(self) -> None:
        found = self.all()
        total = sum(snapshot.size for snapshot in found)
        for snapshot in found:
            if total <= self.limit:
                return
            total -= snapshot.size
            snapshot.remove()
