"""Annotations of GitHub Actions: failures and warnings shown at the playbook's own lines.

The form of the commands: docs.github.com, "Workflow commands for GitHub Actions".
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from smolrun.diagnostic import Diagnostic
from smolrun.engine import events
from smolrun.report.alike import why_of
from smolrun.report.escaping import escape
from smolrun.report.phases import TOLD
from smolrun.report.results import Outcome
from smolrun.report.story import HostPart, StoryTeller, TaskPart

MOST_HOSTS = 5
"""Hosts that an annotation names; the log has them all."""


class GitHubReporter:
    """Writes the annotations when the run ends.

    Until then workflow commands are switched off with a token that nobody can guess, so that what a guest prints is
    never taken for one.

    Args:
        stream: standard output, where the runner looks for commands.
        workspace: the folder that annotated files are relative to (``GITHUB_WORKSPACE``).
    """

    def __init__(self, stream: TextIO, workspace: Path) -> None:
        self._stream = stream
        self._workspace = workspace
        self._teller = StoryTeller()
        self._token = secrets.token_hex(16)

    def __call__(self, event: events.Event) -> None:
        self._teller(event)
        if isinstance(event, events.RunStarted):
            self._write([f"::stop-commands::{self._token}"])
        elif isinstance(event, events.RunFinished):
            self._write([f"::{self._token}::", *self._annotations(event)])

    def _write(self, lines: Iterable[str]) -> None:
        self._stream.write("".join(line + "\n" for line in lines))
        self._stream.flush()

    def _annotations(self, end: events.RunFinished) -> Iterator[str]:
        for task in self._teller.story.tasks:
            failed = [part for part in task.hosts.values() if part.is_broken or part.mended]
            if failed:
                yield self._of_failure(task, failed)
        for phase in self._teller.story.phases:
            if phase.error and phase.error != end.error:
                yield _annotation("error", phase.error, None, phase.name, self._workspace)
            for finding in phase.findings if phase.status == "failed" else ():
                if finding.kind in ("changed", "would change"):
                    message = f"{finding.host}: {TOLD[finding.kind]}"
                    title = f"{finding.task.name} ({phase.name})"
                    yield _annotation("error", message, finding.task.place, title, self._workspace)
        for warning in self._teller.story.warnings:
            message = warning.message + (f"\n{warning.hint}" if warning.hint else "")
            yield _annotation("warning", message, warning.place, "", self._workspace)
        if end.error:
            yield _annotation("error", end.error, None, "the run ended", self._workspace)

    def _of_failure(self, task: TaskPart, failed: list[HostPart]) -> str:
        told = [one for part in failed for one in part.failures][:MOST_HOSTS]
        texts = [f"{one.host}: {_why(one)}" for one in told]
        if len(failed) > MOST_HOSTS:
            texts.append(f"… and {len(failed) - MOST_HOSTS} more hosts")
        cause = next((one.failure.place for one in told if one.failure and one.failure.place), None)
        title = f"{task.reference.name} failed on {len(failed)} host{'s' * (len(failed) > 1)}"
        # A failure that a rescue has mended is worth knowing, and no reason to look for what broke.
        level = "error" if any(part.is_broken for part in failed) else "notice"
        return _annotation(level, "\n".join(texts), cause or task.reference.place, title, self._workspace)


def _why(one: Outcome) -> str:
    """The whole message; of a command that failed what it said, which is worth more."""
    return why_of(one) if one.result.get("rc") or one.failure is None else one.failure.message


def diagnostic_annotations(diagnostics: Iterable[Diagnostic], workspace: Path) -> Iterator[str]:
    """For mistakes that were found before anything ran."""
    for diagnostic in diagnostics:
        location = diagnostic.location
        place = None
        if location is not None:
            place = events.Place(path=location.file.name, line=location.line, column=location.column)
        message = diagnostic.message + (f"\n{diagnostic.hint}" if diagnostic.hint else "")
        yield _annotation("error" if diagnostic.is_error else "warning", message, place, "", workspace)


def _annotation(level: str, message: str, place: events.Place | None, title: str, workspace: Path) -> str:
    properties = {}
    if place is not None:
        properties = {"file": _relative(place.path, workspace), "line": str(place.line), "col": str(place.column)}
    if title:
        properties["title"] = title
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {told}::{_data(message)}" if told else f"::{level}::{_data(message)}"


def _relative(path: str, workspace: Path) -> str:
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - a link in the workspace keeps the name that the repository has
    return str(whole.relative_to(workspace)) if whole.is_relative_to(workspace) else path


def _data(text: str) -> str:
    # actions/toolkit, command.ts: what has a meaning in a command's data.
    return escape(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
