"""Keeps every event of a run, as JSON lines that only this user can read."""

import os
import time
from pathlib import Path
from typing import BinaryIO

from smolrun.engine import events
from smolrun.report.plain_values import json_text
from smolrun.report.records.folder import RecordFolder

LIMIT = 64 * 1024 * 1024
"""Bytes of one record. Beyond half of it, streamed output is left out: results hold it once more."""


class Recorder:
    """A listener that writes each event as it comes, so that a run that was killed can be read up to there.

    Args:
        folder: of the records.
        keep: how many runs there are at the most, this one counted.
        limit: bytes of this record.

    Attributes:
        refused: why nothing is recorded, once that has turned out. A run goes on without.
    """

    def __init__(self, folder: RecordFolder, keep: int, limit: int = LIMIT) -> None:
        self._folder = folder
        self._keep = keep
        self._limit = limit
        self._file: BinaryIO | None = None
        self._size = 0
        self._cut = False
        self.refused: OSError | None = None

    def __call__(self, event: events.Event) -> None:
        try:
            if isinstance(event, events.RunStarted):
                self._file = self._open(event.run_id)
            self._record(event)
            if isinstance(event, events.RunFinished) and self._file is not None:
                self._file.close()
                self._file = None
        except OSError as error:
            self.refused = error
            self._file = None

    def _open(self, run_id: str) -> BinaryIO:
        self._folder.prepare()
        self._folder.forget_oldest(self._keep - 1)
        path: Path = self._folder.events_of(run_id)
        path.parent.mkdir(mode=0o700)
        # O_EXCL: nobody's planted link is followed. One line in one write, without a buffer: a killed run loses none.
        return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)  # noqa: PTH123

    def _record(self, event: events.Event) -> None:
        if self._file is None:
            return
        is_output = isinstance(event, events.OutputReceived)
        if is_output and self._size > self._limit / 2:
            return
        line = (json_text(event, ascii_only=True) + "\n").encode()
        if self._size + len(line) > self._limit and not isinstance(event, events.RunFinished):
            self._tell_cut()
            return
        self._write(line)

    def _tell_cut(self) -> None:
        if self._cut or self._file is None:
            return
        self._cut = True
        message = f"this record is cut: it would have been larger than {self._limit:,} bytes"
        self._write((json_text(events.Warned(time=time.time(), message=message)) + "\n").encode())

    def _write(self, line: bytes) -> None:
        assert self._file is not None
        self._file.write(line)
        self._size += len(line)
