"""``smolrun test``."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Ended

Smolrun = Callable[..., Ended]
Playbook = Callable[..., str]
EMBEDDED = ("--guest", "embedded")

GOOD = """
- name: A file
  copy: {content: "hello", dest: hello}
- name: Only once
  shell: date > stamp
  args: {creates: stamp}
"""
NOT_IDEMPOTENT = """
- name: A file
  copy: {content: "hello", dest: hello}
- name: A stamp
  copy: {content: "{{ 999999999 | random }}", dest: stamp}
"""
LYING = '''
"""A module that always says in check mode that something is to be done."""

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext


class Nothing(Arguments):
    """No arguments."""


def run(arguments: Nothing, context: TaskContext) -> ModuleResult:
    return ModuleResult(changed=context.check_mode)


MODULE = Module(arguments=Nothing, run=run)
'''


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def recap(ended: Ended, *, guests: bool = False) -> dict[str, str]:
    """What came of each phase; of those of the guest too where asked for."""
    lines = ended.out.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("TEST RECAP"))
    came = {
        line.split(" : ")[0].strip(): line.split(" : ")[1][:8].strip() for line in lines[begin + 1 :] if " : " in line
    }
    about_guests = ("guest", "tear-down")
    return came if guests else {name: how for name, how in came.items() if name.split(": ")[-1] not in about_guests}


def test_the_guest_comes_up_and_goes_as_phases_of_the_test(
    smolrun: Smolrun, playbook: Playbook, tmp_path: Path
) -> None:
    ended = smolrun("test", playbook(GOOD), *EMBEDDED, "--report", "json=e.jsonl", "--report", "junit=j.xml")
    phases = ["guest", "converge", "converge again", "check", "tear-down"]
    assert list(recap(ended, guests=True).items()) == [(name, "ok") for name in phases]
    happened = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text().splitlines()]
    guests = {event["name"]: event["guests"] for event in happened if event["event"] == "phase_finished"}
    assert [(guest["host"], guest["began"]) for guest in guests["guest"]] == [("embedded", "started")]
    assert len(guests["tear-down"]) == 1
    assert guests["converge"] == []
    cases = ElementTree.parse(tmp_path / "j.xml").getroot().findall("testsuite[@name='phases']/testcase")
    assert cases[0].findtext("system-out") == "embedded started"


def test_hosts_that_come_from_nowhere_have_no_such_phases(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("here ansible_connection=local")
    ended = smolrun("test", playbook("- ping:"), "-i", "hosts")
    assert recap(ended, guests=True) == dict.fromkeys(["converge", "converge again", "check"], "ok")


def test_a_playbook_that_is_right_passes_every_phase(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    path = playbook(GOOD, name="site.yml")
    verify = "- command: cat hello\n  register: hello\n  changed_when: false\n- assert: {that: hello.stdout == 'hello'}"
    playbook(verify, name="site.verify.yml")
    playbook("- command: touch prepared", name="site.prepare.yml")
    ended = smolrun("test", path, *EMBEDDED)
    assert ended.code == 0, ended.out + ended.err
    assert recap(ended) == dict.fromkeys(["prepare", "converge", "converge again", "check", "verify"], "ok")


def test_a_task_that_changes_something_again_turns_it_red(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("test", playbook(NOT_IDEMPOTENT), *EMBEDDED)
    assert ended.code == 2
    assert recap(ended) == {"converge": "ok", "converge again": "failed", "check": "failed"}
    assert "play.yml:6: A stamp [embedded] changed something again" in ended.out
    after = ended.out[ended.out.index("converge again: failed") :]
    assert "+++ after" in after, "the change is shown with its diff"


def test_a_module_that_lies_in_check_mode_turns_it_red(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library/liar.py").write_text(LYING)
    ended = smolrun("test", playbook("- liar:"), *EMBEDDED)
    assert ended.code == 2, ended.out + ended.err
    assert recap(ended) == {"converge": "ok", "converge again": "ok", "check": "failed"}
    assert "check mode says that it would change something" in ended.out


def test_what_check_mode_cannot_judge_is_listed(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("test", playbook("- command: 'true'\n  changed_when: false"), *EMBEDDED)
    assert ended.code == 0
    assert "check mode cannot tell what it would do" in ended.out
    assert "1 task not judged" in ended.out


def test_a_playbook_that_does_not_converge_ends_the_test(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("test", playbook("- command: 'false'"), *EMBEDDED)
    assert ended.code == 2
    assert recap(ended) == {"converge": "failed", "converge again": "not run", "check": "not run"}


def test_the_reports_hold_every_phase(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    smolrun("test", playbook(NOT_IDEMPOTENT), *EMBEDDED, "--report", "junit=j.xml", "--report", "html=t.html",
            "--report", "json=e.jsonl")  # fmt: skip
    root = ElementTree.parse(tmp_path / "j.xml").getroot()
    phases = root.find("testsuite[@name='phases']")
    assert phases is not None
    assert [(case.get("name"), case.find("failure") is not None) for case in phases] == [
        ("guest", False), ("converge", False), ("converge again", True), ("check", True), ("tear-down", False),
    ]  # fmt: skip
    assert "changed something again" in (tmp_path / "t.html").read_text()
    happened = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text().splitlines()]
    assert [event["event"] for event in happened].count("run_started") == 1
    assert happened[-1]["event"] == "run_finished"
    assert happened[-1]["exit_code"] == 2
    found = [event["findings"] for event in happened if event["event"] == "phase_finished" and event["findings"]]
    assert [findings[0]["kind"] for findings in found] == ["changed", "would change"]
    assert "converge again" in smolrun("show", "last").out


@pytest.mark.usefixtures("home")
def test_each_guest_of_a_matrix_is_a_test_of_its_own(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    hosts = {name: {"guest": {"provider": "embedded"}, "broken": name == "two"} for name in ("one", "two", "three")}
    (tmp_path / "matrix.yml").write_text(json.dumps({"all": {"hosts": {**hosts, "bystander": None}}}))
    path = playbook("- command: 'false'\n  when: broken\n- copy: {content: x, dest: x}")
    ended = smolrun("test", path, "--matrix", "matrix.yml", "--at-once", "2")
    assert ended.code == 2
    came = recap(ended)
    assert {name: came[f"{name}: converge"] for name in hosts} == {"one": "ok", "two": "failed", "three": "ok"}
    assert "bystander" not in ended.out
    positions = [ended.out.index(f"PHASE [{name}: guest]") for name in hosts]
    for name, position in zip(hosts, positions, strict=True):
        others = [other for other in positions if other > position]
        part = ended.out[position : min(others, default=len(ended.out))]
        assert not any(f"[{other}: " in part for other in hosts if other != name), "each is shown whole"


@pytest.mark.usefixtures("home")
def test_a_guest_that_does_not_start_fails_its_own_test_alone(
    smolrun: Smolrun, playbook: Playbook, tmp_path: Path
) -> None:
    hosts = {
        "good": {"guest": {"provider": "embedded"}},
        "bad": {"guest": {"provider": "existing", "host": "127.0.0.1", "port": 1, "boot_timeout": 1}},
    }
    (tmp_path / "matrix.yml").write_text(json.dumps({"all": {"hosts": hosts}}))
    ended = smolrun("test", playbook(GOOD), "--matrix", "matrix.yml")
    assert ended.code != 0
    assert recap(ended, guests=True)["bad: guest"] == "failed"
    assert "bad: test" not in recap(ended)
    assert recap(ended)["good: check"] == "ok"


def test_mistakes_in_every_file_are_told_before_anything_runs(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- rnu: x", name="site.yml")
    playbook("- asert: {}", name="site.verify.yml")
    ended = smolrun("test", path, *EMBEDDED)
    assert (ended.code, ended.out) == (4, "")
    assert "'rnu'" in ended.err
    assert "'asert'" in ended.err


def test_a_matrix_without_guests_and_two_sources_of_guests_are_refused(
    smolrun: Smolrun, playbook: Playbook, tmp_path: Path
) -> None:
    (tmp_path / "hosts.yml").write_text("all: {hosts: {one: }}")
    assert "comes from a provider" in smolrun("test", playbook(GOOD), "--matrix", "hosts.yml").err
    assert smolrun("test", playbook(GOOD), "--matrix", "hosts.yml", *EMBEDDED).code == 5
