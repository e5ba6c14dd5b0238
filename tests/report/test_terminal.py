import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smolrun.engine import events
from smolrun.report.sinks import PlainSink
from smolrun.report.terminal import TerminalReporter
from tests.report import made_events as made


def shown(*happened: Any, colour: bool = False, **options: Any) -> str:
    output, _ = both(*happened, colour=colour, **options)
    return output


def both(*happened: Any, colour: bool = False, **options: Any) -> tuple[str, str]:
    output, errors = io.StringIO(), io.StringIO()
    reporter = TerminalReporter(PlainSink(output, errors, colour=colour, colour_errors=colour), **options)
    for event in happened:
        reporter(event)
    return output.getvalue(), errors.getvalue()


def test_headers_and_results_look_as_in_ansible() -> None:
    the_task = made.task()
    text = shown(made.play(), made.started(the_task), made.finished(the_task, "changed"))
    lines = text.splitlines()
    assert lines[:2] == ["", "PLAY [Web] " + "*" * 68]
    assert lines[3] == "TASK [Install] " + "*" * 64
    assert lines[4] == "changed: [web1]"


def test_handlers_are_announced_as_such() -> None:
    assert "\nRUNNING HANDLER [reload] ***" in shown(made.started(made.task("reload", handler=True)))


def test_check_mode_is_said_in_every_header() -> None:
    text = shown(made.run_started(check_mode=True), made.play(), made.started(made.task()))
    assert "PLAY [Web] [CHECK MODE] ***" in text
    assert "TASK [Install] [CHECK MODE] ***" in text


def test_recap_has_ansibles_form() -> None:
    counts = events.HostStatistics(ok=3, changed=2, failed=1)
    text = shown(made.run_finished({"web1": counts}))
    assert (
        "web1                       : ok=3    changed=2    unreachable=0    failed=1    "
        "skipped=0    rescued=0    ignored=0" in text
    )


def test_slowest_tasks_come_first_and_quick_ones_not_at_all() -> None:
    text = shown(
        made.finished(made.task("quick"), duration=0.1),
        made.finished(made.task("slow"), duration=2.0),
        made.finished(made.task("slower"), duration=75.0),
        made.run_finished({"web1": events.HostStatistics(ok=3)}),
    )
    end = text[text.index("Slowest tasks") :].splitlines()
    assert end[1:] == ["  1m 15s  slower [web1]", "  2.00 s  slow [web1]"]


def test_failure_tells_place_command_code_and_the_last_lines_of_both_streams() -> None:
    text = shown(made.failed_command(made.task()))
    assert "fatal: [web1]: FAILED! => non-zero return code" in text
    assert "  site.yml:4:7" in text
    assert "  > 4 |     - name: Install" in text
    assert "  command    make install" in text
    assert "  exit code  3 after 2.50 s" in text
    assert "the last 10 of 30 lines" in text
    assert "line 21" in text
    assert "line 20\n" not in text
    assert "  stderr     no space left" in text
    assert "  hint       look at the disk" in text


def test_endless_lines_of_a_failure_are_cut() -> None:
    result = {**made.FAILED_COMMAND, "stdout": "x" * 1_000_000}
    text = shown(made.finished(made.task(), "failed", result=result, failure=made.failure()))
    assert len(text) < 10_000
    assert "(998,000 characters more)" in text


def test_failure_in_a_loop_is_told_once() -> None:
    loop = made.task("Loop")
    text = shown(
        made.item(loop, "a", "changed"),
        made.item(loop, "b", "failed", failure=made.failure("broken thing")),
        made.finished(loop, "failed", failure=made.failure("One or more items failed")),
    )
    assert text.count("broken thing") == 1
    assert "changed: [web1] => (item=a)" in text
    assert "failed: [web1] (item=b): FAILED! => broken thing" in text
    assert "One or more items failed" not in text


def test_ignored_failure_is_one_line_and_says_so() -> None:
    text = shown(made.failed_command(made.task(), ignored=True))
    assert text.splitlines() == [
        "fatal: [web1]: FAILED! => non-zero return code (exit code 3)",
        "...ignoring",
    ]


def test_timed_out_failure_says_whether_the_process_tree_is_gone() -> None:
    gone = made.finished(made.task(), "timed_out", failure=made.failure("timed out after 5 s", killed=True))
    left = made.finished(made.task(), "timed_out", failure=made.failure("timed out after 5 s", killed=False))
    assert "every process it had started is gone" in shown(gone)
    assert "NOT verified" in shown(left)


@pytest.mark.parametrize(("status", "word"), [("unreachable", "UNREACHABLE!"), ("lost", "LOST!")])
def test_unreachable_and_lost_are_told_apart(status: str, word: str) -> None:
    event = made.finished(made.task(), status, failure=made.failure("gone"))
    assert f"fatal: [web1]: {word} => gone" in shown(event)


def test_how_long_a_connection_was_tried_for_is_told() -> None:
    event = made.finished(made.task(), "unreachable", failure=made.failure("refused"), duration=9.5)
    assert "  tried for  9.50 s" in shown(event)


def test_retries_are_announced_as_in_ansible() -> None:
    event = events.RetryScheduled(time=0.0, task=made.task(), host="web1", attempt=1, attempts=4, delay=5.0)
    assert "FAILED - RETRYING: [web1]: Install (3 retries left)." in shown(event)


@pytest.mark.parametrize(
    ("result", "why"),
    [
        ({"rc": 7, "stderr": "curl:\n(7) refused\n", "msg": "non-zero return code"}, "; exit code 7: (7) refused"),
        ({"rc": 7, "stderr": "", "msg": "non-zero return code"}, "; exit code 7"),
        ({"msg": "no such file\nat all"}, "; no such file"),
        ({"rc": 0, "stderr": "all well"}, "; all well"),
        ({}, ""),
    ],
)
def test_a_retry_says_why_and_when(result: dict[str, Any], why: str) -> None:
    event = events.RetryScheduled(
        time=0.0, task=made.task(), host="web1", attempt=1, attempts=4, delay=5.0, result=result
    )
    assert f"(3 retries left). Again in 5 s{why}\n" in shown(event)


def test_what_is_waited_for_stands_in_a_log_and_on_a_terminal_in_its_live_part() -> None:
    event = events.TaskProgress(time=0.0, task=made.task(), host="web1", message="waiting for a lock")
    assert shown(event) == "[web1]: waiting for a lock\n"
    assert shown(event, collapse=True) == ""


def test_diff_is_shown_when_asked_for_only() -> None:
    event = made.finished(
        made.task(), "changed", diff=({"before": "a\nb", "after": "a\nc\n", "after_header": "/etc/x"},)
    )
    assert "+c" not in shown(event)
    text = shown(event, show_diff=True)
    assert "--- before\n+++ after: /etc/x\n" in text
    assert "-b\n\\ No newline at end of file\n+c\n" in text


def test_diff_is_coloured() -> None:
    event = made.finished(made.task(), diff=({"before": "a\n", "after": "b\n"},))
    text = shown(event, show_diff=True, colour=True)
    assert "\x1b[31m-a\x1b[0m" in text
    assert "\x1b[32m+b\x1b[0m" in text


def test_results_are_shown_with_v() -> None:
    event = made.finished(made.task(), result={"rc": 0, "stdout": "hello"})
    assert "ok: [web1]\n" in shown(event)
    assert 'ok: [web1] => {"rc": 0, "stdout": "hello"}' in shown(event, verbosity=1)


def test_streamed_output_is_shown_with_v_and_not_repeated() -> None:
    the_task = made.task()
    stream = events.OutputReceived(time=0.0, task=the_task, host="web1", stream="stdout", lines=("hello",))
    end = made.finished(the_task, result={"rc": 0, "stdout": "hello"})
    assert shown(stream, end) == "ok: [web1]\n"
    assert shown(stream, end, verbosity=1) == '[web1] | hello\nok: [web1] => {"rc": 0}\n'


def test_places_are_shown_with_vv_and_commands_with_vvv() -> None:
    the_task = made.task()
    happened = (made.started(the_task), made.finished(the_task, command_line="make"))
    assert "task path" not in shown(*happened, verbosity=1)
    assert "task path: site.yml:4" in shown(*happened, verbosity=2)
    assert "<web1> EXEC make" in shown(*happened, verbosity=3)


def test_debug_shows_its_message_without_v() -> None:
    event = made.finished(made.task(module="debug"), result={"msg": "hello", "changed": False})
    assert shown(event) == 'ok: [web1] => {\n    "msg": "hello"\n}\n'


def test_debug_shows_its_variable_without_bookkeeping() -> None:
    event = made.finished(made.task(module="debug"), result={"answer": [1, 2], "changed": False, "failed": False})
    assert shown(event) == 'ok: [web1] => {\n    "answer": [\n        1,\n        2\n    ]\n}\n'


@pytest.mark.parametrize("name", ["cmd", "rc", "stdout", "item"])
def test_debug_shows_variables_that_are_named_like_parts_of_results(name: str) -> None:
    event = made.finished(made.task(module="debug"), result={name: "x", "changed": False, "ok": True, "duration": 0.1})
    assert shown(event) == f'ok: [web1] => {{\n    "{name}": "x"\n}}\n'


def test_skipped_hosts_can_be_hidden() -> None:
    event = made.finished(made.task(), "skipped")
    assert shown(event) == "skipping: [web1]\n"
    assert shown(event, show_skipped=False) == ""


def test_warnings_go_to_standard_error() -> None:
    place = events.Place(path="site.yml", line=3, column=1)
    output, errors = both(events.Warned(time=0.0, message="odd", place=place, hint="do it so"))
    assert output == ""
    assert errors.startswith("[WARNING]: site.yml:3:1: odd\n")
    assert "hint: do it so" in errors


def test_plain_output_of_a_whole_run_has_no_control_codes() -> None:
    output, errors = both(*made.whole_run(), verbosity=3, show_diff=True)
    assert all(c.isprintable() or c == "\n" for c in output + errors)


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1))
def test_guest_text_cannot_steer_the_terminal_whatever_field_it_is_in(hostile: str) -> None:
    the_task = made.task(name=hostile, module=hostile)
    failure = made.failure(hostile, hint=hostile, source_lines=((4, hostile),), variables={hostile: hostile})
    result = {"stdout": hostile, "stderr": hostile, "msg": hostile, "cmd": hostile, "rc": 1, hostile: hostile}
    output, errors = both(
        made.play(hostile, hostile),
        made.started(the_task),
        events.OutputReceived(time=0.0, task=the_task, host=hostile, stream="stderr", lines=(hostile,)),
        made.item(the_task, hostile, "failed", failure=failure, result=result),
        made.finished(made.task(), "failed", failure=failure, result=result, command_line=hostile),
        made.finished(made.task(module="debug"), result=result, diff=({"before": hostile, "after": "x"},)),
        events.Warned(time=0.0, message=hostile, hint=hostile),
        made.run_finished({hostile: events.HostStatistics()}, error=hostile),
        verbosity=3,
        show_diff=True,
    )
    assert all(c.isprintable() or c in "\n\t" for c in output + errors)


class GoneReader(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_reader_that_has_gone_does_not_end_the_run() -> None:
    reporter = TerminalReporter(PlainSink(GoneReader(), io.StringIO(), colour=False, colour_errors=False))
    for event in made.whole_run():
        reporter(event)
