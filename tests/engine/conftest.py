"""Runs playbooks written as text and looks at what they told."""

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from smolrun.engine.events import (
    Event,
    EventBase,
    Failure,
    HostStatistics,
    RunFinished,
    TaskFinished,
)
from smolrun.engine.options import RunOptions
from smolrun.engine.run import Run
from smolrun.inventory.inventory import load_inventory
from smolrun.location import SourceFile
from smolrun.playbook.loader import read_playbook

E = TypeVar("E", bound=EventBase)


@dataclass
class Played:
    """What a run told."""

    code: int
    events: list[Event] = field(repr=False)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def finished(self) -> RunFinished:
        last = self.events[-1]
        assert isinstance(last, RunFinished)
        return last

    def counts(self, host: str = "localhost") -> dict[str, int]:
        """The counts of the recap that are not zero."""
        statistics = self.finished.statistics.get(host, HostStatistics())
        return {name: count for name, count in asdict(statistics).items() if count}

    def tasks(self, host: str | None = None) -> list[str]:
        """The names of the tasks that were not skipped, in the order in which they ended."""
        return [
            event.task.name
            for event in self.of(TaskFinished)
            if event.status != "skipped" and host in (None, event.host)
        ]

    def task(self, name: str, host: str | None = None) -> TaskFinished:
        return next(event for event in self.of(TaskFinished) if event.task.name == name and host in (None, event.host))

    def failure(self, name: str) -> Failure:
        found = self.task(name).failure
        assert found is not None
        return found

    def message(self, name: str) -> Any:
        """What a ``debug`` task said."""
        return self.task(name).result["msg"]


Play = Callable[..., Played]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Runs a playbook, given as text. Without `hosts`, ``localhost`` is all there is.

    Keyword arguments: `hosts`: names, or names with their variables, all of them on this machine unless they say
    otherwise; `options`: `RunOptions`; any other: a field of `RunOptions`.
    """

    def run(
        *texts: str,
        hosts: Mapping[str, Mapping[str, Any]] | list[str] | None = None,
        options: RunOptions | None = None,
        listen: Callable[[Event], None] | None = None,
        inventory: str | None = None,
        **said: Any,
    ) -> Played:
        playbooks = []
        for number, text in enumerate(texts):
            file = tmp_path / f"playbook{number}.yml"
            file.write_text(textwrap.dedent(text))
            playbooks.append(read_playbook(SourceFile(str(file), file.read_text()))[0])
        events: list[Event] = []
        listeners = [events.append, *([listen] if listen else [])]
        Run(
            playbooks, _inventory(tmp_path, hosts, inventory), replace(options or RunOptions(), **said), listeners
        ).execute()
        last = events[-1]
        assert isinstance(last, RunFinished)
        return Played(last.exit_code, events)

    return run


def _inventory(tmp_path: Path, hosts: Mapping[str, Mapping[str, Any]] | list[str] | None, text: str | None) -> Any:
    if text is not None:
        file = tmp_path / "hosts.ini"
        file.write_text(textwrap.dedent(text))
        return load_inventory([file])
    named = hosts if isinstance(hosts, Mapping) else {name: {} for name in hosts or ()}
    return load_inventory(
        [], hosts={name: {"ansible_connection": "local", **variables} for name, variables in named.items()}
    )
