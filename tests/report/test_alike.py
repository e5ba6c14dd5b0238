"""What fails in one way on many hosts is told in full once, and counted at the end."""

from typing import Any

from smolrun.engine import events
from tests.report import made_events as made
from tests.report.test_terminal import shown

HOSTS = [f"web{number}" for number in range(1, 9)]


def failed(host: str, stderr: str = "no space left\n", **settings: Any) -> events.TaskFinished:
    return made.finished(
        made.task(),
        "failed",
        host=host,
        result={"rc": 3, "exit_code": 3, "stderr": stderr, "cmd": f"install {host}"},
        failure=made.failure("non-zero return code", source_lines=((4, "    - name: Install"),)),
        **settings,
    )


def recap(*hosts: str) -> events.RunFinished:
    return made.run_finished({host: events.HostStatistics(failed=1) for host in hosts})


def test_the_same_failure_is_told_in_full_on_the_first_host_alone() -> None:
    text = shown(*(failed(host, f"{host}: no space left\n") for host in HOSTS))
    assert text.count("- name: Install") == 1
    assert "fatal: [web8]: FAILED! => non-zero return code (exit code 3, as on web1)\n" in text


def test_another_failure_of_the_same_task_is_told_in_full() -> None:
    text = shown(failed("web1"), failed("web2", "read-only file system\n"))
    assert "read-only file system" in text
    assert "as on" not in text


def test_verbose_output_leaves_nothing_out() -> None:
    assert shown(failed("web1"), failed("web2"), verbosity=1).count("no space left") >= 4


def test_what_failed_on_several_hosts_stands_at_the_end() -> None:
    text = shown(*map(failed, HOSTS), recap(*HOSTS))
    end = text[text.index("\nFailed\n") :].splitlines()
    assert end[2] == "  site.yml:4  Install, on 8 hosts: web1, web2, web3, web4, web5 and 3 more"
    assert end[3] == "      exit code 3: no space left"


def test_the_failure_of_one_host_is_not_told_again() -> None:
    assert "\nFailed\n" not in shown(failed("web1"), recap("web1"))


def test_what_was_rescued_or_ignored_did_not_fail() -> None:
    mended = made.finished(made.task("try"), "failed", host="web1", failure=made.failure("mended"))
    ignored = made.finished(made.task("try"), "failed", host="web2", ignored=True, failure=made.failure("ignored"))
    text = shown(mended, ignored, failed("web1"), failed("web2"), recap("web1", "web2"))
    assert "mended" not in text[text.index("\nFailed\n") :]
    assert "ignored" not in text[text.index("\nFailed\n") :]


def test_of_a_loop_the_item_says_why() -> None:
    told: list[Any] = []
    for host in ("web1", "web2"):
        told.append(made.item(made.task(), "b", "failed", host=host, failure=made.failure("there is no b")))
        told.append(made.finished(made.task(), "failed", host=host, failure=made.failure("One or more items failed")))
    assert "      there is no b\n" in shown(*told, recap("web1", "web2"))
