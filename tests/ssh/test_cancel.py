"""`cancel` from another thread, and Ctrl-C, end the running command as a timeout does."""

import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from smolrun.errors import OperationCancelledError
from smolrun.ssh.client import SSHClient
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay
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


@contextmanager
def says_only(words: bytes) -> Iterator[int]:
    """The port of a server that says just that, and then nothing to anybody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    taken, _ = listener.accept()
                except OSError:
                    return
                held.append(taken)
                taken.sendall(words)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for taken in held:
                taken.close()


@pytest.fixture
def stuck(
    request: pytest.FixtureRequest, openssh: Endpoint, relay: Callable[[Endpoint], FaultRelay], tmp_path: Path
) -> Iterator[SSHClient]:
    """A client whose guest does not answer in the step of that name."""
    options: dict[str, Any] = {"connect_timeout": 60.0, "ssh_config": "none"}
    if request.param in ("banner", "handshake"):
        with says_only(b"" if request.param == "banner" else b"SSH-2.0-Silent\r\n") as port:
            yield SSHClient("127.0.0.1", port=port, host_key="insecure", **options)
        return
    between = relay(openssh)
    if request.param == "connection":
        between.drop_packets()
    else:

        def freeze(*shown: str) -> bool:  # asked after the handshake, before the login
            between.freeze()
            return True

        options |= {"host_key": "known_hosts", "known_hosts": (tmp_path / "none",), "confirm_host_key": freeze}
    yield openssh.at(between.port).client(**options)
    between.deliver_packets()


@pytest.mark.parametrize("what", ["run", "wait_for_ssh"])
@pytest.mark.parametrize("stuck", ["connection", "banner", "handshake", "login"], indirect=True)
def test_cancel_does_not_wait_for_a_guest_that_does_not_answer(stuck: SSHClient, what: str) -> None:
    caught: list[OperationCancelledError] = []

    def work() -> None:
        with pytest.raises(OperationCancelledError) as error:
            stuck.run("true", timeout=60) if what == "run" else stuck.wait_for_ssh(timeout=60)
        caught.append(error.value)

    thread = threading.Thread(target=work)
    thread.start()
    threading.Event().wait(0.7)
    assert thread.is_alive()
    begun = time.monotonic()
    stuck.cancel()
    thread.join(20)
    assert time.monotonic() - begun < 8
    assert caught
    assert not stuck.connected


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


def test_nothing_is_said_of_processes_where_nothing_was_sent() -> None:
    with says_only(b"") as port:
        client = SSHClient("127.0.0.1", port=port, host_key="insecure", ssh_config="none", connect_timeout=60)
        caught: list[OperationCancelledError] = []

        def run() -> None:
            with pytest.raises(OperationCancelledError) as error:
                client.run("true")
            caught.append(error.value)

        thread = threading.Thread(target=run)
        thread.start()
        threading.Event().wait(0.3)
        client.cancel()
        thread.join(20)
    assert (caught[0].killed, caught[0].unverified) == (False, False)
    assert "cancelled before" in caught[0].message
