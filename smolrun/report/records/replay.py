"""Reads the record of a run back."""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from smolrun.engine.events import Event
from smolrun.report.event_types import event_adapter
from smolrun.report.story import Story, StoryTeller

_TAIL = 1024 * 1024
"""Bytes at the end of a record that are searched for its last event."""


def events_in(path: Path) -> Iterator[Event]:
    """The events of a record, in order; lines that are no event of this version are passed over, and so is the torn
    last line of a run that was killed."""
    with path.open("rb") as file:
        for line in file:
            event = _event(line)
            if event is not None:
                yield event


def story_in(path: Path) -> Story:
    """The whole record as plays and tasks."""
    teller = StoryTeller()
    for event in events_in(path):
        teller(event)
    return teller.story


def ends_of(path: Path) -> Story:
    """Only how the run began and ended, without reading all that lies between."""
    teller = StoryTeller()
    with path.open("rb") as file:
        first = _event(file.readline())
        file.seek(max(0, path.stat().st_size - _TAIL))
        lines = file.read().splitlines()
    for event in (first, _event(lines[-1]) if lines else None):
        if event is not None:
            teller(event)
    return teller.story


def _event(line: bytes) -> Event | None:
    try:
        return event_adapter().validate_python(json.loads(line))
    except (ValueError, ValidationError):
        return None
