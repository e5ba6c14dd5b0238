"""TCP connections that the guest makes: what becomes of one that nobody waits for any longer."""

import socket
import threading
from collections.abc import Iterator

import pytest

from smolrun.deadline import Deadline
from smolrun.errors import OperationCancelledError, OperationTimeoutError
from tests.servers.endpoint import Endpoint


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port that answers nobody: its queue is full (listen(2), backlog)."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = []
    for _ in range(4):
        each = socket.socket()
        each.setblocking(False)
        each.connect_ex(listener.getsockname())
        waiting.append(each)
    yield listener.getsockname()[1]
    for each in (*waiting, listener):
        each.close()


def test_a_connection_that_does_not_come_in_time_leaves_no_channel(openssh: Endpoint, full_port: int) -> None:
    client = openssh.client()
    for _ in range(12):  # more than the sessions that OpenSSH gives one connection (MaxSessions)
        with pytest.raises(OperationTimeoutError), client.open_tcp("127.0.0.1", full_port, Deadline.after(0.2)):
            pass
    assert not client.connected
    assert client.run("echo on", shell="raw").output == "on"


def test_waiting_for_a_connection_is_ended_by_cancel(openssh: Endpoint, full_port: int) -> None:
    client = openssh.client()
    client.run("true", shell="raw")
    threading.Timer(0.3, client.cancel).start()
    with pytest.raises(OperationCancelledError), client.open_tcp("127.0.0.1", full_port, Deadline.after(20)):
        pass
    assert not client.connected
