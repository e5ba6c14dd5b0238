import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.engine import events
from smolrun.location import Location, SourceFile
from smolrun.report.github import GitHubReporter, diagnostic_annotations
from tests.report import made_events as made

WORKSPACE = Path("/repository")


def written(*happened: events.Event) -> list[str]:
    stream = io.StringIO()
    reporter = GitHubReporter(stream, WORKSPACE)
    for event in happened:
        reporter(event)
    return stream.getvalue().splitlines()


def broken(count: int = 1) -> dict[str, events.HostStatistics]:
    return {f"web{number}": events.HostStatistics(failed=1) for number in range(1, count + 1)}


def test_a_failure_is_an_error_at_its_line() -> None:
    place = events.Place(path="/repository/site.yml", line=4, column=7)
    failed = made.finished(made.task(place=place), "failed", failure=made.failure("no such file: 100%\nreally"))
    lines = written(made.run_started(), failed, made.run_finished(broken(), exit_code=2))
    assert lines[2:] == [
        "::error file=site.yml,line=4,col=7,title=Install failed on 1 host::web1: no such file: 100%25%0Areally"
    ]


def test_a_command_that_failed_tells_what_it_said() -> None:
    lines = written(made.run_started(), made.failed_command(made.task()), made.run_finished())
    assert "web1: exit code 3: no space left" in lines[2]


def test_a_failure_that_was_rescued_is_a_notice() -> None:
    failed = made.finished(made.task(), "failed", failure=made.failure())
    rescued = {"web1": events.HostStatistics(rescued=1)}
    assert written(made.run_started(), failed, made.run_finished(rescued))[2].startswith("::notice ")


def test_many_hosts_share_one_annotation() -> None:
    install = made.task()
    failed = [made.finished(install, "failed", host=f"web{n}", failure=made.failure("bad")) for n in range(1, 9)]
    lines = written(made.run_started(), *failed, made.run_finished(broken(8), exit_code=2))
    assert len(lines) == 3
    assert "failed on 8 hosts" in lines[2]
    assert lines[2].endswith("%0Aweb5: bad%0A… and 3 more hosts")


def test_ignored_failures_are_not_annotated_and_warnings_are() -> None:
    ignored = made.finished(made.task(), "failed", ignored=True, failure=made.failure())
    warned = events.Warned(time=made.NOW, message="odd", place=events.Place(path="x.yml", line=1, column=2), hint="so")
    lines = written(made.run_started(), ignored, warned, made.run_finished())
    assert lines[2:] == ["::warning file=x.yml,line=1,col=2::odd%0Aso"]


def test_a_guest_of_a_matrix_that_did_not_start_is_an_error_told_once() -> None:
    phase = events.PhaseFinished(time=0.0, name="bad: guest", status="failed", exit_code=4, error="no SSH banner")
    assert written(made.run_started(), phase, made.run_finished(exit_code=4))[2:] == [
        "::error title=bad%3A guest::no SSH banner"
    ]
    ended = replace(made.run_finished(exit_code=4), error="no SSH banner")
    assert written(made.run_started(), phase, ended)[2:] == ["::error title=the run ended::no SSH banner"]


def test_nothing_that_a_guest_prints_is_a_command_meanwhile() -> None:
    first, last = written(made.run_started(), made.run_finished())
    token = first.removeprefix("::stop-commands::")
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert last == f"::{token}::"


def test_mistakes_are_annotated_before_anything_runs() -> None:
    location = Location(SourceFile("site.yml", "rnu: x\n"), 1, 1)
    found = Diagnostic(Severity.ERROR, "unknown-module", "there is no module 'rnu'", location, "did you mean 'run'?")
    assert list(diagnostic_annotations([found], WORKSPACE)) == [
        "::error file=site.yml,line=1,col=1::there is no module 'rnu'%0Adid you mean 'run'?"
    ]


@given(st.text(min_size=1), st.text())
def test_hostile_text_stays_in_its_own_annotation(name: str, message: str) -> None:
    failed = made.finished(made.task(name), "failed", failure=made.failure(message))
    lines = written(made.run_started(), failed, made.run_finished(broken(), exit_code=2))
    assert len(lines) == 3
    properties = lines[2].removeprefix("::error ").split("::")[0]
    assert [part.split("=")[0] for part in properties.split(",")] == ["file", "line", "col", "title"]


@pytest.mark.parametrize("path", ["/elsewhere/site.yml", "site.yml"])
def test_files_outside_the_workspace_keep_their_path(path: str) -> None:
    place = events.Place(path=path, line=1, column=1)
    failed = made.finished(made.task(place=place), "failed", failure=made.failure())
    assert f"file={path}," in written(made.run_started(), failed, made.run_finished(broken(), exit_code=2))[2]
