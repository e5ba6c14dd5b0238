"""`cancel` from another thread ends the running command as a timeout does."""

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
