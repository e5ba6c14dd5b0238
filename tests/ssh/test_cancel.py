"""`cancel` from another thread, and Ctrl-C, end the running command as a timeout does."""

import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from smolrun.errors import OperationCancelledError
from smolrun.ssh.client import SSHClient
from tests.servers.fixtures import AsUser
from tests.servers.processes import free_port
from tests.ssh.test_kill import sleeping, unique


def test_the_running_command_is_killed_and_its_thread_told(openssh_as: AsUser) -> None:
    client, number = openssh_as("dash").client(), unique()
    began = threading.Event()
    caught: list[OperationCancelledError] = []

    def run() -> None:
        with pytest.raises(OperationCancelledError) as error:
            client.run(f"echo x; sleep {number}", on_output=lambda stream, data: began.set())
        caught.append(error.value)

    thread = threading.Thread(target=run)
    thread.start()
    assert began.wait(20)
    begun = time.monotonic()
    client.cancel()
    thread.join(10)
    assert time.monotonic() - begun < 5
    assert (caught[0].killed, caught[0].stdout) == (True, "x\n")
    assert sleeping(number) == []


def test_the_client_goes_on_working(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    client.cancel()
    assert client.run("echo one", shell="raw").output == "one"
    client.cancel()
    assert client.run("echo two", shell="raw").output == "two"


def test_waiting_for_a_guest_that_is_not_there_is_ended_at_once() -> None:
    client = SSHClient("127.0.0.1", port=free_port(), host_key="insecure")
    caught: list[OperationCancelledError] = []

    def wait() -> None:
        with pytest.raises(OperationCancelledError) as error:
            client.wait_for_ssh(timeout=60)
        caught.append(error.value)

    thread = threading.Thread(target=wait)
    thread.start()
    threading.Event().wait(0.5)
    begun = time.monotonic()
    client.cancel()
    thread.join(20)
    assert time.monotonic() - begun < 5
    assert caught


PROGRAM = """
    import signal
    from smolrun import SSHClient
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts background jobs with Ctrl-C ignored
    client = SSHClient({0.host!r}, {0.user!r}, {0.port}, {3!r}, host_key="insecure", ssh_config="none")
    try:
        client.run("echo begun; sleep {1} & (setsid sleep {1} &) ; wait", shell={2!r},
                   on_output=lambda stream, data: print("begun", flush=True))
    except KeyboardInterrupt:
        print("interrupted", client.run("echo on", shell="raw").output)
"""


@pytest.mark.parametrize("shell", ["login", "raw"])
def test_ctrl_c_kills_the_command_and_its_children(openssh_as: AsUser, shell: str) -> None:
    """As a terminal sends it: a real signal, while the program waits for the command."""
    guest, number = openssh_as("dash"), unique()
    source = textwrap.dedent(PROGRAM).format(guest, number, shell, str(guest.key_path))
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        while len(sleeping(number)) < 2:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    assert said == "interrupted on\n"
    assert sleeping(number) == []
