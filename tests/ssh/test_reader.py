"""The shell that answers a row of readings: each as if it ran alone, and never there beside anything else."""

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from smolrun.deadline import Deadline
from smolrun.errors import BecomeError, OperationTimeoutError
from smolrun.ssh.request import Become, CommandRequest
from smolrun.ssh.result import CommandResult
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser, StartOpenSSH
from tests.servers.sudo import Sudoers
from tests.ssh.test_kill import sleeping, unique

if TYPE_CHECKING:
    from smolrun.ssh.client import SSHClient

WHO = 'printf %s "$$"'


def read(client: "SSHClient", shared: str = WHO, setup: str = "", timeout: float = 10, **options: Any) -> CommandResult:
    request = CommandRequest(setup + shared, shell="sh", shared=shared, **options)
    return client.execute(request, Deadline.after(timeout))


def numbers(client: "SSHClient", count: int, **options: Any) -> list[str]:
    return [read(client, **options).stdout for _ in range(count)]


def test_a_row_of_readings_is_answered_by_one_shell(openssh: Endpoint) -> None:
    first, *rest = numbers(openssh.client(), 4)
    assert first != rest[0]
    assert len(set(rest)) == 1


@pytest.mark.root
@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "fish", "tcsh"])
def test_the_login_shell_does_not_matter(openssh_as: AsUser, shell: str) -> None:
    first, *rest = numbers(openssh_as(shell).client(), 3)
    assert [first != rest[0], len(set(rest))] == [True, 1]


def test_each_answer_is_what_it_would_be_alone(openssh: Endpoint) -> None:
    client = openssh.client()
    scripts = {
        "exit 3": (3, b"", b""),
        r"printf '\377\0x\n'; echo err >&2; false": (1, b"\xff\0x\n", b"err\n"),
        "cat; pwd": (0, f"{openssh.home}\n".encode(), b""),
        'printf %s "${left-}"; left=over; set -f; cd /': (0, b"", b""),
        'printf \'%s\' "it\'s" "$0"': (0, b"it's/bin/sh", b""),
    }
    for _ in range(2):
        for script, (code, out, err) in scripts.items():
            told = read(client, script)
            assert (told.exit_code, told.stdout_bytes, told.stderr_bytes) == (code, out, err), script
    before, shell = numbers(client, 2)
    assert before == shell, "one shell has answered it all"


def test_a_mistake_in_syntax_ends_that_reading_alone(openssh: Endpoint) -> None:
    client = openssh.client()
    for script, setup in [("fi", ""), ("echo 'open", ""), ("true", "(\n")] * 2:
        told = read(client, script, setup)
        assert (told.exit_code, bool(told.stderr_bytes)) == (2, True), (script, setup)
    before, shell = numbers(client, 2)
    assert before == shell


def test_what_each_reading_sets_comes_before_what_they_share(openssh: Endpoint) -> None:
    client = openssh.client()
    told = [read(client, 'printf %s "$it"', f"it='{n} ä \\'\n").stdout for n in range(3)]
    assert told == ["0 ä \\", "1 ä \\", "2 ä \\"]


def test_another_command_ends_the_shell_first(openssh: Endpoint) -> None:
    client = openssh.client()
    shell = int(numbers(client, 2)[1])
    assert client.run("true", shell="raw").ok
    until = time.monotonic() + 5
    while Path(f"/proc/{shell}").exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert not Path(f"/proc/{shell}").exists()
    first, second = numbers(client, 2)
    assert len({str(shell), first, second}) == 3


def test_closing_the_client_ends_the_shell(openssh: Endpoint) -> None:
    client = openssh.client()
    shell = int(numbers(client, 2)[1])
    client.close()
    until = time.monotonic() + 5
    while Path(f"/proc/{shell}").exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert not Path(f"/proc/{shell}").exists()


def test_a_reading_past_its_deadline_is_killed(openssh: Endpoint) -> None:
    client, number = openssh.client(), unique()
    numbers(client, 2)
    with pytest.raises(OperationTimeoutError) as caught:
        read(client, f"echo begun; sleep {number}; echo never", timeout=1)
    assert (caught.value.killed, caught.value.stdout) == (True, "begun\n")
    assert sleeping(number) == []
    assert len(set(numbers(client, 3)[1:])) == 1


def test_a_shell_that_was_killed_costs_no_answer(openssh: Endpoint) -> None:
    client = openssh.client()
    shell = int(numbers(client, 2)[1])
    os.kill(shell, signal.SIGKILL)
    time.sleep(0.2)
    assert read(client, "echo it").stdout == "it\n"
    assert read(client, "echo it; kill -9 $$").exit_code == 137
    assert read(client, "echo it").stdout == "it\n"


def test_readings_that_end_their_shell_are_run_alone(openssh: Endpoint) -> None:
    client = openssh.client()
    numbers(client, 2)
    told = read(client, "kill -9 $$")
    assert told.exit_code == 137
    assert len(set(numbers(client, 3))) == 3, "no such shell is tried again on this connection"


def test_a_connection_that_ended_between_two_readings_is_made_anew(openssh: Endpoint) -> None:
    client = openssh.client()
    before = numbers(client, 2)[1]
    client.reset_connection()
    after = numbers(client, 3)
    assert before not in after
    assert after[1] == after[2]


def test_more_output_than_is_kept_is_cut_as_ever(openssh: Endpoint) -> None:
    client, script = openssh.client(), "head -c 5000 /dev/zero"
    alone, read_by_shell = (read(client, script, output_limit=1000) for _ in range(2))
    assert alone.truncated
    assert (read_by_shell.truncated, read_by_shell.stdout_bytes) == (True, alone.stdout_bytes)


def test_large_answers_and_large_scripts_arrive_whole(openssh: Endpoint) -> None:
    client = openssh.client()
    numbers(client, 2)
    told = read(client, "head -c 3000000 /dev/zero; head -c 100000 /dev/zero >&2")
    assert (len(told.stdout_bytes), len(told.stderr_bytes)) == (3000000, 100000)
    told = read(client, 'printf %s "${#it}"', f"it='{'x' * 100000}'\n")
    assert told.stdout == "100000"


def test_another_environment_has_another_shell(openssh: Endpoint) -> None:
    client = openssh.client()
    told = [read(client, 'printf %s "${IT-}"', environment={"IT": it}).stdout for it in ("a b", "a b", "c", "c")]
    assert told == ["a b", "a b", "c", "c"]
    assert read(client, 'printf %s "${IT-}"').stdout == ""


def test_where_only_one_session_is_let_in(start_openssh: StartOpenSSH) -> None:
    client = start_openssh({"MaxSessions": "1"}).endpoint().client()
    for _ in range(3):
        first, *rest = numbers(client, 3)
        assert [first != rest[0], len(set(rest))] == [True, 1]
        assert client.run("echo it", shell="raw").output == "it"


@pytest.mark.root
@pytest.mark.parametrize("password", [False, True])
def test_root_reads_through_one_sudo(openssh_as: AsUser, sudoers: Sudoers, password: bool) -> None:
    guest = openssh_as("bash", fresh=True)
    sudoers(guest, "ALL=(ALL) ALL" if password else "ALL=(ALL) NOPASSWD: ALL")
    client, become = guest.client(), Become(password=guest.password if password else None)
    assert [read(client, "id -un", become=become).stdout for _ in range(3)] == ["root\n"] * 3
    assert len(set(numbers(client, 3, become=become))) == 1
    assert read(client, "id -un").stdout == f"{guest.user}\n"


@pytest.mark.root
def test_other_users_may_be_taken_away_and_keep_no_shell(openssh: Endpoint, openssh_as: AsUser) -> None:
    other = openssh_as("dash").user
    assert len(set(numbers(openssh.client(), 3, become=Become(other, "su")))) == 3


@pytest.mark.root
def test_a_wrong_password_is_told_as_ever(openssh_as: AsUser, sudoers: Sudoers) -> None:
    guest = openssh_as("bash", fresh=True)
    sudoers(guest, "ALL=(ALL) ALL")
    client = guest.client()
    for _ in range(2):
        with pytest.raises(BecomeError, match="not accepted"):
            read(client, become=Become(password="wrong"))


def test_dropbear_runs_each_by_itself(dropbear: Endpoint) -> None:
    assert len(set(numbers(dropbear.client(), 4))) == 4
