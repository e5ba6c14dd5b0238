"""Commands that go on by themselves on the guest (``async``), and what ``async_status`` tells of them."""

import pwd
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smolrun.deadline import Deadline
from smolrun.errors import ConnectError, ModuleError, OperationTimeoutError
from smolrun.modules.base import Background, ModuleResult
from smolrun.ssh.request import Become
from tests.modules.guest import Guest

FOLDER = "jobs of mine"


def background(guest: Guest, limit: int = 20, poll: int = 0) -> dict[str, Any]:
    return {"background": Background(limit, poll), "variables": async_dir(guest), "sleep": time.sleep}


def async_dir(guest: Guest) -> dict[str, str]:
    return {"ansible_async_dir": guest.path(FOLDER)}


def start(guest: Guest, module: str, arguments: dict[str, Any], limit: int = 20, **context: Any) -> str:
    result = guest.do(module, arguments, **background(guest, limit), **context)
    assert result.changed
    assert not result.failed
    assert (result.values["started"], result.values["finished"]) == (True, False)
    jid = result.values["ansible_job_id"]
    assert result.values["results_file"] == f"{guest.path(FOLDER)}/{jid}"
    return str(jid)


def status(guest: Guest, jid: str, mode: str = "status", **context: Any) -> ModuleResult:
    return guest.do("async_status", {"jid": jid, "mode": mode}, variables=async_dir(guest), **context)


def ended(guest: Guest, jid: str, **context: Any) -> ModuleResult:
    """The job's result, once it has ended."""
    found = until(lambda: status(guest, jid, **context), lambda result: result.values["finished"] is True)
    assert isinstance(found, ModuleResult)
    return found


def until(look: Callable[[], Any], holds: Callable[[Any], bool], seconds: float = 15) -> Any:
    over = Deadline.after(seconds)
    while not holds(found := look()):
        assert not over.expired, found
        time.sleep(0.05)
    return found


def of_job(guest: Guest, marker: str) -> bool:
    """Whether a process lives that has this word in its command line."""
    for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in cmdline.read_bytes():
                return True
        except OSError:
            continue
    return False


def test_a_command_goes_on_and_tells_its_result(guest: Guest) -> None:
    jid = start(guest, "shell", {"cmd": f"until [ -e {guest.path('go')} ]; do sleep 0.1; done; echo out; echo err >&2"})
    running = status(guest, jid)
    assert running.values == {
        "ansible_job_id": jid, "started": True, "finished": False, "results_file": f"{guest.path(FOLDER)}/{jid}",
        "stdout": "", "stderr": "", "stdout_lines": [], "stderr_lines": [],
    }  # fmt: skip
    assert (running.changed, running.failed) == (False, False)
    guest.here("go").touch()
    result = ended(guest, jid)
    assert result.changed
    assert result.command is not None
    assert (result.command.exit_code, result.command.stdout, result.command.stderr) == (0, "out", "err")
    assert set(result.values) == {
        "cmd", "start", "end", "delta", "ansible_job_id", "started", "finished", "results_file",
    }  # fmt: skip


def test_it_survives_the_connection(guest: Guest) -> None:
    jid = start(guest, "command", {"cmd": f"sh -c 'sleep 0.5; echo done > {guest.path('proof')}'"})
    guest.connection.close()
    assert not ended(guest, jid).failed
    assert guest.here("proof").read_text() == "done\n"


def test_another_command_that_is_killed_does_not_take_it_along(guest: Guest) -> None:
    jid = start(guest, "shell", {"cmd": "sleep 1.5; echo survived"})
    with pytest.raises(OperationTimeoutError):
        guest.do("raw", {"cmd": "sleep 7654321"}, timeout=1)
    result = ended(guest, jid)
    assert result.command is not None
    assert result.command.stdout == "survived"


def test_its_folder_is_for_its_user_alone(guest: Guest) -> None:
    jid = start(guest, "command", {"cmd": "true"})
    folder = guest.here(FOLDER)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / jid).stat().st_mode & 0o777 == 0o700
    ended(guest, jid)
    assert {path.name for path in (folder / jid).iterdir()} == {
        "description", "end", "killed", "stdout", "stderr", "watcher",
    }  # fmt: skip


def test_cleanup_removes_what_is_kept_of_it(guest: Guest) -> None:
    jid = start(guest, "command", {"cmd": "true"})
    ended(guest, jid)
    cleaned = status(guest, jid, "cleanup")
    assert cleaned.values["erased"] == f"{guest.path(FOLDER)}/{jid}"
    assert (cleaned.values["started"], cleaned.values["finished"]) == (False, False)
    assert list(guest.here(FOLDER).iterdir()) == []
    missing = status(guest, jid)
    assert (missing.failed, missing.msg) == (True, "could not find job")
    assert (missing.values["started"], missing.values["finished"]) == (True, True)


@pytest.mark.parametrize("jid", ["", "..", ".", "a/b", "../x"])
def test_a_job_is_never_a_path(guest: Guest, jid: str) -> None:
    with pytest.raises(ModuleError, match="is no job"):
        status(guest, jid, "cleanup")


def test_what_is_no_job_is_not_cleaned_up(guest: Guest) -> None:
    (guest.here(FOLDER) / "precious").mkdir(parents=True)
    assert status(guest, "precious", "cleanup").msg == "could not find job"
    assert (guest.here(FOLDER) / "precious").is_dir()


def test_its_whole_tree_is_killed_when_its_time_is_over(guest: Guest) -> None:
    command = "echo begun; (sleep 7654322 &) ; sleep 7654322"
    jid = start(guest, "shell", {"cmd": command}, limit=1)
    assert of_job(guest, "7654322")
    result = ended(guest, jid)
    assert result.failed
    assert result.msg == "Timeout exceeded; it was killed"
    assert result.values["timed_out"] is True
    assert result.values["killed"] is True
    assert result.command is not None
    assert result.command.stdout == "begun\n"
    assert not of_job(guest, "7654322")


def test_nothing_is_left_running_after_its_end(guest: Guest) -> None:
    jid = start(guest, "command", {"cmd": "true"}, limit=7654323)
    ended(guest, jid)
    until(lambda: of_job(guest, "7654323"), lambda alive: not alive)


def test_a_failure_is_told_as_ever(guest: Guest) -> None:
    result = ended(guest, start(guest, "shell", {"cmd": "echo no; exit 3"}))
    assert (result.failed, result.msg) == (True, "non-zero return code")
    assert result.command is not None
    assert result.command.exit_code == 3


def test_a_missing_program_is_told_as_ever(guest: Guest) -> None:
    result = ended(guest, start(guest, "command", {"cmd": "no-such-program --help"}))
    assert result.msg == "no such command on web1: 'no-such-program'"
    assert not result.changed


def test_conditions_and_the_folder_hold_for_it(guest: Guest) -> None:
    guest.here("there").mkdir()
    chdir = guest.path("there")
    made = ended(guest, start(guest, "shell", {"cmd": "pwd > made", "chdir": chdir, "creates": "made"}))
    assert made.changed
    assert (guest.here("there") / "made").read_text() == f"{chdir}\n"
    again = ended(guest, start(guest, "shell", {"cmd": "pwd > made", "chdir": chdir, "creates": "made"}))
    assert (again.changed, again.failed) == (False, False)
    assert again.msg == "Did not run command since 'made' exists"


def test_input_and_environment_reach_it(guest: Guest) -> None:
    arguments = {"cmd": 'cat; echo "$WORD"', "stdin": "input"}
    result = ended(guest, start(guest, "shell", arguments, environment={"WORD": "it's set"}))
    assert result.command is not None
    assert result.command.stdout == "input\nit's set"


def test_a_login_shell_gets_its_profile_and_then_the_environment(guest: Guest) -> None:
    command = 'echo "${SMOLRUN_EXPORTS-unset}|$WORD|$PWD|$(cat)"'
    arguments = {"cmd": command, "chdir": guest.folder, "stdin": "input ä"}
    result = ended(guest, start(guest, "run", arguments, environment={"WORD": "it's sét"}))
    assert result.command is not None
    assert result.command.output == f"unset|it's sét|{guest.folder}|input ä"


@pytest.mark.parametrize("mode", [None, "login"])
def test_a_script_is_run_and_leaves_nothing(guest: Guest, mode: str | None) -> None:
    guest.source("tool.sh", '#!/bin/sh\necho "$1 $0"\n')
    result = ended(guest, start(guest, "script", {"cmd": "tool.sh 'a b'"}, mode=mode))
    assert result.command is not None
    word, path = result.command.output.rsplit(" ", 1)
    assert word == "a b"
    assert not (guest.root / path.lstrip("/")).exists()


def test_a_raw_line_cannot_go_on_by_itself(guest: Guest) -> None:
    with pytest.raises(ModuleError, match="cannot go with `mode: raw`"):
        guest.do("run", {"cmd": "true"}, mode="raw", **background(guest))


@pytest.mark.root
@pytest.mark.parametrize(("module", "user"), [("shell", "nobody"), ("run", "root")])
def test_it_belongs_to_the_user_that_was_become(debian: Guest, module: str, user: str) -> None:
    debian.context["guest"] = replace(debian.task(environment={"WORD": "set"}).guest, become=Become(user))
    debian.here().chmod(0o777)
    arguments = {"cmd": 'echo "$(id -un) $WORD"'}
    jid = start(debian, module, arguments)
    result = ended(debian, jid)
    assert result.command is not None
    assert result.command.output == f"{user} set"
    assert (debian.here(FOLDER) / jid).stat().st_uid == pwd.getpwnam(user).pw_uid


def test_on_openssh_it_survives_a_kill_and_the_end_of_the_connection(debian: Guest) -> None:
    jid = start(debian, "shell", {"cmd": f"until [ -e {debian.path('go')} ]; do sleep 0.1; done; echo survived"})
    with pytest.raises(OperationTimeoutError):
        debian.do("raw", {"cmd": "sleep 7654325"}, timeout=1)
    debian.connection.close()
    assert status(debian, jid).values["finished"] is False
    debian.here("go").touch()
    result = ended(debian, jid)
    assert result.command is not None
    assert result.command.stdout == "survived"


# --- waiting for it ----------------------------------------------------------------------------------


def test_waiting_gives_the_result_and_cleans_up(guest: Guest) -> None:
    result = guest.do("shell", {"cmd": "sleep 0.3; echo out"}, **background(guest, poll=5))
    assert result.changed
    assert result.command is not None
    assert result.command.stdout == "out"
    assert (result.values["started"], result.values["finished"]) == (True, True)
    assert list(guest.here(FOLDER).iterdir()) == []


def test_waiting_ends_with_the_time_of_the_job(guest: Guest) -> None:
    told: list[str] = []
    result = guest.do(
        "shell", {"cmd": "echo begun; sleep 7654324"}, progress=told.append, **background(guest, limit=2, poll=1)
    )
    assert result.failed
    assert result.msg == "async task did not complete within the requested time - 2s; it was killed"
    assert result.values["timed_out"] is True
    assert result.command is not None
    assert result.command.stdout == "begun\n"
    assert told
    assert not of_job(guest, "7654324")


def test_waiting_goes_on_after_the_connection_was_lost(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    run, calls = guest.connection.run, []

    def flaky(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) in (2, 3):
            raise ConnectError("no route to the guest")
        return run(*arguments)

    monkeypatch.setattr(guest.connection, "run", flaky)
    result = guest.do("shell", {"cmd": "echo out"}, **background(guest, poll=1))
    assert result.command is not None
    assert result.command.stdout == "out"


def test_a_job_whose_watcher_is_gone_is_lost(guest: Guest) -> None:
    jid = start(guest, "shell", {"cmd": "sleep 60"}, limit=5)
    pid = (guest.here(FOLDER) / jid / "watcher").read_text().split()[0]
    guest.do("shell", {"cmd": f"kill -9 {pid}; sleep 0.2"})  # a process may take a moment to die
    result = status(guest, jid)
    assert result.failed
    assert result.values["lost"] is True
    assert result.values["finished"] is True
    assert "is lost" in result.msg
