"""A steady-state command costs one network round trip and a handful of packets."""

import statistics
import threading
import time
from collections.abc import Callable

import pytest

from smolrun.ssh.channel import SessionChannel
from smolrun.ssh.client import SSHClient
from smolrun.ssh.patience import Patience
from smolrun.ssh.result import ShellMode
from smolrun.ssh.transport import WatchedSocket
from tests.servers.delay_relay import DelayRelay
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser

ROUND_TRIP = 0.3


def noting(events: list[str], name: str, function: Callable[..., object]) -> Callable[..., object]:
    def noted(*arguments: object, **options: object) -> object:
        events.append(name)
        return function(*arguments, **options)

    return noted


def steady(guest: Endpoint) -> SSHClient:
    """A client between two commands."""
    client = guest.client()
    client.run("true", shell="raw")
    client.run("true", shell="raw")
    spare = client._connection._spare
    assert spare is not None
    while not spare.open:
        threading.Event().wait(0.01)
    return client


@pytest.mark.parametrize(("server", "stdin"), [("openssh_as", None), ("openssh_as", b"in"), ("dropbear", b"in")])
def test_a_command_and_its_input_are_sent_before_anything_is_waited_for(
    server: str, stdin: bytes | None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So one round trip is all: what goes out first, and the answers.

    OpenSSH opens a channel with a window of 0 bytes and widens it once it has the command. Input does not wait for the
    word of that, which comes a round trip later.
    """
    fixture = request.getfixturevalue(server)
    client = steady(fixture("dash") if server == "openssh_as" else fixture)
    events: list[str] = []
    for owner, name in ((SessionChannel, "request_exec"), (SessionChannel, "shutdown_write"), (Patience, "wait")):
        monkeypatch.setattr(owner, name, noting(events, name, getattr(owner, name)))
    assert client.run("cat", shell="raw", stdin=stdin).stdout_bytes == (stdin or b"")
    assert events[: events.index("wait")] == ["request_exec", "shutdown_write"]


@pytest.mark.parametrize(("shell", "packets"), [("raw", 5), ("login", 4)])
def test_a_command_costs_a_handful_of_packets(
    openssh_as: AsUser, monkeypatch: pytest.MonkeyPatch, shell: ShellMode, packets: int
) -> None:
    """Its exec, the end of its input, the close of its channel, and the opening of the next.

    What is sent as it stands carries no mark; ahead of it goes one for servers that take variables from clients.
    """
    client = steady(openssh_as("dash"))
    sent: list[int] = []
    send = WatchedSocket.send

    def counted(self: WatchedSocket, data: bytes) -> int:
        sent.append(len(data))
        return send(self, data)

    monkeypatch.setattr(WatchedSocket, "send", counted)
    for _ in range(10):
        client.run("true", shell=shell)
    assert len(sent) <= 10 * packets


@pytest.mark.slow
def test_one_round_trip_a_command(openssh_as: AsUser, delay_relay: Callable[[Endpoint, float], DelayRelay]) -> None:
    def median(client: SSHClient, count: int) -> float:
        times = []
        for _ in range(count):
            begun = time.perf_counter()
            assert client.run("true", shell="raw").ok
            times.append(time.perf_counter() - begun)
        return statistics.median(times)

    guest = openssh_as("dash")
    own_work = median(steady(guest), 15)
    through = median(steady(guest.at(delay_relay(guest, ROUND_TRIP / 2).port)), 9)
    assert through - own_work + 0.002 >= ROUND_TRIP, "the relay delays"
    assert through < 1.5 * ROUND_TRIP + own_work, "two round trips would be twice as long"
