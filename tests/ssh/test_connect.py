"""Connecting under every fault before a command is sent (fault matrix, phases P1-P3)."""

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from smolrun.deadline import Deadline
from smolrun.errors import AuthenticationError, ConnectError, HostKeyError
from smolrun.ssh.cancellation import Cancellation, CancelledError
from smolrun.ssh.connect import back_off, open_transport
from smolrun.ssh.transport import Transport
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser, StartOpenSSH
from tests.servers.keys import make_key
from tests.servers.processes import free_port
from tests.ssh.connecting import Relay, connect, later, nothing_leaks, settings_for  # noqa: F401 - a fixture


def test_a_connection_is_logged_in_and_without_nagle(openssh: Endpoint) -> None:
    transport = connect(openssh)
    try:
        assert transport.is_authenticated()
        assert transport.watched.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        assert transport.watched.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 8000
    finally:
        transport.close()


# --- P1, P2: what goes wrong while connecting ---


def test_refused_is_tried_until_somebody_listens(openssh: Endpoint, relay: Relay) -> None:
    between = relay(openssh)
    between.refuse()
    later(0.4, between.accept_again)
    connect(openssh.at(between.port)).close()


def test_refused_for_good_is_an_error_when_the_connect_timeout_is_over(openssh: Endpoint) -> None:
    start = time.monotonic()
    with pytest.raises(ConnectError, match=r"(?i)refused") as raised:
        connect(openssh.at(free_port()), connect_timeout=1)
    assert raised.value.transient
    assert time.monotonic() - start < 8


def test_the_deadline_ends_the_tries_even_if_the_connect_timeout_is_longer(openssh: Endpoint) -> None:
    start = time.monotonic()
    with pytest.raises(ConnectError):
        connect(openssh.at(free_port()), within=0.7, connect_timeout=30)
    assert time.monotonic() - start < 8


@pytest.mark.parametrize("greeting", ["fin", "reset", "garbage"])
def test_an_end_before_the_banner_is_tried_again(openssh: Endpoint, relay: Relay, greeting: Any) -> None:
    between = relay(openssh)
    between.faults.greeting = greeting

    def heal() -> None:
        between.faults.greeting = "pass"

    later(0.4, heal)
    connect(openssh.at(between.port)).close()
    assert between.accepted >= 2


def test_somebody_who_is_no_ssh_server_is_told(openssh: Endpoint, relay: Relay) -> None:
    between = relay(openssh)
    between.faults.greeting = "garbage"
    with pytest.raises(ConnectError, match="before any SSH banner") as raised:
        connect(openssh.at(between.port), connect_timeout=1)
    assert raised.value.phase == "banner"


def test_silence_is_an_error_within_the_connect_timeout(openssh: Endpoint, relay: Relay) -> None:
    between = relay(openssh)
    between.faults.greeting = "silent"
    start = time.monotonic()
    with pytest.raises(ConnectError, match="silent") as raised:
        connect(openssh.at(between.port), connect_timeout=1)
    assert raised.value.phase == "banner"
    assert time.monotonic() - start < 8


@pytest.mark.parametrize("fault", [{"late": 1.0}, {"slice": 1, "delay": 0.0}, {"delay": 0.05}, {"rate": 20000.0}])
def test_slow_is_no_fault(openssh: Endpoint, relay: Relay, fault: dict[str, Any]) -> None:
    between = relay(openssh)
    for name, value in fault.items():
        setattr(between.faults, name, value)
    connect(openssh.at(between.port)).close()
    assert between.accepted == 1


@pytest.mark.parametrize("how", ["reset", "fin"])
@pytest.mark.parametrize("after", [10, 60, 700, 1300, 1700])
def test_an_end_during_handshake_or_login_is_tried_again(openssh: Endpoint, relay: Relay, how: Any, after: int) -> None:
    between = relay(openssh)
    between.faults.cut_after, between.faults.cut_by = after, how
    between.faults.slice = 32

    def heal() -> None:
        while between.accepted < 2:
            time.sleep(0.01)
        between.faults.cut_after = None

    later(0, heal)
    connect(openssh.at(between.port)).close()
    assert between.accepted >= 2


@pytest.mark.parametrize("after", [30, 500, 1300])
def test_a_peer_that_freezes_while_connecting_is_given_up_in_time(openssh: Endpoint, relay: Relay, after: int) -> None:
    between = relay(openssh)
    between.faults.slice = 16

    def freeze_at() -> None:
        while between.from_server < after:
            time.sleep(0.001)
        between.freeze()

    watcher = threading.Thread(target=freeze_at)
    watcher.start()
    start = time.monotonic()
    with pytest.raises(ConnectError):
        connect(openssh.at(between.port), connect_timeout=1, within=3)
    assert time.monotonic() - start < 8
    watcher.join()
    between.thaw()


def test_a_blip_during_login_is_sat_out(openssh: Endpoint, relay: Relay) -> None:
    between = relay(openssh)
    between.faults.slice = 16

    def blip() -> None:
        while between.from_server < 500:
            time.sleep(0.001)
        between.freeze()
        later(1.0, between.thaw)

    watcher = threading.Thread(target=blip)
    watcher.start()
    connect(openssh.at(between.port)).close()
    watcher.join()
    assert between.accepted == 1


def test_failed_attempts_leave_nothing_on_the_server(start_openssh: StartOpenSSH, relay: Relay) -> None:
    server = start_openssh({"MaxStartups": "3:100:3"})
    stranger = make_key(server.folder / "stranger")
    for _ in range(6):
        with pytest.raises(AuthenticationError):
            connect(server.endpoint(), key_path=stranger.path)
        with pytest.raises(HostKeyError):
            connect(server.endpoint(), host_key="SHA256:" + "A" * 43)
    connect(server.endpoint()).close()


def test_no_algorithm_in_common_is_final(start_openssh: StartOpenSSH) -> None:
    server = start_openssh({"Ciphers": "chacha20-poly1305@openssh.com"})
    start = time.monotonic()
    with pytest.raises(ConnectError, match="handshake") as raised:
        connect(server.endpoint())
    assert not raised.value.transient
    assert time.monotonic() - start < 8


def test_a_name_that_does_not_exist_is_final(openssh: Endpoint) -> None:
    for name in ("does-not-exist.invalid", "a..b", "x" * 70):
        with pytest.raises(ConnectError) as raised:
            connect(openssh, host=name, within=15)
        assert raised.value.phase == "name look-up"


def test_a_swapped_host_key_is_fatal_and_nothing_is_offered(start_openssh: StartOpenSSH) -> None:
    """Fault F11 while there is no connection."""
    server = start_openssh()
    before = server.endpoint()
    connect(before).close()
    server.swap_host_key()
    server.restart()
    server.log.write_text("")
    start = time.monotonic()
    with pytest.raises(HostKeyError):
        connect(before)
    assert time.monotonic() - start < 8
    assert "Accepted" not in server.log.read_text()
    assert "userauth" not in server.log.read_text()


@pytest.mark.root
def test_a_password_is_not_sent_to_the_wrong_server(start_openssh: StartOpenSSH, openssh_as: AsUser) -> None:
    user = openssh_as("bash")
    server = start_openssh()
    wrong = server.endpoint()
    with pytest.raises(HostKeyError):
        connect(wrong, user=user.user, key_path=None, password=user.password, host_key=user.fingerprint)
    log = server.log.read_text()
    assert "password" not in log


def test_a_restart_of_the_listener_is_sat_out(start_openssh: StartOpenSSH) -> None:
    server = start_openssh()
    server.stop_listening()
    later(0.4, server.start)
    connect(server.endpoint()).close()


def test_a_server_that_is_full_for_a_moment_is_tried_again(start_openssh: StartOpenSSH) -> None:
    """Fault F12: sshd refuses further start-ups before its banner."""
    server = start_openssh({"MaxStartups": "1:100:1"})
    half_open = socket.create_connection(("127.0.0.1", server.port))
    while not half_open.recv(64).startswith(b"SSH-"):  # the fixture's own look may still be counted
        half_open.close()
        half_open = socket.create_connection(("127.0.0.1", server.port))
    with half_open, pytest.raises(ConnectError) as raised:
        connect(server.endpoint(), connect_timeout=1)
    assert (raised.value.phase, raised.value.transient) == ("banner", True)
    connect(server.endpoint()).close()


def test_the_time_that_a_person_takes_to_look_at_a_key_is_not_the_guests(openssh: Endpoint, tmp_path: Path) -> None:
    passed = 0.0

    def clock() -> float:
        return time.monotonic() + passed

    def look(*shown: str) -> bool:
        nonlocal passed
        passed = 3600.0
        return True

    settings = settings_for(
        openssh, host_key="known_hosts", known_hosts=(tmp_path / "known_hosts",), confirm_host_key=look
    )
    open_transport(settings, Deadline.after(5, clock)).close()


# --- a key that arrives late ---


def test_a_rejected_key_does_not_loop(start_openssh: StartOpenSSH, tmp_path: Path) -> None:
    server = start_openssh()
    stranger = make_key(tmp_path / "stranger")
    start = time.monotonic()
    with pytest.raises(AuthenticationError):
        connect(server.endpoint(), key_path=stranger.path)
    assert time.monotonic() - start < 8
    assert server.log.read_text().count("Connection from") == 2  # one of them is the fixture's


def test_auth_grace_waits_for_a_key_that_arrives_after_sshd(start_openssh: StartOpenSSH, tmp_path: Path) -> None:
    server = start_openssh()
    late = make_key(tmp_path / "late")
    later(1.0, lambda: server.authorized_keys.write_text(late.public + "\n"))
    connect(server.endpoint(), key_path=late.path, auth_grace=10).close()
    assert server.log.read_text().count("Connection from") == 3  # the fixture's, one too early, one in time


def test_auth_grace_ends(start_openssh: StartOpenSSH, tmp_path: Path) -> None:
    server = start_openssh()
    stranger = make_key(tmp_path / "stranger")
    start = time.monotonic()
    with pytest.raises(AuthenticationError):
        connect(server.endpoint(), key_path=stranger.path, auth_grace=3)
    assert 2 <= time.monotonic() - start < 5
    assert server.log.read_text().count("Connection from") == 3


def test_the_pause_between_two_tries_can_be_broken_off(openssh: Endpoint) -> None:
    cancellation = Cancellation()
    later(0.3, cancellation.utter)
    start = time.monotonic()
    with pytest.raises(CancelledError):
        open_transport(settings_for(openssh.at(free_port())), Deadline.after(20), cancellation)
    assert time.monotonic() - start < 8


def test_pauses_grow_and_are_never_the_same() -> None:
    pauses = back_off(0.1, 2.0)
    taken = [next(pauses) for _ in range(20)]
    assert 0.05 <= taken[0] <= 0.1
    assert all(1.0 <= pause <= 2.0 for pause in taken[6:])
    assert len(set(taken)) == 20


@pytest.mark.root
def test_dropbear_and_busybox_are_connected_to_alike(dropbear: Endpoint, busybox_guest: Endpoint) -> None:
    for server in (dropbear, busybox_guest):
        connect(server).close()


def test_many_at_once(openssh: Endpoint) -> None:
    opened: list[Transport] = []
    threads = [threading.Thread(target=lambda: opened.append(connect(openssh))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 8
    for transport in opened:
        transport.close()
