"""``--output json``: every event as one line of JSON, and nothing else."""

from typing import TextIO

from smolrun.engine.events import Event
from smolrun.report.plain_values import json_text


class JsonLinesReporter:
    """Writes events as they come; each line is flushed, so that a reader can follow the run."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        self._stream.write(json_text(event, ascii_only=True) + "\n")
        self._stream.flush()
