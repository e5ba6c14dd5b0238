"""``--junit FILE``: one test case for each task on each host, as CI servers read them."""

from collections.abc import Iterable
from dataclasses import field
from pathlib import Path
from xml.etree import ElementTree

from smolrun.engine import events
from smolrun.lazy_dataclass import dataclass
from smolrun.report.escaping import escape
from smolrun.report.failure import failure_lines
from smolrun.report.phases import finding_lines, verdict
from smolrun.report.whole_file import replace_file


@dataclass
class _Suite:
    """One play."""

    name: str
    cases: list[events.TaskFinished] = field(default_factory=list)


class JUnitReporter:
    """Collects what happens and writes the file when the run ends, whole or not at all.

    Args:
        path: replaced by a rename, so that a reader never sees half of it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._suites: list[_Suite] = []
        self._phases: list[events.PhaseFinished] = []
        self._failed_items: dict[tuple[str, str], list[events.ItemFinished]] = {}

    def __call__(self, event: events.Event) -> None:
        if isinstance(event, events.PlayStarted):
            self._suites.append(_Suite(event.name))
        elif isinstance(event, events.ItemFinished) and event.failure is not None:
            self._failed_items.setdefault((event.task.id, event.host), []).append(event)
        elif isinstance(event, events.TaskFinished):
            if not self._suites:
                self._suites.append(_Suite(event.task.play))
            self._suites[-1].cases.append(event)
        elif isinstance(event, events.PhaseFinished):
            self._phases.append(event)
        elif isinstance(event, events.RunFinished):
            self._write(event)

    def _write(self, end: events.RunFinished) -> None:
        root = ElementTree.Element("testsuites", name="smolrun", time=f"{end.duration:.3f}")
        for suite in self._suites:
            root.append(self._suite(suite))
        if self._phases:
            root.append(_phases(self._phases))
        if end.error or end.interrupted:
            root.append(_ended_early(end.error or "interrupted"))
        for attribute in ("tests", "failures", "errors"):
            root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
        replace_file(self._path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))

    def _suite(self, suite: _Suite) -> ElementTree.Element:
        element = ElementTree.Element("testsuite", name=escape(suite.name))
        for event in suite.cases:
            element.append(self._case(event))
        _count(element, sum(event.duration for event in suite.cases))
        return element

    def _case(self, event: events.TaskFinished) -> ElementTree.Element:
        case = ElementTree.Element(
            "testcase",
            name=escape(f"[{event.host}] {event.task.name}"),
            classname=escape(event.task.play),
            time=f"{event.duration:.3f}",
        )
        if event.status == "skipped":
            reason = event.result.get("skip_reason", event.result.get("skipped_reason", ""))
            ElementTree.SubElement(case, "skipped", message=escape(str(reason)))
        elif event.status in {"unreachable", "lost"} and not event.ignored:
            self._add_failure(case, "error", event)
        elif event.status in {"failed", "timed_out"} and not event.ignored:
            self._add_failure(case, "failure", event)
        for stream in ("stdout", "stderr"):
            text = event.result.get(stream)
            if isinstance(text, str) and text:
                ElementTree.SubElement(case, "system-out" if stream == "stdout" else "system-err").text = escape(text)
        return case

    def _add_failure(self, case: ElementTree.Element, kind: str, event: events.TaskFinished) -> None:
        told: Iterable[events.TaskFinished | events.ItemFinished] = [
            *self._failed_items.get((event.task.id, event.host), ()),
            event,
        ]
        message = event.failure.message if event.failure else str(event.result.get("msg", event.status))
        element = ElementTree.SubElement(case, kind, type=event.status, message=escape(message))
        element.text = "\n".join(line.plain() for one in told for line in failure_lines(one, 0))


def _phases(phases: list[events.PhaseFinished]) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name="phases")
    for phase in phases:
        case = ElementTree.SubElement(
            suite, "testcase", name=escape(phase.name), classname="test", time=f"{phase.duration:.3f}"
        )
        if phase.guests:
            ElementTree.SubElement(case, "system-out").text = escape(verdict(phase))
        if phase.status == "not run":
            ElementTree.SubElement(case, "skipped", message="a phase before it failed")
        elif phase.status == "failed":
            element = ElementTree.SubElement(case, "failure", type="phase", message=escape(verdict(phase)))
            element.text = "\n".join(line.plain() for line in finding_lines(phase))
    _count(suite, sum(phase.duration for phase in phases))
    return suite


def _ended_early(reason: str) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name="run")
    case = ElementTree.SubElement(suite, "testcase", name="run", classname="smolrun", time="0")
    ElementTree.SubElement(case, "error", message=escape(reason), type="run")
    _count(suite, 0.0)
    return suite


def _count(suite: ElementTree.Element, duration: float) -> None:
    suite.set("time", f"{duration:.3f}")
    suite.set("tests", str(len(suite)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
