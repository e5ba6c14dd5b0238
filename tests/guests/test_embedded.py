"""The embedded guest, reached with the project's own client."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from smolrun import OperationTimeoutError, SSHClient
from smolrun.deadline import Deadline
from smolrun.errors import AuthenticationError, HostKeyError
from smolrun.guests.embedded import EmbeddedGuest
from tests.guests.watching import pids_of, wait_until_gone


@pytest.fixture
def guest() -> Iterator[EmbeddedGuest]:
    with EmbeddedGuest() as started:
        yield started


@pytest.fixture
def variables(guest: EmbeddedGuest) -> dict[str, Any]:
    return dict(guest.start(Deadline.after(20)))


@pytest.fixture
def client(variables: dict[str, Any]) -> Iterator[SSHClient]:
    with client_of(variables) as connected:
        yield connected


def client_of(variables: dict[str, Any], **changed: Any) -> SSHClient:
    settings: dict[str, Any] = {
        "user": variables["ansible_user"],
        "port": variables["ansible_port"],
        "key_path": variables["ansible_ssh_private_key_file"],
        "host_key": variables["ansible_host_key"],
    }
    return SSHClient(variables["ansible_host"], **{**settings, **changed})


def test_streams_and_exit_code_are_kept_apart(client: SSHClient) -> None:
    result = client.run("echo out; echo err >&2; exit 3", shell="raw")
    assert (result.stdout, result.stderr, result.exit_code) == ("out\n", "err\n", 3)


def test_both_kinds_of_shell_work(client: SSHClient) -> None:
    assert client.run("echo $((6 * 7))", shell="login").output == "42"
    assert client.run("echo $((6 * 7))", shell="raw").output == "42"


def test_commands_run_in_the_scratch_home(guest: EmbeddedGuest, client: SSHClient) -> None:
    assert client.run('pwd; echo "$HOME"', shell="raw").output.split("\n") == [str(guest.home)] * 2


def test_standard_input_reaches_the_command(client: SSHClient) -> None:
    content = os.urandom(300_000)
    assert client.run("cat", shell="raw", stdin=content).stdout_bytes == content


def test_standard_input_that_nobody_reads_does_no_harm(client: SSHClient) -> None:
    assert client.run("exit 4", shell="raw", stdin=b"x" * 4_000_000).exit_code == 4


def test_much_output_on_both_streams_is_drained(client: SSHClient) -> None:
    result = client.run("head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero", shell="raw")
    assert (len(result.stdout_bytes), len(result.stderr_bytes)) == (3_000_000, 3_000_000)


def test_end_by_a_signal_is_told(client: SSHClient) -> None:
    result = client.run("kill -KILL $$", shell="raw")
    assert (result.signal, result.exit_code) == ("KILL", 137)


def test_background_process_does_not_hold_the_command(client: SSHClient) -> None:
    assert client.run("sleep 5 & echo started", shell="raw", timeout=4).output == "started"


def test_many_quick_commands_in_a_row(client: SSHClient) -> None:
    assert [client.run(f"exit {n % 7}", shell="raw").exit_code for n in range(60)] == [n % 7 for n in range(60)]


def test_several_connections_at_the_same_time(variables: dict[str, Any]) -> None:
    with client_of(variables) as one, client_of(variables) as other:
        assert one.run("echo $PPID", shell="raw").output != other.run("echo $PPID", shell="raw").output


def test_timed_out_tree_is_gone_and_the_guest_goes_on(client: SSHClient, mark: str) -> None:
    before = os.getpid()
    with pytest.raises(OperationTimeoutError) as caught:
        client.run(f"trap '' TERM; setsid sleep {mark}1 & sleep {mark}1 & sleep {mark}1", shell="raw", timeout=1)
    assert caught.value.killed
    assert not pids_of(mark + "1")
    assert client.run("echo alive", shell="raw").output == "alive"
    assert os.getpid() == before


def test_kill_of_a_timed_out_command_leaves_everything_else_alone(variables: dict[str, Any], mark: str) -> None:
    """Neither other connections' commands, nor earlier background ones, nor any child of this process."""
    child = subprocess.Popen(["sleep", mark + "2"])
    try:
        with client_of(variables) as one, client_of(variables) as other:
            one.run(f"sleep {mark}3 >/dev/null 2>&1 </dev/null &", shell="raw")
            other.run(f"sleep {mark}4 >/dev/null 2>&1 </dev/null &", shell="raw")
            with pytest.raises(OperationTimeoutError):
                one.run(f"sleep {mark}5", shell="raw", timeout=1)
            assert not pids_of(mark + "5")
            assert pids_of(mark + "3")
            assert pids_of(mark + "4")
            assert child.poll() is None
    finally:
        child.kill()
        child.wait()


def test_everything_ends_with_the_guest(guest: EmbeddedGuest, client: SSHClient, mark: str) -> None:
    client.run(f"(setsid sleep {mark}6 &) >/dev/null 2>&1 </dev/null; sleep {mark}6 >/dev/null 2>&1 &", shell="raw")
    assert pids_of(mark + "6")
    home = guest.home
    assert home is not None
    guest.stop()
    assert not pids_of(mark + "6")
    assert not home.exists()


def test_keys_are_private_and_removed(guest: EmbeddedGuest, variables: dict[str, Any]) -> None:
    key = Path(variables["ansible_ssh_private_key_file"])
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    guest.stop()
    assert not key.parent.exists()


def test_another_key_is_rejected(variables: dict[str, Any], tmp_path: Path) -> None:
    from smolrun.guests.throwaway_keys import write_key

    write_key(tmp_path / "other")
    with client_of(variables, key_path=str(tmp_path / "other")) as client, pytest.raises(AuthenticationError):
        client.run("true", shell="raw")


def test_host_key_is_not_accepted_unpinned(variables: dict[str, Any]) -> None:
    with client_of(variables, host_key="known_hosts") as client, pytest.raises(HostKeyError):
        client.run("true", shell="raw")


@pytest.mark.parametrize("tool", ["sudo", "su", "doas"])
def test_becoming_another_user_is_refused_with_the_reason(client: SSHClient, tool: str) -> None:
    result = client.run(f"{tool} id", shell="raw")
    assert result.exit_code == 1
    assert "cannot become another" in result.stderr


@pytest.mark.root
def test_started_by_root_it_runs_as_nobody_and_gains_nothing_back(client: SSHClient) -> None:
    assert client.run("id -un", shell="raw").output == "nobody"
    assert client.run("grep NoNewPrivs /proc/self/status", shell="raw").output.split() == ["NoNewPrivs:", "1"]
    assert client.run("cat /etc/shadow", shell="raw").exit_code != 0


def test_terminal_and_environment_requests_are_refused(variables: dict[str, Any]) -> None:
    raw = paramiko.SSHClient()
    raw.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    raw.connect(
        variables["ansible_host"],
        variables["ansible_port"],
        variables["ansible_user"],
        key_filename=variables["ansible_ssh_private_key_file"],
        look_for_keys=False,
        allow_agent=False,
    )
    with raw:
        transport = raw.get_transport()
        assert transport is not None
        with transport.open_session() as channel, pytest.raises(paramiko.SSHException):
            channel.get_pty()
        with transport.open_session() as channel, pytest.raises(paramiko.SSHException):
            channel.invoke_shell()
        with pytest.raises(paramiko.SSHException):
            transport.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 1))


def test_it_says_that_it_is_not_isolation(guest: EmbeddedGuest) -> None:
    assert "not isolation" in guest.notice


def test_it_can_be_stopped_twice_and_started_again(guest: EmbeddedGuest) -> None:
    guest.start(Deadline.after(20))
    guest.stop()
    guest.stop()
    with client_of(dict(guest.start(Deadline.after(20)))) as client:
        assert client.run("echo again", shell="raw").output == "again"


def test_nothing_survives_a_killed_smolrun(tmp_path: Path, mark: str) -> None:
    program = (
        "import sys; from smolrun.guests.embedded import EmbeddedGuest; from smolrun.deadline import Deadline;"
        "from smolrun import SSHClient; g = EmbeddedGuest(); v = g.start(Deadline.after(20));"
        "c = SSHClient(v['ansible_host'], v['ansible_user'], v['ansible_port'],"
        " v['ansible_ssh_private_key_file'], host_key=v['ansible_host_key']);"
        f"c.run('setsid sleep {mark}7 >/dev/null 2>&1 </dev/null &', shell='raw');"
        "print(g.home, v['ansible_ssh_private_key_file'], flush=True);"
        "sys.stdin.read()"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    home, key = map(Path, running.stdout.readline().split())
    until = time.monotonic() + 5
    while not pids_of(mark + "7") and time.monotonic() < until:  # forked, but perhaps not yet under its own name
        time.sleep(0.01)
    assert pids_of(mark + "7")
    running.kill()
    running.communicate()
    assert wait_until_gone(mark + "7")
    until = time.monotonic() + 5
    while home.exists() and time.monotonic() < until:
        time.sleep(0.02)
    shutil.rmtree(key.parent)  # nobody is left who could
    assert not home.exists()


@pytest.mark.root
def test_started_by_an_ordinary_user_it_runs_as_that_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    who = pwd.getpwnam("daemon")
    try:
        probe = [sys.executable, "-c", "import smolrun.guests.embedded"]
        reachable = subprocess.run(probe, user=who.pw_uid, group=who.pw_gid, check=False, cwd="/").returncode == 0
    except PermissionError:
        reachable = False
    if not reachable:
        pytest.skip("this Python is not for other users")
    program = (
        "from smolrun.guests.embedded import EmbeddedGuest; from smolrun.deadline import Deadline;"
        "from smolrun import SSHClient; g = EmbeddedGuest(); v = g.start(Deadline.after(20));"
        "c = SSHClient(v['ansible_host'], v['ansible_user'], v['ansible_port'],"
        " v['ansible_ssh_private_key_file'], host_key=v['ansible_host_key']);"
        "print(c.run('id -un', shell='raw').output); c.close(); g.stop()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], user=who.pw_uid, group=who.pw_gid, extra_groups=[], check=True,
        capture_output=True, text=True, cwd="/",
    )  # fmt: skip
    assert ended.stdout == "daemon\n"
