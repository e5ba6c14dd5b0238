"""One connection for everything: made lazily, proved alive, made anew between commands, its channels opened ahead."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smolrun.errors import ConnectError, ConnectionLostError, SmolVMError
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay
from tests.servers.fixtures import AsUser, StartOpenSSH

Relay = Callable[[Endpoint], FaultRelay]


def test_nothing_is_connected_before_the_first_use(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    states = [client.connected]
    client.run("true", shell="raw")
    states.append(client.connected)
    client.close()
    states.append(client.connected)
    assert states == [False, True, False]


def test_one_connection_carries_every_command(openssh_as: AsUser, relay: Relay) -> None:
    guest = openssh_as("dash")
    between = relay(guest)
    with guest.at(between.port).client() as client:
        for _ in range(20):
            assert client.run("true", shell="raw").ok
        client.run("true")
        assert between.accepted == 1


@pytest.mark.parametrize("how", ["reset", "fin"])
def test_a_connection_that_died_between_commands_is_made_anew(openssh_as: AsUser, relay: Relay, how: str) -> None:
    guest = openssh_as("dash")
    between = relay(guest)
    client = guest.at(between.port).client()
    assert client.run("echo 1", shell="raw").output == "1"
    getattr(between, how)()
    patience = time.monotonic() + 10
    while client.connected and time.monotonic() < patience:
        threading.Event().wait(0.01)  # the relay's own threads let go of the connection first
    assert client.run("echo 2", shell="raw").output == "2"
    assert between.accepted == 2


def test_a_peer_that_froze_between_commands_is_found_out_before_a_command_is_sent(
    openssh_as: AsUser, relay: Relay
) -> None:
    guest = openssh_as("dash")
    between = relay(guest)
    client = guest.at(between.port).client(keepalive_interval=0.3, dead_after=0.7)
    assert client.run("true", shell="raw").ok
    between.freeze()
    begun = time.monotonic()
    # Long enough ago for the connection to be asked first.
    client._connection._transport.watched.heard_at -= 5  # type: ignore[union-attr]
    with pytest.raises(ConnectError):
        client.run("touch $HOME/ran", shell="raw", timeout=3)
    assert time.monotonic() - begun < 6
    between.thaw()
    assert client.run("ls $HOME/ran", shell="raw").exit_code != 0, "nothing runs late"


def test_a_channel_that_opens_after_the_deadline_is_not_left_open(openssh_as: AsUser, relay: Relay) -> None:
    guest = openssh_as("dash")
    between = relay(guest)
    client = guest.at(between.port).client()
    client.run("true", shell="raw")
    client._connection._spare = None  # so that one has to be asked for
    between.freeze()
    for _ in range(2):
        with pytest.raises(ConnectError):
            client.run("touch $HOME/late-channel", shell="raw", timeout=1)
    between.thaw()
    assert client.run("ls $HOME/late-channel", shell="raw").exit_code != 0
    transport, spare = client._connection._transport, client._connection._spare
    assert transport is not None
    given_up = time.monotonic() + 10  # the server's own end of a channel comes when it comes
    while any(channel is not spare for channel in transport._channels.values()):
        assert time.monotonic() < given_up, transport._channels.values()
        time.sleep(0.01)


def test_a_restarted_server_is_reconnected_to(start_openssh: StartOpenSSH) -> None:
    server = start_openssh()
    client = server.endpoint().client()
    assert client.run("true", shell="raw").ok
    server.kill_connections()
    assert client.run("true", shell="raw").ok


def test_reset_connection_makes_a_new_one(openssh_as: AsUser, relay: Relay) -> None:
    guest = openssh_as("dash")
    between = relay(guest)
    client = guest.at(between.port).client()
    client.run("true", shell="raw")
    client.reset_connection()
    assert not client.connected
    assert client.run("true", shell="raw").ok
    assert between.accepted == 2


def test_a_server_that_is_not_there_is_an_error_in_time() -> None:
    from smolrun import SSHClient
    from tests.servers.processes import free_port

    client = SSHClient("127.0.0.1", port=free_port(), host_key="insecure", connect_timeout=1)
    with pytest.raises(SmolVMError):
        client.run("true", timeout=2)


def test_a_server_with_one_session_at_a_time_still_serves(start_openssh: StartOpenSSH) -> None:
    client = start_openssh({"MaxSessions": "1"}).endpoint().client()
    for number in range(12):
        assert client.run(f"echo {number}", shell="raw").output == str(number)
    assert client._connection.made == 1


def test_a_server_that_refuses_commands_is_not_run(start_openssh: StartOpenSSH) -> None:
    client = start_openssh({"MaxSessions": "0"}).endpoint().client()
    with pytest.raises(SmolVMError, match="session") as caught:
        client.run("true", shell="raw")
    assert not isinstance(caught.value, ConnectionLostError)


@pytest.mark.parametrize("server", ["dropbear", "busybox_guest"])
def test_dropbear_serves_many_commands_over_one_connection(server: str, request: pytest.FixtureRequest) -> None:
    guest: Endpoint = request.getfixturevalue(server)
    client = guest.client()
    for number in range(60):
        assert client.run(f"echo {number}", shell="raw").output == str(number)
    assert client._connection.made == 1


@pytest.mark.parametrize("server", ["openssh_as", "dropbear"])
def test_no_thread_descriptor_or_channel_is_left_behind(server: str, request: pytest.FixtureRequest) -> None:
    fixture = request.getfixturevalue(server)
    guest: Endpoint = fixture("dash") if server == "openssh_as" else fixture

    def use(times: int) -> None:
        for _ in range(times):
            with guest.client() as client:
                for shell in ("raw", "login"):
                    client.run("echo x", shell=shell, stdin=b"y")
                    transport = client._connection._transport
                    assert transport is not None
                    assert len(transport._channels.values()) <= 2

    def ours() -> tuple[int, int]:
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    use(1)
    before = ours()
    use(4)
    deadline = time.monotonic() + 10
    while ours() > before and time.monotonic() < deadline:
        threading.Event().wait(0.05)  # the transports' threads end on their own
    assert ours() <= before
