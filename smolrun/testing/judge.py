"""Watches the events of one phase for what it must not do."""

from collections.abc import Mapping
from typing import Any

from smolrun.engine import events
from smolrun.testing.phases import Phase

_SKIPPED_BY_PLAYBOOK = ("skip_reason", "skipped_reason", "false_condition", "censored")
"""Fields of a result that was skipped by a condition, or by an empty loop; without any of them, the module itself had
nothing to say in check mode."""

_BROKEN: Mapping[str, events.FindingKind] = {
    "failed": "failed", "timed_out": "timed_out", "unreachable": "unreachable", "lost": "lost",
}  # fmt: skip


class Judge:
    """A listener of the events of one phase.

    Attributes:
        findings: what turns the phase red, and in the phase `check` also what it could not judge.
    """

    def __init__(self, phase: Phase) -> None:
        self._phase = phase
        self.findings: list[events.Finding] = []
        self._unjudged_items: set[tuple[str, str]] = set()

    def __call__(self, event: events.Event) -> None:
        if isinstance(event, events.ItemFinished):
            if self._phase is Phase.CHECK and is_unjudged(event.result):
                self._unjudged_items.add((event.task.id, event.host))
        elif isinstance(event, events.TaskFinished):
            self._task(event)

    def _task(self, event: events.TaskFinished) -> None:
        if event.status == "changed" and self._phase in (Phase.AGAIN, Phase.CHECK):
            self._add("changed" if self._phase is Phase.AGAIN else "would change", event)
        elif self._phase is Phase.CHECK and (
            is_unjudged(event.result) or (event.task.id, event.host) in self._unjudged_items
        ):
            self._add("not judged", event)
        if event.status in _BROKEN and not event.ignored:
            self._add(_BROKEN[event.status], event)

    def settle(self, statistics: Mapping[str, events.HostStatistics]) -> None:
        """Take back the failures that a ``rescue`` has mended: of each host all but the last ones, those that count."""
        counted = {host: counts.failed + counts.unreachable for host, counts in statistics.items()}
        kept = []
        for finding in reversed(self.findings):
            if finding.kind in _BROKEN:
                counted[finding.host] = counted.get(finding.host, 0) - 1
                if counted[finding.host] < 0:
                    continue
            kept.append(finding)
        self.findings = kept[::-1]

    def _add(self, kind: events.FindingKind, event: events.TaskFinished) -> None:
        message = event.failure.message if event.failure is not None else ""
        self.findings.append(
            events.Finding(kind=kind, task=event.task, host=event.host, diff=event.diff, message=message)
        )


def is_unjudged(result: Mapping[str, Any]) -> bool:
    """Whether check mode skipped a task because its module cannot tell what it would do."""
    return bool(result.get("skipped")) and not any(word in result for word in _SKIPPED_BY_PLAYBOOK)
