"""At the timeout the process tree on the guest is gone, proved by a second look."""

import os
import secrets
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smolrun.errors import OperationTimeoutError
from smolrun.ssh import kill
from smolrun.ssh.client import SSHClient
from smolrun.ssh.result import ShellMode
from smolrun.ssh.wrap import guest_script
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay
from tests.servers.fixtures import AsUser, StartOpenSSH

REAL_BUDGET = kill.BUDGET  # seconds; before a fixture gives more to the tests
TREE = """
trap '' TERM
sleep {0}1 &
setsid sleep {0}2 &
(trap '' TERM; sleep {0}3; sleep {0}4) &
setsid sh -c 'trap "" TERM; sleep {0}5; sleep {0}6' &
sh -c 'sleep {0}7' | sleep {0}8
sleep {0}9
"""
DOUBLE_FORK = "(setsid sh -c 'sleep {0}1 & sleep {0}2 &' &) ; sleep 60"


def unique() -> str:
    """A number of seconds that no other sleep has."""
    return str(1_000_000 + secrets.randbelow(9_000_000))


def sleeping(number: str) -> list[str]:
    """The command lines on this machine (the guest's too) in which that number stands."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"sleep") and any(number.encode() in word for word in words):
            found.append(b" ".join(words).decode())
    return found


def time_out(client: SSHClient, command: str, shell: ShellMode = "raw") -> OperationTimeoutError:
    with pytest.raises(OperationTimeoutError) as caught:
        client.run(command, timeout=1, shell=shell)
    return caught.value


@pytest.mark.parametrize("shell", ["login", "raw"])
@pytest.mark.parametrize("server", ["openssh_as", "openssh_unprivileged", "dropbear", "busybox_guest"])
def test_background_and_setsid_children_that_ignore_term_are_gone(
    server: str, shell: ShellMode, request: pytest.FixtureRequest
) -> None:
    fixture = request.getfixturevalue(server)
    guest: Endpoint = fixture("dash") if server == "openssh_as" else fixture
    client, number = guest.client(), unique()
    client.run("true", shell="raw")
    error = time_out(client, TREE.format(number), shell)
    assert (error.killed, error.unverified) == (True, False)
    assert sleeping(number) == []
    assert client.run("true", shell="raw").ok
    assert client._connection.made == 1


@pytest.mark.parametrize("shell", ["login", "raw"])
@pytest.mark.parametrize("server", ["openssh_as", "dropbear"])
def test_daemons_of_the_command_are_gone(server: str, shell: ShellMode, request: pytest.FixtureRequest) -> None:
    fixture = request.getfixturevalue(server)
    guest: Endpoint = fixture("dash") if server == "openssh_as" else fixture
    client, number = guest.client(), unique()
    client.run("true", shell="raw")
    error = time_out(client, DOUBLE_FORK.format(number), shell)
    assert error.killed
    assert sleeping(number) == []


def test_a_daemon_that_may_be_of_an_earlier_command_is_left_alone_and_told(openssh_as: AsUser) -> None:
    client, kept, number = openssh_as("dash").client(), unique(), unique()
    client.run(f"setsid sleep {kept} >/dev/null 2>&1 &", shell="raw")
    error = time_out(client, DOUBLE_FORK.format(number), "raw")
    try:
        assert error.unverified
        assert len(sleeping(kept)) == 1
    finally:
        client.run(f"pkill -KILL -f 'sleep ({kept}|{number})'", shell="raw")


@pytest.mark.parametrize("server", ["openssh_as", pytest.param("dropbear", marks=pytest.mark.slow)])
def test_fifteen_timeouts_in_a_row_and_the_next_command_works(server: str, request: pytest.FixtureRequest) -> None:
    fixture = request.getfixturevalue(server)
    guest: Endpoint = fixture("dash") if server == "openssh_as" else fixture
    client, number = guest.client(), unique()
    from smolrun.deadline import Deadline
    from smolrun.ssh.request import CommandRequest

    client.ensure_connected(Deadline.after(10))
    for _ in range(15):
        with pytest.raises(OperationTimeoutError) as caught:
            client.execute(CommandRequest(f"sleep {number}", shell="raw"), Deadline.after(0.2))
        assert caught.value.killed
    assert client.run("echo sixteenth", shell="raw").output == "sixteenth"
    assert client._connection.made == 1
    assert sleeping(number) == []


@pytest.mark.parametrize("shell", ["login", "raw"])
def test_background_processes_of_earlier_commands_survive(openssh_as: AsUser, shell: ShellMode) -> None:
    client, kept, number = openssh_as("dash").client(), unique(), unique()
    client.run(f"sleep {kept}1 >/dev/null 2>&1 & setsid sleep {kept}2 >/dev/null 2>&1 & sleep {kept}3 &", shell=shell)
    assert time_out(client, f"sleep {number}", shell).killed
    try:
        assert len(sleeping(kept)) == 3
    finally:
        client.run(f"pkill -KILL -f 'sleep {kept}'", shell="raw")


def test_partial_output_is_on_the_error(openssh_as: AsUser) -> None:
    error = time_out(openssh_as("dash").client(), "echo out; echo err >&2; sleep 60", "login")
    assert (error.stdout, error.stderr) == ("out\n", "err\n")


def test_a_command_outlives_its_timeout_by_less_than_five_seconds_whatever_the_guest_does() -> None:
    assert REAL_BUDGET < 5


@pytest.mark.parametrize("shell", ["login", "raw"])
def test_a_guest_that_freezes_at_the_deadline_is_unverified_and_swept_later(
    start_openssh: StartOpenSSH, relay: Callable[[Endpoint], FaultRelay], short_kill: float, shell: ShellMode
) -> None:
    """A raw command too, where the server takes LC_* from clients, as Debian's does."""
    guest = start_openssh({"AcceptEnv": "LANG LC_*"}).endpoint()
    between = relay(guest)
    client, kept, number = guest.at(between.port).client(), unique(), unique()
    client.run(f"setsid sleep {kept} >/dev/null 2>&1 &", shell=shell)

    def freeze(stream: object, data: bytes) -> None:
        between.freeze()

    begun = time.monotonic()
    with pytest.raises(OperationTimeoutError) as caught:
        client.run(f"echo x; setsid sleep {number} & sleep {number}", timeout=1, shell=shell, on_output=freeze)
    assert 1 + short_kill <= time.monotonic() - begun < 1 + short_kill + 3
    assert (caught.value.killed, caught.value.unverified) == (False, True)
    assert len(sleeping(number)) == 2
    between.reset()
    between.thaw()
    try:
        assert client.run("true").ok
        assert sleeping(number) == []
        assert len(sleeping(kept)) == 1
    finally:
        client.run(f"pkill -KILL -f 'sleep ({kept}|{number})'", shell="raw")


def test_a_server_with_no_session_left_is_reconnected_to_for_the_kill(start_openssh: StartOpenSSH) -> None:
    client, number = start_openssh({"MaxSessions": "1"}).endpoint().client(), unique()
    error = time_out(client, f"sleep {number}", "login")
    assert error.killed != error.unverified
    assert client.run("true", shell="raw").ok
    assert sleeping(number) == []


def test_ctrl_c_kills_the_command(openssh_as: AsUser) -> None:
    client, number = openssh_as("dash").client(), unique()

    def interrupt(stream: object, data: bytes) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.run(f"echo x; sleep {number}", on_output=interrupt)
    assert sleeping(number) == []
    assert client.run("true", shell="raw").ok


@pytest.mark.parametrize("shared", ["", "yes"])
@pytest.mark.parametrize("parent", ["0", "1", "", "pytest"])
def test_a_parent_that_is_no_server_of_this_connection_is_not_gone_by(parent: str, shared: str) -> None:
    """An orphan's parent is init (or who adopts orphans), and that one's children are the whole machine."""
    known = f"smolrun_self=$$ smolrun_link=; smolrun_task= smolrun_grace=1 smolrun_shared={shared}; smolrun_sshd="
    known += str(os.getpid()) if parent == "pytest" else parent
    harmless = 'kill() { echo "would kill $*"; }\n'
    with subprocess.Popen(["sleep", "60"]) as bystander:
        try:
            script = harmless + known + "\n" + guest_script("kill.sh")
            done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
            assert "would kill" not in done.stdout
            if parent:
                assert done.stdout == "smolrun-blind\n"
        finally:
            bystander.kill()
