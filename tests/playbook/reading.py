"""Playbooks from text, and what is told about them as short lines."""

from collections.abc import Iterable

from smolrun.diagnostic import Diagnostic
from smolrun.errors import LoadError
from smolrun.location import SourceFile
from smolrun.playbook.check import KnownNames, check
from smolrun.playbook.loader import read_playbook
from smolrun.playbook.models import Node, Playbook, Task

PLAY = "- hosts: all\n  tasks:\n"
"""What `tasks` puts before its text: two lines."""


def load(text: str, name: str = "p.yml") -> Playbook:
    return read_playbook(SourceFile(name, text))[0]


def load_tasks(text: str) -> tuple[Node, ...]:
    """The tasks of a text that is indented as below ``tasks:``."""
    return load(PLAY + text).plays[0].tasks


def load_task(text: str) -> Task:
    (task,) = load_tasks(text)
    assert isinstance(task, Task)
    return task


def found(text: str) -> tuple[Diagnostic, ...]:
    """Everything that is told about a playbook before it runs, but for undefined variables."""
    try:
        playbook, warnings = read_playbook(SourceFile("p.yml", text))
        return (*warnings, *check(playbook, KnownNames(unknown_sources=True)))
    except LoadError as error:
        return error.diagnostics


def told(text: str) -> list[str]:
    """What loading tells, one line each: ``line:column severity code: message (hint)``."""
    return lines(found(text))


def told_of_tasks(text: str) -> list[str]:
    return told(PLAY + text)


def lines(diagnostics: Iterable[Diagnostic]) -> list[str]:
    return [_line(diagnostic) for diagnostic in diagnostics]


def _line(diagnostic: Diagnostic) -> str:
    location = diagnostic.location
    where = f"{location.line}:{location.column}" if location else "-"
    hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
    return f"{where} {diagnostic.severity} {diagnostic.code}: {diagnostic.message}{hint}"
