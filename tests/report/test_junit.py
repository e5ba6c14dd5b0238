from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from smolrun.engine import events
from smolrun.report.junit import JUnitReporter
from tests.report import made_events as made


def written(folder: Path, *happened: Any) -> ElementTree.Element:
    path = folder / "results.xml"
    reporter = JUnitReporter(path)
    for event in happened:
        reporter(event)
    return ElementTree.fromstring(path.read_bytes())


def test_counts_and_cases(tmp_path: Path) -> None:
    root = written(tmp_path, *made.whole_run())
    assert root.attrib == {
        "name": "smolrun",
        "time": "1.000",
        "tests": "5",
        "failures": "1",
        "errors": "0",
    }
    suite = root[0]
    assert suite.get("name") == "Web"
    names = [case.get("name") for case in suite]
    assert names[:2] == ["[web1] Install", "[web1] Copy"]
    assert suite[0].findtext("system-out") == "one\ntwo"


def test_failure_in_a_loop_names_the_item(tmp_path: Path) -> None:
    root = written(tmp_path, *made.whole_run())
    failure = root.find(".//failure")
    assert failure is not None
    assert "(item=c)" in (failure.text or "")


def test_ignored_failures_are_no_failures(tmp_path: Path) -> None:
    root = written(tmp_path, made.play(), made.failed_command(made.task(), ignored=True), made.run_finished())
    assert root.get("failures") == "0"


def test_unreachable_hosts_are_errors_and_skips_are_skips(tmp_path: Path) -> None:
    root = written(
        tmp_path,
        made.play(),
        made.finished(made.task("a"), "unreachable", failure=made.failure("no route")),
        made.finished(made.task("b"), "skipped"),
        made.run_finished(),
    )
    assert (root.get("errors"), root[0].get("skipped")) == ("1", "1")


def test_a_run_that_ends_early_is_an_error(tmp_path: Path) -> None:
    root = written(tmp_path, made.play(), made.run_finished(error="broken", exit_code=1))
    assert root.get("errors") == "1"


@settings(max_examples=40, deadline=None)
@given(st.text())
def test_hostile_output_still_gives_valid_xml(tmp_path_factory: Any, hostile: str) -> None:
    name = "x" + hostile
    failed = made.finished(
        made.task(name), "failed", failure=made.failure(hostile), result={"stdout": hostile, "stderr": hostile}
    )
    root = written(tmp_path_factory.mktemp("junit"), made.play(name), failed, made.run_finished())
    assert root.get("failures") == "1"


def test_the_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    (tmp_path / "results.xml").write_text("old")
    written(tmp_path, *made.whole_run())
    assert [path.name for path in tmp_path.iterdir()] == ["results.xml"]


KNOWN = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "time", "tests", "failures", "errors", "skipped"},
    "testcase": {"name", "time", "classname"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"message"},
    "system-out": set(),
    "system-err": set(),
}
"""The elements and attributes that the schemas of Jenkins' JUnit and xUnit plugins have in common."""


def test_only_what_the_schemas_of_common_servers_know_is_written(tmp_path: Path) -> None:
    unreachable = made.finished(made.task("Far"), "unreachable", failure=made.failure("no route"))
    skipped = made.finished(made.task("Not here"), "skipped")
    red = events.PhaseFinished(time=made.NOW, name="check", status="failed", exit_code=2)
    not_run = events.PhaseFinished(time=made.NOW, name="verify", status="not run", exit_code=0)
    *happened, end = made.whole_run()
    root = written(tmp_path, *happened, unreachable, skipped, red, not_run, end)
    found: dict[str, set[str]] = {}
    for element in root.iter():
        found.setdefault(element.tag, set()).update(element.attrib)
    assert set(found) == set(KNOWN)
    assert all(attributes <= KNOWN[tag] for tag, attributes in found.items()), found
