import io

from smolrun.engine import events
from smolrun.report.collapsing import MANY
from smolrun.report.running import Running
from smolrun.report.sinks import PlainSink
from smolrun.report.terminal import TerminalReporter
from tests.report import made_events as made

HOSTS = tuple(f"web{number:03}" for number in range(100))


def shown(*happened: events.Event, collapse: bool = True, verbosity: int = 0) -> list[str]:
    output = io.StringIO()
    sink = PlainSink(output, output, colour=False, colour_errors=False)
    reporter = TerminalReporter(sink, collapse=collapse, verbosity=verbosity)
    for event in happened:
        reporter(event)
    return [line for line in output.getvalue().splitlines() if line and not line.startswith("TASK")]


def ended(task: events.TaskReference, *, failed: str = "", changed: tuple[str, ...] = ()) -> list[events.Event]:
    return [
        made.finished(task, "failed", host=host, failure=made.failure("broken")) if host == failed
        else made.finished(task, "changed" if host in changed else "ok", host=host)
        for host in HOSTS
    ]  # fmt: skip


def test_a_hundred_hosts_are_a_few_lines() -> None:
    install = made.task()
    lines = shown(made.started(install, *HOSTS), *ended(install, failed="web050", changed=("web001", "web002")))
    assert lines[0] == "fatal: [web050]: FAILED! => broken", "a failure is told at once"
    assert lines[-2:] == ["ok: 97 of 100 hosts", "changed: 2 of 100 hosts (web001, web002)"]
    assert len(lines) < 10


def test_few_hosts_results_that_were_asked_for_and_plain_output_have_a_line_each() -> None:
    install, debug = made.task(), made.task("Tell", "debug")
    few = HOSTS[: MANY - 1]
    assert len(shown(made.started(install, *few), *[made.finished(install, host=host) for host in few])) == len(few)
    assert len(shown(made.started(debug, *HOSTS), *[made.finished(debug, host=host) for host in HOSTS])) == 100
    assert len(shown(made.started(install, *HOSTS), *ended(install), collapse=False)) == 100
    assert len(shown(made.started(install, *HOSTS), *ended(install), verbosity=1)) == 100


def test_what_some_hosts_never_came_to_is_told_before_the_next_task() -> None:
    first, second = made.task("First"), made.task("Second")
    lines = shown(made.started(first, *HOSTS), *ended(first)[:40], made.started(second, *HOSTS))
    assert lines == ["ok: 40 of 100 hosts"]
    lines = shown(made.started(first, *HOSTS), *ended(first)[:3], made.run_finished())
    assert lines[0] == "ok: 3 of 100 hosts (web000, web001, web002)"


def test_how_far_a_task_is_has_a_line_where_not_every_host_has_one() -> None:
    running, install = Running(lambda: 10.0), made.task()
    running.task_started(made.started(install, *HOSTS))
    for host in HOSTS[:20]:
        running.started(events.HostTaskStarted(time=made.NOW, task=install, host=host, timeout=600.0))
    for event in ended(install, failed="web003")[:5]:
        assert isinstance(event, events.TaskFinished)
        running.finished(event)
    texts = running.texts(8)
    assert texts[0] == "Install: 5 of 100 hosts are done, 1 failed"
    assert texts[1] == "web005  0.00 s of 600 s"
    assert len(texts) == 10
    assert texts[-1] == "… and 7 more hosts"


def test_a_wait_and_the_pause_before_an_attempt_say_how_long_they_last() -> None:
    now = [10.0]
    running, install = Running(lambda: now[0]), made.task()
    running.started(events.HostTaskStarted(time=made.NOW, task=install, host="web1", timeout=600.0))
    now[0] = 11.0
    running.progressed(events.TaskProgress(time=made.NOW, task=install, host="web1", message="waiting for a lock"))
    now[0] = 51.0
    assert running.texts(8) == ["web1  Install  41.0 s of 600 s - waiting for a lock: 40.0 s so far"]
    retry = events.RetryScheduled(time=made.NOW, task=install, host="web1", attempt=1, attempts=4, delay=5.0)
    running.retrying(retry)
    now[0] = 53.0
    assert running.texts(8) == ["web1  Install  2.00 s - waiting 5 s for attempt 2 of 4: 2.00 s so far"]


def test_a_narrow_terminal_has_a_recap_without_blanks() -> None:
    lines = shown(made.run_finished({"web1": events.HostStatistics(ok=12, changed=3)}))
    assert lines[-1] == "web1 : ok=12 changed=3 unreachable=0 failed=0 skipped=0 rescued=0 ignored=0 "
    assert len(lines[-1]) <= 80
