"""The servers themselves: they let in, run the right shell, and leave nothing behind."""

import os
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers.delay_relay import DelayRelay
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay
from tests.servers.fixtures import AsUser, StartOpenSSH
from tests.servers.processes import descendants, parents


def ssh(endpoint: Endpoint, command: str, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    """The command through OpenSSH's own client, the host key checked against the endpoint's known_hosts line."""
    known = tmp_path / "known"
    known.write_text(endpoint.known_hosts_line + "\n")
    options = {
        "UserKnownHostsFile": known,
        "BatchMode": "yes",
        "IdentitiesOnly": "yes",
        "IdentityFile": endpoint.key_path,
    }
    flags = [f"-o{name}={value}" for name, value in options.items()]
    return subprocess.run(
        ["ssh", "-F", "none", *flags, "-p", str(endpoint.port), f"{endpoint.user}@{endpoint.host}", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def greeting(port: int, patience: float = 5.0) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as conversation:
        return conversation.recv(64)


def test_openssh_lets_in_the_present_user(openssh: Endpoint, tmp_path: Path) -> None:
    done = ssh(openssh, "id -u", tmp_path)
    assert (done.stdout.strip(), done.returncode) == (str(os.geteuid()), 0), done.stderr


@pytest.mark.root
@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "fish", "tcsh", "ash"])
def test_each_login_shell_is_the_users_own(openssh_as: AsUser, shell: str, tmp_path: Path) -> None:
    done = ssh(openssh_as(shell), "echo $SHELL", tmp_path)
    assert done.stdout.strip().endswith(f"/{shell}"), done.stderr


@pytest.mark.root
def test_nologin_refuses(openssh_as: AsUser, tmp_path: Path) -> None:
    done = ssh(openssh_as("nologin"), "true", tmp_path)
    assert done.returncode == 1
    assert "not available" in done.stdout


def test_the_unprivileged_server_runs_as_its_login(openssh_unprivileged: Endpoint, tmp_path: Path) -> None:
    done = ssh(openssh_unprivileged, "id -un", tmp_path)
    assert done.stdout.strip() == openssh_unprivileged.user, done.stderr
    assert Path(f"/proc/{openssh_unprivileged.server.pid}").owner() == openssh_unprivileged.user


@pytest.mark.root
def test_dropbear_lets_in_its_user(dropbear: Endpoint, tmp_path: Path) -> None:
    done = ssh(dropbear, "id -un", tmp_path)
    assert done.stdout.strip() == dropbear.user, done.stderr


@pytest.mark.root
def test_the_busybox_guest_has_no_bash_and_no_python(busybox_guest: Endpoint, tmp_path: Path) -> None:
    done = ssh(busybox_guest, "command -v bash python3; echo $0; ls /proc/self/stat; ls / | wc -l", tmp_path)
    assert done.stdout.split()[:2] == ["sh", "/proc/self/stat"], (done.stdout, done.stderr)


@pytest.mark.root
def test_the_busybox_guest_has_no_sftp(busybox_guest: Endpoint, tmp_path: Path) -> None:
    assert ssh(busybox_guest, "ls /usr/lib/sftp-server /usr/libexec/sftp-server", tmp_path).returncode != 0


def test_stopping_a_server_ends_its_connections_and_their_processes(
    start_openssh: StartOpenSSH, tmp_path: Path
) -> None:
    server = start_openssh()
    pids = tmp_path / "pids"
    # The inner shell leaves the tree and the group, as a daemon does.
    command = f"(setsid sh -c 'echo $$ > {pids}; sleep 300' >/dev/null 2>&1 &)"
    assert ssh(server.endpoint(), command, tmp_path).returncode == 0
    while not (pids.exists() and pids.read_text().strip()):
        time.sleep(0.01)
    daemon = int(pids.read_text())
    server.stop()
    assert daemon not in parents()


def test_a_restart_keeps_the_port_and_can_bring_another_host_key(start_openssh: StartOpenSSH, tmp_path: Path) -> None:
    server = start_openssh()
    before = server.endpoint()
    server.swap_host_key()
    server.restart()
    assert server.endpoint().port == before.port
    assert ssh(server.endpoint(), "true", tmp_path).returncode == 0
    assert ssh(before, "true", tmp_path).returncode == 255


def test_killing_connections_leaves_the_listener(start_openssh: StartOpenSSH, tmp_path: Path) -> None:
    server = start_openssh()
    with socket.create_connection(("127.0.0.1", server.port)) as conversation:
        conversation.recv(64)
        assert server.connections()
        server.kill_connections()
        assert conversation.recv(64) == b""
    assert ssh(server.endpoint(), "true", tmp_path).returncode == 0


def test_the_relay_passes_on_and_counts(
    openssh: Endpoint, relay: Callable[[Endpoint], FaultRelay], tmp_path: Path
) -> None:
    between = relay(openssh)
    between.faults.slice = 7
    assert ssh(openssh.at(between.port), "echo through", tmp_path).stdout == "through\n"
    assert between.accepted == 1
    assert between.from_server > 500


@pytest.mark.parametrize("how", ["reset", "fin"])
def test_the_relay_ends_present_connections(
    openssh: Endpoint, relay: Callable[[Endpoint], FaultRelay], how: str
) -> None:
    between = relay(openssh)
    with socket.create_connection(("127.0.0.1", between.port), timeout=5) as conversation:
        conversation.recv(64)
        if how == "fin":
            between.fin()
            assert conversation.recv(64) == b""
        else:
            between.reset()
            with pytest.raises(ConnectionResetError):
                conversation.recv(64)


def test_the_relay_refuses_and_accepts_again(openssh: Endpoint, relay: Callable[[Endpoint], FaultRelay]) -> None:
    between = relay(openssh)
    between.refuse()
    with pytest.raises(ConnectionRefusedError):
        greeting(between.port)
    between.accept_again()
    assert greeting(between.port).startswith(b"SSH-")


def test_the_relay_can_stay_silent_or_speak_late(openssh: Endpoint, relay: Callable[[Endpoint], FaultRelay]) -> None:
    between = relay(openssh)
    between.faults.greeting = "silent"
    with pytest.raises(TimeoutError):
        greeting(between.port, patience=0.2)
    between.faults.greeting = "pass"
    between.faults.late = 0.3
    start = time.monotonic()
    assert greeting(between.port).startswith(b"SSH-")
    assert time.monotonic() - start >= 0.3


def test_a_frozen_relay_keeps_the_connection_and_passes_nothing(
    openssh: Endpoint, relay: Callable[[Endpoint], FaultRelay]
) -> None:
    between = relay(openssh)
    between.freeze()
    with socket.create_connection(("127.0.0.1", between.port), timeout=0.3) as conversation:
        with pytest.raises(TimeoutError):
            conversation.recv(64)
        between.thaw()
        conversation.settimeout(5)
        assert conversation.recv(64).startswith(b"SSH-")


def test_the_relay_cuts_after_a_number_of_bytes(openssh: Endpoint, relay: Callable[[Endpoint], FaultRelay]) -> None:
    between = relay(openssh)
    between.faults.slice = 5
    between.faults.cut_after = 10
    with socket.create_connection(("127.0.0.1", between.port), timeout=5) as conversation:
        # MSG_WAITALL does not wait on a socket with a time limit.
        assert len(conversation.makefile("rb").read(10)) == 10
        with pytest.raises(ConnectionResetError):
            conversation.recv(64)


def test_the_delay_relay_is_late_in_both_directions(
    openssh: Endpoint, delay_relay: Callable[[Endpoint, float], DelayRelay]
) -> None:
    between = delay_relay(openssh, 0.05)
    start = time.monotonic()
    assert greeting(between.port).startswith(b"SSH-")
    assert 0.05 <= time.monotonic() - start < 2


def test_descendants_are_found_however_deep() -> None:
    with subprocess.Popen(["sh", "-c", "sh -c 'sleep 30; :'; :"], start_new_session=True) as top:
        try:
            while len(below := descendants(top.pid)) < 2:
                time.sleep(0.01)
            assert len(below) == 2
        finally:
            for pid in [*descendants(top.pid), top.pid]:
                os.kill(pid, 9)
