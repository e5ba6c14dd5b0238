"""A kill never reaches anything that is not the command's, whatever else lives on the guest."""

import os
import secrets
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smolrun.errors import ConnectionLostError, NotRunError, OperationTimeoutError, SmolVMError
from smolrun.ssh.client import SSHClient
from smolrun.ssh.persistent import Victim
from smolrun.ssh.result import CommandResult, ShellMode, Stream
from smolrun.ssh.wrap import guest_script
from tests.servers.dropbear import DropbearServer
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser
from tests.servers.processes import marked
from tests.servers.users import User
from tests.ssh.test_kill import sleeping, time_out, unique

SHELLS: list[ShellMode] = ["login", "raw"]
MAIN = "smolrun_sshd=${smolrun_sshd:-none}\n"  # where the functions of kill.sh end


@contextmanager
def running(client: SSHClient, command: str, shell: ShellMode) -> Iterator[Callable[[], CommandResult]]:
    """A command that runs meanwhile; gives a function that waits for its result."""
    begun, results = threading.Event(), []

    def run() -> None:
        results.append(client.run(f"echo begun; {command}", 60, shell, on_output=lambda stream, data: begun.set()))

    def result() -> CommandResult:
        thread.join(60)
        return results[0]

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(20)
    yield result
    thread.join(60)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("server", ["openssh", "openssh_unprivileged", "dropbear", "busybox_guest"])
def test_what_the_same_user_runs_on_another_connection_is_left_alone(
    server: str, shell: ShellMode, request: pytest.FixtureRequest
) -> None:
    guest: Endpoint = request.getfixturevalue(server)
    other, client, number = guest.client(), guest.client(), unique()
    work = f"until [ -e go-{number} ]; do sleep 0.1; done"
    with running(other, f"({work}) & (setsid sh -c '{work}' &); wait; exit 6", shell) as result:
        assert time_out(client, f"sleep {number}", shell).killed
        client.run(f"touch go-{number}", shell="raw")
        assert result().exit_code == 6
    assert sleeping(number) == []


def test_what_other_users_run_on_the_same_server_is_left_alone(openssh: Endpoint, openssh_as: AsUser) -> None:
    """Root may kill everybody's processes."""
    other, client, number = openssh_as("dash").client(), openssh.client(), unique()
    with running(other, f"until [ -e /tmp/go-{number} ]; do sleep 0.1; done; exit 6", "raw") as result:
        assert time_out(client, f"sleep {number}", "raw").killed
        client.run(f"touch /tmp/go-{number}", shell="raw")
        assert result().exit_code == 6
    client.run(f"rm /tmp/go-{number}", shell="raw")


def test_a_script_whose_parent_is_another_by_now_kills_nothing(openssh_as: AsUser) -> None:
    """The number of the server process that started it may have been given to the server of another connection."""
    guest = openssh_as("dash")
    client = guest.client()
    server = client.run("echo $PPID", shell="raw").output
    with running(client, "sleep 2; exit 6", "raw") as result:
        known = f"smolrun_self=$$ smolrun_link= smolrun_task= smolrun_grace=1 smolrun_shared= smolrun_sshd={server}\n"
        done = subprocess.run(
            ["/bin/sh", "-c", known + guest_script("kill.sh")], capture_output=True, text=True, check=True
        )
        assert done.stdout == "smolrun-blind\n"
    assert result().exit_code == 6


@pytest.mark.parametrize("shell", SHELLS)
def test_an_ssh_server_that_the_command_has_started_is_the_way_to_the_guest(
    openssh_as: AsUser, shell: ShellMode
) -> None:
    guest, number = openssh_as("dash"), unique()
    assert guest.home is not None
    shutil.copy("/bin/sleep", guest.home / "sshd-sleep")
    client = guest.client()
    command = f"(setsid $HOME/sshd-sleep {number} >/dev/null 2>&1 </dev/null &); sleep 60"
    try:
        time_out(client, command, shell)
        assert len(sleeping(number)) == 1
    finally:
        subprocess.run(["pkill", "-KILL", "-f", f"sshd-sleep {number}"], check=False)


def test_a_daemon_that_a_supervisor_starts_meanwhile_is_left_alone_and_told(openssh_as: AsUser) -> None:
    client, number = openssh_as("dash", fresh=True).client(), unique()
    # The supervisor was started by an earlier command and hides it: its children look as if they began just now.
    loop = f"until [ -e go ]; do sleep 0.05; done; SSH_CONNECTION=$LINK sleep {number}; :"
    client.run(f"env -i \"LINK=$SSH_CONNECTION\" setsid sh -c '{loop}' >/dev/null 2>&1 </dev/null &", shell="raw")
    try:
        error = time_out(client, "touch go; sleep 60", "raw")
        assert len(sleeping(number)) == 1
        assert error.unverified, "nobody can tell whose it is"
    finally:
        subprocess.run(["pkill", "-KILL", "-f", number], check=False)


def test_a_connection_whose_port_begins_with_ours_is_another(openssh: Endpoint) -> None:
    client, number = openssh.client(), unique()
    link = client.run("echo $SSH_CONNECTION", shell="raw").output

    def start_other(stream: Stream, data: bytes) -> None:
        environment = {**os.environ, "SSH_CONNECTION": f"{link}0"}
        subprocess.run(["sh", "-c", f"setsid sleep {number} >/dev/null 2>&1 </dev/null &"], env=environment, check=True)

    with pytest.raises(OperationTimeoutError) as caught:
        client.run("echo x; sleep 60", 1, "raw", on_output=start_other)
    try:
        assert len(sleeping(number)) == 1
        assert caught.value.killed
    finally:
        subprocess.run(["pkill", "-KILL", "-f", f"sleep {number}"], check=False)


def look(tables: list[list[str]], tmp_path: Path) -> str:
    """What kill.sh would kill, one table of processes (number, state, parent, session, start) a look."""
    for number, table in enumerate(tables):
        (tmp_path / f"table{number}").write_text("".join(f"{line}\n" for line in table))
    functions, main, rest = guest_script("kill.sh").partition(MAIN)
    stubs = f"""
        smolrun_check_parent() {{ :; }}
        smolrun_look() {{ cat {tmp_path}/table$look; }}
        smolrun_pause() {{
            smolrun_waited=$((smolrun_waited + 1))
            [ $look -ge {len(tables) - 1} ] || look=$((look + 1))
        }}
        kill() {{ echo "$*" >>{tmp_path}/killed; }}
        look=0 smolrun_sshd=100 smolrun_self=$$ smolrun_task= smolrun_link= smolrun_shared= smolrun_grace=1
    """
    (tmp_path / "killed").write_text("")
    done = subprocess.run(
        ["/bin/sh", "-c", functions + stubs + main + rest], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return (tmp_path / "killed").read_text() + done.stdout


def test_a_number_that_was_given_to_another_process_is_not_killed(tmp_path: Path) -> None:
    server = "100 S 1 100 5"
    first = [server, "4194000 S 100 4194000 70", "4194001 S 4194000 4194000 71"]
    # The shell is gone; its number and its child's are those of other people's processes by now.
    then = [server, "4194000 S 1 4194000 90", "4194001 S 4194000 4194000 91", "4194002 S 4194001 4194000 92"]
    said = look([first, then], tmp_path)
    assert said == "-TERM 4194000 4194001\n-CONT 4194000 4194001\nsmolrun-left:\n"


def test_orphans_of_the_command_are_killed_and_the_server_is_not(tmp_path: Path) -> None:
    server = "100 S 1 100 5"
    first = [server, "4194000 S 100 4194000 70", "4194001 S 4194000 4194000 71"]
    then = [server, "4194001 S 1 4194000 71", "4194003 S 100 4194003 95"]
    said = look([first, then, [server]], tmp_path)
    assert "-KILL 4194001 4194003\n" in said
    assert said.endswith("smolrun-left:\n")
    assert " 100" not in said


def test_the_server_process_that_ends_during_the_kill_harms_nobody(openssh_as: AsUser) -> None:
    """Its children are adopted by init then, whose children are the whole machine."""
    guest, number = openssh_as("dash"), unique()
    client, other = guest.client(), guest.client()
    with running(other, "sleep 4; exit 6", "raw") as result, subprocess.Popen(["sleep", "60"]) as bystander:
        try:
            with pytest.raises(SmolVMError) as caught:
                client.run(f"trap 'kill -KILL $PPID' TERM; echo x; sleep {number} & wait", 1, "raw")
            assert isinstance(caught.value, OperationTimeoutError | ConnectionLostError)
            assert bystander.poll() is None
        finally:
            bystander.kill()
    assert result().exit_code == 6
    subprocess.run(["pkill", "-KILL", "-f", f"sleep {number}"], check=False)


def test_a_callback_that_runs_a_command_on_the_same_client_is_refused(openssh_as: AsUser) -> None:
    """A kill takes everything that runs on the connection for the one command."""
    client, number = openssh_as("dash").client(), unique()

    def run_another(stream: Stream, data: bytes) -> None:
        client.run("true")

    with pytest.raises(NotRunError, match="callback"):
        client.run(f"echo x; sleep {number}", shell="raw", on_output=run_another)
    assert sleeping(number) == [], "a callback that raises ends the command, whatever it raises"
    assert client.run("echo on", shell="raw").output == "on"


def test_a_server_that_a_task_has_restarted_is_not_swept_away(
    make_folder: Callable[[], Path], make_user: Callable[[str], User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It carries the mark of the task, and so do its processes for connections: among them the one that sweeps."""
    task = secrets.token_hex(8)
    server = DropbearServer(make_folder(), make_user("/bin/bash"))
    with monkeypatch.context() as patch:
        patch.setenv("SMOLRUN_TASK", task)
        server.start()
    try:
        assert server.process.pid in marked(f"SMOLRUN_TASK={task}")
        with server.endpoint().client() as client, server.endpoint().client() as other:
            client.run("true", shell="raw")
            with running(other, "sleep 2; exit 6", "raw") as result:
                client._connection.unswept.append(Victim(task, "", None))
                assert client.run("echo here", shell="raw").output == "here"
                assert client._connection.unswept == []
            assert result().exit_code == 6
            assert client._connection.made == 1
    finally:
        server.stop()
