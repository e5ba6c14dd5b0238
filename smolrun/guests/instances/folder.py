"""The folder of all machines: one folder each, ``$XDG_STATE_HOME/smolrun/guests/ID``, private to the user."""

import os
import secrets
import shutil
import time
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from smolrun.errors import SmolVMError, UsageError
from smolrun.guests.instances.process import own_mark
from smolrun.guests.instances.record import InstanceRecord
from smolrun.lazy_dataclass import dataclass

RECORD = "guest.json"


@dataclass
class Instance:
    """One machine's folder: keys, disks, logs, and its record.

    Attributes:
        folder: removed with the machine.
        record: as it stands in the folder.
    """

    folder: Path
    record: InstanceRecord

    def update(self, **changes: Any) -> None:
        """Change the record, on disk first: what is made must never be unknown."""
        changed = self.record.model_copy(update=changes)
        temporary = self.folder / f".{RECORD}"
        temporary.write_text(changed.model_dump_json(indent=1), "utf-8")
        temporary.replace(self.folder / RECORD)
        self.record = changed

    def remove(self) -> None:
        """Forget it. The record goes last, so that an interrupted removal can be done again."""
        self.empty()
        shutil.rmtree(self.folder, ignore_errors=True)

    def empty(self) -> None:
        """Remove everything but the record."""
        for entry in self.folder.iterdir() if self.folder.is_dir() else ():
            if entry.name == RECORD:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


@dataclass(frozen=True)
class InstanceFolder:
    """Attributes:
    root: where the machines' folders are.
    """

    root: Path

    @classmethod
    def of_user(cls) -> "InstanceFolder":
        """That of this user (XDG Base Directory Specification: state)."""
        state = os.environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()
        return cls(Path(state) / "smolrun" / "guests")

    def create(self, provider: str, name: str) -> Instance:
        """A folder for a machine that this process is about to make. Raises `SmolVMError`."""
        instance_id = f"{name.split('.')[0][:20]}-{secrets.token_hex(3)}"
        instance_id = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in instance_id)
        record = InstanceRecord(
            id=instance_id, provider=provider, name=name, created=time.time(), owner=own_mark()
        )  # fmt: skip
        folder = self.root / instance_id
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700)
            instance = Instance(folder, record)
            instance.update()
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise SmolVMError(f"no guest can be made: {error}") from error
        return instance

    def all(self) -> list[Instance]:
        """Every machine that is written down, the oldest first. A folder without a whole record counts too: its
        maker ended before it had made anything."""
        found = [self._read(path) for path in self.root.iterdir() if path.is_dir()] if self.root.is_dir() else []
        return sorted(found, key=lambda instance: instance.record.created)

    def find(self, wanted: str) -> Instance:
        """The machine of that id, or of that host name where there is one only. Raises `UsageError`."""
        everything = self.all()
        found = [one for one in everything if one.record.id == wanted] or [
            one for one in everything if one.record.name == wanted or one.record.id.startswith(wanted)
        ]
        if len(found) == 1:
            return found[0]
        known = ", ".join(one.record.id for one in found or everything)
        if found:
            raise UsageError(f"{wanted!r} is more than one guest", hint=f"say which: {known}")
        raise UsageError(
            f"there is no guest {wanted!r}", hint=f"there are: {known}" if known else "there is none at all"
        )

    def _read(self, folder: Path) -> Instance:
        try:
            text = (folder / RECORD).read_text("utf-8")
            return Instance(folder, InstanceRecord.model_validate_json(text))
        except (OSError, ValidationError):
            created = folder.stat().st_mtime if folder.exists() else 0.0
            nobody = own_mark().model_copy(update={"started": -1})
            return Instance(
                folder, InstanceRecord(id=folder.name, provider="", name="?", created=created, owner=nobody)
            )
