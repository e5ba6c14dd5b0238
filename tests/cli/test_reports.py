"""``--report``, and the runs that are kept."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Ended

Smolrun = Callable[..., Ended]
Playbook = Callable[..., str]
LOCAL = ("-i", "here ansible_connection=local,")

FAILING = """
- name: Works
  command: echo fine
- name: Breaks
  shell: echo '::error::planted'; exit 3
"""


@pytest.fixture
def hosts(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "hosts.ini").write_text("here ansible_connection=local\n")
    return "-i", str(tmp_path / "hosts.ini")


REPORTERS = {
    "mine": "REPORTER = lambda text: lambda event: print(f'{text} {event.event}') if text else 1 / 0",
    "broken": "1 / 0",
    "none": "",
    "number": "REPORTER = 1",
}


def reporters(**texts: str) -> None:
    """Reporters of the user's own, in the working directory."""
    Path("reporters").mkdir()
    for name, text in texts.items():
        Path("reporters", f"{name}.py").write_text(text)


def test_a_reporter_of_ones_own_hears_every_event(smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str]) -> None:
    reporters(**REPORTERS)
    ended = smolrun("run", playbook(FAILING), *hosts, "--report", "mine=heard")
    assert ended.code == 2
    lines = [line for line in ended.out.splitlines() if line.startswith("heard ")]
    assert (lines[0], lines[-1]) == ("heard run_started", "heard run_finished")
    assert "heard run_finished" in smolrun("report", "last", "mine=heard").out


def test_one_that_breaks_hears_nothing_more(smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str]) -> None:
    reporters(**REPORTERS)
    ended = smolrun("run", playbook(FAILING), *hosts, "--report", "mine")
    assert ended.code == 2
    assert ended.err.count("failed and hears nothing more of this run: ZeroDivisionError") == 1


def test_several_reports_at_once(smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str], tmp_path: Path) -> None:
    path = playbook(FAILING)
    ended = smolrun(
        "run", path, *hosts, "--report", "html=run.html", "--report", "junit=j.xml", "--report", "json=e.jsonl"
    )
    assert ended.code == 2
    assert "Breaks" in (tmp_path / "run.html").read_text()
    assert ElementTree.parse(tmp_path / "j.xml").getroot().get("failures") == "1"
    assert json.loads((tmp_path / "e.jsonl").read_text().splitlines()[-1])["event"] == "run_finished"


def test_annotations_of_a_run(smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str]) -> None:
    ended = smolrun("run", playbook(FAILING), *hosts, "--report", "github")
    lines = ended.out.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    after = lines[lines.index(f"::{token}::") + 1 :]
    assert [line.split("::")[1] for line in after] == ["error file=play.yml,line=6,col=7,title=Breaks failed on 1 host"]


def test_annotations_of_mistakes(smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str]) -> None:
    path = playbook("- rnu: x\n")
    for arguments in (("run", path, *hosts), ("check", path)):
        ended = smolrun(*arguments, "--report", "github")
        assert ended.code == 4
        assert ended.out.startswith("::error file=play.yml,line=4,col=7::there is no module 'rnu'")


@pytest.mark.parametrize(
    ("report", "message"),
    [
        ("htm=x", "did you mean 'html'?"),
        ("html", "write --report html=FILE"),
        ("github=x", "write --report github"),
        ("html=/nowhere/x.html", "no file can be written there"),
        ("min=x", "did you mean 'mine'?"),
        ("broken", "reporters/broken.py cannot be loaded: division by zero"),
        ("none", "reporters/none.py cannot be used: it defines no REPORTER"),
        ("number", "its REPORTER cannot be called"),
    ],
)
def test_what_is_wrong_with_a_report_is_told_before_anything_runs(
    smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str], report: str, message: str
) -> None:
    reporters(**REPORTERS)
    ended = smolrun("run", playbook(FAILING), *hosts, "--report", report)
    assert (ended.code, ended.out) == (5, "")
    assert message in ended.err


def test_standard_output_has_room_for_one(smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str]) -> None:
    ended = smolrun("run", playbook(FAILING), *hosts, "--report", "github", "--output", "json")
    assert ended.code == 5
    assert "--report json=FILE" in ended.err


def test_runs_are_kept_listed_and_shown(smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str]) -> None:
    smolrun("run", playbook(FAILING), *hosts)
    smolrun("run", playbook("- command: echo fine", name="other.yml"), *hosts)
    listed = smolrun("runs").out.splitlines()
    assert ["exit code 0" in line for line in listed] == [True, False]
    assert [run["exit_code"] for run in json.loads(smolrun("runs", "--output", "json").out)] == [0, 2]

    shown = smolrun("show", listed[1].split()[0]).out
    assert "   2  Breaks  failed 1" in shown
    assert "exit code  3" in shown
    task = smolrun("show", listed[1].split()[0], "--task", "2").out
    assert "here: failed" in task
    assert "::error::planted" in task
    assert "TASK [Breaks]" in smolrun("show", listed[1].split()[0], "--log").out


def test_a_kept_run_gives_every_report_later(
    smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str], tmp_path: Path
) -> None:
    smolrun("run", playbook(FAILING), *hosts, "--report", "junit=then.xml")
    assert smolrun("report", "last", "junit=now.xml", "html=now.html").code == 0
    assert (tmp_path / "now.xml").read_bytes() == (tmp_path / "then.xml").read_bytes()
    assert "::error file=play.yml,line=6" in smolrun("report", "last", "github").out


def test_nothing_is_kept_where_the_configuration_says_so(
    smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMOLRUN_KEEP_RUNS", "0")
    smolrun("run", playbook(FAILING), *hosts)
    assert not (tmp_path / ".smolrun").exists()
    assert "no run is kept" in smolrun("runs").err
    assert smolrun("show", "last").code == 5


def test_unknown_tasks_and_views_are_refused(smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str]) -> None:
    smolrun("run", playbook(FAILING), *hosts)
    assert "the run has 2" in smolrun("show", "last", "--task", "9").err
    assert smolrun("show", "last", "--task", "1", "--log").code == 5


def test_secrets_are_in_no_record(smolrun: Smolrun, playbook: Playbook, hosts: tuple[str, str], tmp_path: Path) -> None:
    secret = "swordfish-42"
    smolrun("run", playbook(f"- command: echo {secret}\n  no_log: true"), *hosts, "-vvv")
    (record,) = (tmp_path / ".smolrun/runs").rglob("events.jsonl")
    assert "the output has been hidden" in record.read_text()
    assert secret not in record.read_text()
