"""Waiting for SSH: probes that count only once ``SSH-`` was read, then a login that is kept for `run`."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from smolrun.deadline import Deadline
from smolrun.errors import AuthenticationError, ConnectError, HostKeyError, OperationTimeoutError
from smolrun.ssh.cancellation import Cancellation, CancelledError
from smolrun.ssh.readiness import probe, wait_for_ssh
from smolrun.ssh.settings import ClientSettings
from smolrun.ssh.target import resolve_target
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay
from tests.servers.fixtures import StartOpenSSH
from tests.servers.keys import make_key
from tests.servers.processes import free_port

Relay = Callable[[Endpoint], FaultRelay]


def later(seconds: float, what: Callable[[], object]) -> None:
    threading.Timer(seconds, what).start()


def probed(port: int, within: float = 5) -> None:
    probe(resolve_target(ClientSettings("127.0.0.1", port=port, ssh_config="none")), Deadline.after(within))


# --- the probe ---


def test_a_probe_is_cheap(openssh: Endpoint) -> None:
    probed(openssh.port)
    taken = []
    for _ in range(20):
        start = time.monotonic()
        with pytest.raises(ConnectError):
            probed(free_port())
        taken.append(time.monotonic() - start)
    assert sorted(taken)[5] < 0.05, "a login takes a hundred"


def test_connecting_alone_is_no_success(openssh: Endpoint, relay: Relay) -> None:
    between = relay(openssh)
    between.faults.greeting = "silent"
    with pytest.raises(ConnectError, match="no SSH banner"):
        probed(between.port, within=0.3)


@pytest.mark.parametrize("greeting", ["garbage", "fin", "reset"])
def test_whatever_else_is_said_is_no_success(openssh: Endpoint, relay: Relay, greeting: Any) -> None:
    between = relay(openssh)
    between.faults.greeting = greeting
    with pytest.raises(ConnectError, match="before any SSH banner"):
        probed(between.port)


def test_a_banner_in_pieces_is_a_banner(openssh: Endpoint, relay: Relay) -> None:
    between = relay(openssh)
    between.faults.slice, between.faults.delay = 1, 0.02
    probed(between.port)


# --- the whole wait ---


def test_the_connection_is_kept_for_run(openssh: Endpoint, relay: Relay) -> None:
    between = relay(openssh)
    client = openssh.at(between.port).client()
    client.wait_for_ssh(timeout=20)
    assert client.connected
    assert client.run("echo here", shell="raw").output == "here"
    assert between.accepted == 2  # one probe and one connection


@pytest.mark.root
def test_dropbear_in_busybox_is_waited_for_alike(busybox_guest: Endpoint) -> None:
    client = busybox_guest.client()
    client.wait_for_ssh(timeout=20)
    assert client.run("echo here", shell="raw").output == "here"


@pytest.mark.parametrize("timeout", [0, -1])
def test_a_timeout_must_be_more_than_nothing(openssh: Endpoint, timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout"):
        openssh.client().wait_for_ssh(timeout=timeout)


def test_a_server_that_starts_late_is_waited_for(start_openssh: StartOpenSSH) -> None:
    server = start_openssh()
    server.stop_listening()
    later(0.7, server.start)
    client = server.endpoint().client()
    client.wait_for_ssh(timeout=20)
    assert client.connected


@pytest.mark.parametrize("greeting", ["silent", "fin", "reset", "garbage"])
def test_a_nat_that_accepts_before_the_guest_listens_is_seen_through(
    openssh: Endpoint, relay: Relay, greeting: Any
) -> None:
    between = relay(openssh)
    between.faults.greeting = greeting

    def up() -> None:
        between.faults.greeting = "pass"
        if greeting == "silent":
            between.reset()  # user-mode networks end what the guest never answered

    later(0.6, up)
    client = openssh.at(between.port).client()
    client.wait_for_ssh(timeout=20)
    assert client.connected


def test_a_banner_that_takes_its_time_is_waited_for_in_one_probe(openssh: Endpoint, relay: Relay) -> None:
    """Impatient probes keep a slow guest busy with aborted logins."""
    between = relay(openssh)
    between.faults.late = 1.5
    client = openssh.at(between.port).client()
    client.wait_for_ssh(timeout=20)
    assert between.accepted == 2


@pytest.mark.parametrize("after", [100, 1000, 1500])
def test_a_login_that_breaks_off_is_tried_again(openssh: Endpoint, relay: Relay, after: int) -> None:
    between = relay(openssh)
    between.faults.cut_after, between.faults.slice = after, 64

    def heal() -> None:
        between.faults.cut_after = None

    later(0.8, heal)
    client = openssh.at(between.port).client()
    client.wait_for_ssh(timeout=20)
    assert client.connected


def test_never_listening_is_a_timeout_that_names_phase_and_error(openssh: Endpoint) -> None:
    start = time.monotonic()
    with pytest.raises(OperationTimeoutError, match=r"(?s)within 2 s.*TCP probe.*(?i:refused)") as raised:
        openssh.at(free_port()).client().wait_for_ssh(timeout=2)
    assert raised.value.timeout == 2
    assert time.monotonic() - start < 5


def test_staying_silent_is_a_timeout_that_names_the_banner(openssh: Endpoint, relay: Relay) -> None:
    between = relay(openssh)
    between.faults.greeting = "silent"
    start = time.monotonic()
    with pytest.raises(OperationTimeoutError, match="no SSH banner"):
        openssh.at(between.port).client().wait_for_ssh(timeout=1)
    assert time.monotonic() - start < 8


def test_freezing_after_the_banner_is_a_timeout_that_names_the_login(openssh: Endpoint, relay: Relay) -> None:
    between = relay(openssh)
    between.faults.slice = 16
    client = openssh.at(between.port).client(connect_timeout=1)

    def freeze() -> None:
        while between.from_server < 400:
            time.sleep(0.001)
        between.freeze()

    watcher = threading.Thread(target=freeze)
    watcher.start()
    start = time.monotonic()
    with pytest.raises(OperationTimeoutError, match="the login"):
        client.wait_for_ssh(timeout=3)
    assert time.monotonic() - start < 5
    watcher.join()


def test_a_rejected_key_is_final_at_once(start_openssh: StartOpenSSH) -> None:
    server = start_openssh()
    stranger = make_key(server.folder / "stranger")
    start = time.monotonic()
    with pytest.raises(AuthenticationError):
        server.endpoint().client(key_path=stranger.path).wait_for_ssh(timeout=30)
    assert time.monotonic() - start < 8
    assert server.log.read_text().count("Connection from") == 3  # the fixture's, a probe, one login


def test_auth_grace_lets_a_key_arrive_after_sshd(start_openssh: StartOpenSSH) -> None:
    server = start_openssh()
    late = make_key(server.folder / "late")
    later(1.0, lambda: server.authorized_keys.write_text(late.public + "\n"))
    client = server.endpoint().client(key_path=late.path, auth_grace=10)
    client.wait_for_ssh(timeout=30)
    assert client.connected
    assert server.log.read_text().count("Connection from") == 4


def test_a_wrong_host_key_is_final_at_once(openssh: Endpoint) -> None:
    start = time.monotonic()
    with pytest.raises(HostKeyError):
        openssh.client(host_key="SHA256:" + "A" * 43).wait_for_ssh(timeout=30)
    assert time.monotonic() - start < 8


def test_what_no_waiting_mends_is_final(start_openssh: StartOpenSSH) -> None:
    server = start_openssh({"Ciphers": "chacha20-poly1305@openssh.com"})
    with pytest.raises(ConnectError, match="handshake"):
        server.endpoint().client().wait_for_ssh(timeout=30)


def test_probes_are_spaced_out_and_jittered() -> None:
    settings = ClientSettings("127.0.0.1", port=free_port(), ssh_config="none")
    pauses: list[float] = []

    class Noting(Cancellation):
        def pause(self, seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 12:
                raise CancelledError

    with pytest.raises(CancelledError):
        wait_for_ssh(settings, Deadline.after(60), 0.1, lambda deadline: None, Noting())
    assert 0.05 <= pauses[0] <= 0.1
    assert all(0.25 <= pause <= 0.5 for pause in pauses[4:])
    assert len(set(pauses)) == 12


def test_through_a_proxy_command_only_the_login_is_tried(openssh: Endpoint) -> None:
    client = openssh.client(
        host="not-a-name.invalid", ssh_arguments=f"-o 'ProxyCommand=busybox nc 127.0.0.1 {openssh.port}'"
    )
    client.wait_for_ssh(timeout=20)
    assert client.connected
