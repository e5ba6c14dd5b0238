"""What goes wrong on the way: cut, frozen, delayed. At most once, noticed in time, told as what it is."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smolrun.errors import CommandError, ConnectionLostError, OperationTimeoutError
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay
from tests.servers.fixtures import AsUser

Relay = Callable[[Endpoint], FaultRelay]
IN_TIME = {"keepalive_interval": 0.4, "dead_after": 1.0}
NOTICED = 1.4 + 6.0  # seconds: both settings, and the time that a slow machine takes


def ledger(guest: Endpoint) -> list[str]:
    assert guest.home is not None
    path = guest.home / "ledger"
    return path.read_text().split() if path.exists() else []


@pytest.fixture
def guest(openssh_as: AsUser) -> Endpoint:
    return openssh_as("dash", fresh=True)


@pytest.mark.parametrize("how", ["reset", "fin"])
@pytest.mark.parametrize("shell", ["login", "raw"])
def test_a_cut_while_a_command_runs_is_lost_and_never_sent_again(
    guest: Endpoint, relay: Relay, how: str, shell: Any
) -> None:
    between = relay(guest)
    client = guest.at(between.port).client()
    begun = time.monotonic()
    with pytest.raises(ConnectionLostError) as caught:
        client.run(
            "echo once >> ledger; echo partial; sleep 5",
            shell=shell,
            on_output=lambda stream, data: getattr(between, how)(),
        )
    assert time.monotonic() - begun < 4
    assert caught.value.stdout == "partial\n"
    assert not isinstance(caught.value, OperationTimeoutError)
    assert client.run("true", shell="raw").ok
    assert ledger(guest) == ["once"]


def test_a_server_process_that_is_killed_is_lost_not_a_signal(guest: Endpoint) -> None:
    client = guest.client()
    with pytest.raises(ConnectionLostError):
        client.run("kill -KILL $PPID; sleep 5", shell="raw", timeout=10)
    assert client.run("true", shell="raw").ok


def test_a_peer_that_freezes_while_a_command_runs_is_noticed(guest: Endpoint, relay: Relay) -> None:
    between = relay(guest)
    client = guest.at(between.port).client(**IN_TIME)
    client.run("true", shell="raw")
    begun = time.monotonic()
    with pytest.raises(ConnectionLostError, match="no sign of life"):
        client.run("echo x; sleep 30", shell="raw", on_output=lambda stream, data: between.freeze())
    assert time.monotonic() - begun < NOTICED


def test_a_peer_that_freezes_between_channel_open_and_exec_is_noticed(guest: Endpoint, relay: Relay) -> None:
    between = relay(guest)
    client = guest.at(between.port).client(**IN_TIME)
    client.run("true", shell="raw")
    connection = client._connection
    opened = connection.channel

    def freeze_then(transport: Any, patience: Any) -> Any:
        channel = opened(transport, patience)
        between.freeze()
        return channel

    connection.channel = freeze_then  # type: ignore[method-assign]
    begun = time.monotonic()
    with pytest.raises(ConnectionLostError):
        client.run("echo late >> ledger", shell="raw")
    assert time.monotonic() - begun < NOTICED
    assert ledger(guest) == []


def test_a_peer_that_freezes_while_it_is_fed_is_noticed(guest: Endpoint, relay: Relay) -> None:
    between = relay(guest)
    client = guest.at(between.port).client(**IN_TIME)
    client.run("true", shell="raw")
    begun = time.monotonic()
    with pytest.raises(ConnectionLostError):
        client.run(
            "echo x; cat >/dev/null",
            shell="raw",
            stdin=b"x" * 64 * 1024 * 1024,
            on_output=lambda stream, data: between.freeze(),
        )
    assert time.monotonic() - begun < NOTICED + 1


def test_the_deadline_holds_on_a_frozen_peer(guest: Endpoint, relay: Relay, short_kill: float) -> None:
    between = relay(guest)
    client = guest.at(between.port).client()
    client.run("true", shell="raw")
    begun = time.monotonic()
    with pytest.raises(OperationTimeoutError) as caught:
        client.run("echo x; sleep 30", shell="raw", timeout=1, on_output=lambda stream, data: between.freeze())
    assert time.monotonic() - begun < 1 + short_kill + 3
    assert caught.value.unverified


def test_an_exit_code_that_has_come_is_kept_when_the_peer_freezes(guest: Endpoint, relay: Relay) -> None:
    between = relay(guest)
    client = guest.at(between.port).client(**IN_TIME)
    client.run("true", shell="raw")

    def freeze(stream: object, data: bytes) -> None:
        transport = client._connection._transport
        assert transport is not None
        if any(getattr(channel, "status_received", False) for channel in transport._channels.values()):
            between.freeze()

    # A pipe that stays open, and noise on it, so that the end is still waited for when the peer freezes.
    result = client.run("(while :; do echo x; sleep 0.1; done) & exit 3", shell="raw", on_output=freeze)
    assert (result.exit_code, result.pipe_held) == (3, True)


def test_a_blip_of_two_seconds_changes_nothing(guest: Endpoint, relay: Relay) -> None:
    between = relay(guest)
    client = guest.at(between.port).client()
    client.run("true", shell="raw")
    thaw: list[threading.Timer] = []

    def blip(stream: object, data: bytes) -> None:
        if not thaw:
            between.freeze()
            thaw.append(threading.Timer(2, between.thaw))
            thaw[0].start()

    result = client.run("echo first; sleep 0.2; seq 20000; exit 4", shell="raw", on_output=blip)
    assert (result.exit_code, result.pipe_held) == (4, False)
    assert result.stdout == "first\n" + "".join(f"{number}\n" for number in range(1, 20001))


def test_small_slices_and_delays_change_nothing(guest: Endpoint, relay: Relay) -> None:
    between = relay(guest)
    client = guest.at(between.port).client(connect_timeout=30)
    client.run("true", shell="raw")
    between.faults.slice = 7
    result = client.run("seq 500; exit 4", shell="raw", stdin=b"x" * 1000)
    assert (result.exit_code, len(result.stdout)) == (4, 1892)


@pytest.mark.parametrize("after", [10, 100, 300, 1000])
def test_cut_after_some_bytes_is_lost_or_not_run_and_never_twice(guest: Endpoint, relay: Relay, after: int) -> None:
    between = relay(guest)
    client = guest.at(between.port).client()
    client.run("true", shell="raw")
    between.faults.cut_after = between.from_server + after
    for number in range(8):
        try:
            client.run(f"echo {number} >> ledger; echo out", shell="raw", timeout=5)
        except CommandError:
            between.faults.cut_after = None
    entries = ledger(guest)
    assert len(entries) == len(set(entries)), "nothing ran twice"


def test_partial_output_of_a_lost_command_is_kept(guest: Endpoint, relay: Relay, tmp_path: Path) -> None:
    between = relay(guest)
    client = guest.at(between.port).client()
    with pytest.raises(ConnectionLostError) as caught:
        client.run("echo out; echo err >&2; sleep 0.3; kill -KILL $PPID", shell="raw", timeout=10)
    assert (caught.value.stdout, caught.value.stderr) == ("out\n", "err\n")
