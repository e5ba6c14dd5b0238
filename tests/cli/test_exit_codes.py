"""Every exit code that the command line promises (those of ansible-playbook)."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended, program
from tests.servers.processes import free_port

Smolrun = Callable[..., Ended]
Playbook = Callable[..., str]
EMBEDDED = ("--guest", "embedded")


def unreachable_host() -> str:
    return f"gone ansible_host=127.0.0.1 ansible_port={free_port()} ansible_host_key=insecure\n"


def test_0_when_all_went_well(smolrun: Smolrun, playbook: Playbook) -> None:
    assert smolrun("run", playbook("- run: 'true'"), *EMBEDDED).code == 0


def test_1_for_an_unexpected_error_without_a_traceback(
    smolrun: Smolrun, playbook: Playbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("something odd\x1b[2J")

    monkeypatch.setattr("smolrun.cli.running.running.load", broken)
    path = playbook("- run: 'true'")
    ended = smolrun("run", path, *EMBEDDED)
    assert ended.code == 1
    assert "unexpected RuntimeError: something odd\\x1b[2J" in ended.err
    assert "Traceback" not in ended.err
    assert "SMOLRUN_TRACEBACK=1" in ended.err
    assert "Traceback" in smolrun("run", path, *EMBEDDED, "--traceback").err
    monkeypatch.setenv("SMOLRUN_TRACEBACK", "1")
    assert "Traceback" in smolrun("run", path, *EMBEDDED).err


def test_1_when_the_limit_leaves_no_hosts(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- ping:"), "-i", "web1,web2,", "-l", "nope")
    assert ended.code == 1
    assert "--limit nope leaves no hosts" in ended.err
    assert "did you mean 'web1'?" in smolrun("run", playbook("- ping:"), "-i", "web1,web2,", "-l", "wbe1").err


def test_2_when_a_host_failed(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- run: exit 3"), *EMBEDDED)
    assert ended.code == 2
    assert "failed=1" in ended.out


def test_4_when_a_host_is_unreachable(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text(unreachable_host())
    ended = smolrun("run", playbook("- run: 'true'"), "-i", str(tmp_path / "hosts"), "-T", "1")
    assert ended.code == 4
    assert "unreachable=1" in ended.out


def test_4_when_the_playbook_does_not_load(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- run: 'true'\n  regster: x"), *EMBEDDED)
    assert ended.code == 4
    assert "register" in ended.err
    assert ended.out == ""


def test_4_when_the_playbook_is_not_there(smolrun: Smolrun) -> None:
    ended = smolrun("run", "no-such.yml", *EMBEDDED)
    assert ended.code == 4
    assert "no-such.yml" in ended.err


def test_5_when_no_task_is_called_like_the_one_to_start_at(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- name: install\n  run: 'true'\n- name: reload\n  run: 'true'")
    ended = smolrun("run", path, *EMBEDDED, "--start-at-task", "relaod")
    assert ended.code == 5
    assert ended.out == ""
    assert "did you mean 'reload'?" in ended.err
    assert smolrun("run", path, *EMBEDDED, "--start-at-task", "rel*").code == 0


def test_5_for_bad_options(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- run: 'true'")
    for arguments in (
        ("run", path, "--no-such-option"),
        ("run", path, "--forks", "none"),
        ("run",),
        ("no-such-command",),
        ("run", path, *EMBEDDED, "-e", "justaword"),
        ("run", path, *EMBEDDED, "--become"),
        ("run", path, *EMBEDDED, "--private-key", "no/such/key"),
        ("run", path, *EMBEDDED, "--host-key", "maybe"),
        ("run", path, *EMBEDDED, "--junit", "no/such/folder/x.xml"),
        ("run", path, *EMBEDDED, "--step"),
        ("run", path, "-i", "web1,", "-c", "winrm"),
        ("run", path, *EMBEDDED, "-e", '{"a": '),
        ("run", path, *EMBEDDED, "--output-limit", "0"),
    ):
        ended = smolrun(*arguments)
        assert ended.code == 5, arguments
        assert "Traceback" not in ended.err


@pytest.mark.parametrize("flag", ["-k", "-K", "-J"])
def test_5_when_a_password_is_to_be_asked_for_without_a_terminal(playbook: Playbook, flag: str) -> None:
    ended = program("run", playbook("- run: 'true'"), "-i", "localhost,", flag)
    assert ended.returncode == 5
    assert "no terminal" in ended.stderr


def test_6_when_one_host_failed_and_another_is_unreachable(
    smolrun: Smolrun, playbook: Playbook, tmp_path: Path
) -> None:
    (tmp_path / "hosts").write_text(unreachable_host())
    ended = smolrun("run", playbook("- run: exit 3"), *EMBEDDED, "-i", str(tmp_path / "hosts"), "-T", "1")
    assert ended.code == 6


@pytest.mark.parametrize("hosts", ["- hosts: all\n", "- hosts: web\n"])
def test_hosts_are_never_guessed(smolrun: Smolrun, playbook: Playbook, hosts: str) -> None:
    ended = smolrun("run", playbook("- run: touch ran", head=hosts))
    assert ended.code == 4
    assert "--guest embedded" in ended.err
    assert "play.yml:1:" in ended.err
    assert not Path("ran").exists()


def test_bare_tasks_without_hosts_are_refused(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "tasks.yml").write_text("- run: touch ran\n")
    ended = smolrun("run", "tasks.yml")
    assert ended.code == 4
    assert "a list of tasks runs on all hosts" in ended.err
    assert not Path("ran").exists()


def test_bare_tasks_run_on_the_guest(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "tasks.yml").write_text("- run: echo hi\n")
    assert smolrun("run", "tasks.yml", *EMBEDDED).code == 0


def test_localhost_needs_no_inventory(smolrun: Smolrun, playbook: Playbook) -> None:
    head = "- hosts: localhost\n  gather_facts: false\n"
    assert smolrun("run", playbook("- run: test -e play.yml", head=head)).code == 0


def test_a_misspelt_command_gets_the_one_that_was_meant(smolrun: Smolrun) -> None:
    ended = smolrun("rnu", "site.yml")
    assert ended.code == 5
    assert "Did you mean 'run'?" in ended.err


def test_the_help_tells_each_command_in_a_whole_sentence(smolrun: Smolrun) -> None:
    assert "..." not in smolrun("--help").out.split("Commands:")[1].split("Examples:")[0]


def test_a_playbook_as_command_is_explained(smolrun: Smolrun) -> None:
    ended = smolrun("site.yml")
    assert ended.code == 5
    assert "smolrun run site.yml" in ended.err


def test_a_reader_that_goes_away_is_no_traceback(playbook: Playbook) -> None:
    import subprocess
    import sys

    path = playbook("- run: 'true'\n- run: 'true'")
    for arguments in (
        ["--help"],
        ["run", "--help"],
        ["run", path, *EMBEDDED],
        ["run", path, *EMBEDDED, "--output", "json"],
    ):
        reader, writer = os.pipe()
        os.close(reader)
        ended = subprocess.run(
            [sys.executable, "-m", "smolrun", *arguments], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(writer)
        assert "Traceback" not in ended.stderr
        assert "Exception ignored" not in ended.stderr
        if path in arguments:
            assert ended.returncode == 0
