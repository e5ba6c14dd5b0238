"""Where the records of runs are kept: ``.smolrun/runs/ID/events.jsonl`` in the working directory."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from smolrun.errors import UsageError
from smolrun.lazy_dataclass import dataclass

HOME = Path(".smolrun")
EVENTS = "events.jsonl"
KEPT_WHERE = "runs are kept in the directory they are started in"


@dataclass(frozen=True)
class RecordFolder:
    """The records of the runs that were started in one directory.

    Attributes:
        home: ``.smolrun`` in that directory.
    """

    home: Path = HOME

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    def prepare(self) -> None:
        """Make it, for this user only. Raises `OSError`, also where it is not ours alone."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        refuse_foreign(self.home)
        ignore = self.home / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", "utf-8")
        self.runs.mkdir(mode=0o700, exist_ok=True)
        refuse_foreign(self.runs)

    def ids(self) -> list[str]:
        """Of the runs that are kept, the newest first: an id begins with its time."""
        if not self.runs.is_dir():
            return []
        return sorted((entry.name for entry in self.runs.iterdir() if (entry / EVENTS).is_file()), reverse=True)

    def events_of(self, run_id: str) -> Path:
        return self.runs / run_id / EVENTS

    def find(self, wanted: str) -> str:
        """The id that `wanted` means: itself, the beginning of one, or ``last``. Raises `UsageError`."""
        ids = self.ids()
        if not ids:
            raise UsageError(f"no run is kept in {self.runs}", hint=KEPT_WHERE)
        if wanted == "last":
            return ids[0]
        fitting = [run_id for run_id in ids if run_id.startswith(wanted)]
        if wanted in fitting or len(fitting) == 1:
            return wanted if wanted in fitting else fitting[0]
        if fitting:
            raise UsageError(f"{wanted!r} is the beginning of {len(fitting)} runs", hint=f"there are {_few(fitting)}")
        raise UsageError(f"no run {wanted!r} is kept", hint=f"there are {_few(ids)}; 'smolrun runs' lists them")

    def forget_oldest(self, keep: int) -> None:
        """Remove all but the `keep` newest. What cannot be removed stays."""
        for run_id in self.ids()[keep:]:
            shutil.rmtree(self.runs / run_id, ignore_errors=True)


def refuse_foreign(path: Path) -> None:
    """Raises `PermissionError` where `path` is a link or not ours: in a directory that others may write to, a planted
    folder would get the events of our runs."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{path} is not a folder of this user")


def _few(ids: list[str], most: int = 3) -> str:
    def shown() -> Iterator[str]:
        yield from ids[:most]
        if len(ids) > most:
            yield "…"

    return ", ".join(shown())
