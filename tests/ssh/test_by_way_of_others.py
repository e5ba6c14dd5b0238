"""Connecting by way of proxy commands and jump hosts."""

import os
import time
from pathlib import Path

import pytest

from smolrun.errors import ConnectError, HostKeyError
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import StartOpenSSH
from tests.servers.processes import descendants, free_port, program
from tests.ssh.connecting import connect, nothing_leaks  # noqa: F401 - a fixture


def test_through_a_proxy_command(openssh: Endpoint) -> None:
    command = f"busybox nc 127.0.0.1 {openssh.port}"
    transport = connect(openssh, host="not-a-name.invalid", ssh_arguments=f"-o 'ProxyCommand={command}'")
    assert transport.is_authenticated()
    transport.close()
    assert "nc" not in [program(pid) for pid in descendants(os.getpid())]


def test_a_proxy_command_that_fails_is_told_with_its_words(openssh: Endpoint) -> None:
    command = "sh -c 'echo the proxy is down >&2; exit 3'"
    with pytest.raises(ConnectError, match="the proxy is down"):
        connect(openssh, ssh_arguments=f'-o "ProxyCommand={command}"', connect_timeout=1)


def test_a_proxy_command_that_hangs_is_ended(openssh: Endpoint) -> None:
    with pytest.raises(ConnectError, match="silent"):
        connect(openssh, ssh_arguments="-o 'ProxyCommand=sleep 1000'", connect_timeout=1)
    assert "sleep" not in [program(pid) for pid in descendants(os.getpid())]


def test_through_jump_hosts(openssh: Endpoint, start_openssh: StartOpenSSH, tmp_path: Path) -> None:
    gates = [start_openssh().endpoint() for _ in range(2)]
    config = tmp_path / "config"
    known = tmp_path / "known_hosts"
    known.write_text("".join(gate.known_hosts_line + "\n" for gate in gates))
    lines = [
        f"Host gate{i}\n HostName 127.0.0.1\n Port {g.port}\n IdentityFile {g.key_path}\n" for i, g in enumerate(gates)
    ]
    config.write_text("".join(lines) + f"Host target\n HostName 127.0.0.1\n ProxyJump {gates[0].user}@gate0,gate1\n")
    transport = connect(openssh, host="target", ssh_config=config, known_hosts=(known,))
    assert transport.is_authenticated()
    for gate in gates:
        assert gate.server.connections()
    transport.close()
    for gate in gates:
        assert "Accepted publickey" in gate.log.read_text()
        limit = time.monotonic() + 5
        while gate.server.connections() and time.monotonic() < limit:
            time.sleep(0.01)
        assert gate.server.connections() == []


def test_the_jump_host_s_key_is_checked_too(openssh: Endpoint, start_openssh: StartOpenSSH, tmp_path: Path) -> None:
    gate = start_openssh().endpoint()
    with pytest.raises(HostKeyError, match=f"127.0.0.1.:{gate.port} is unknown"):
        connect(openssh, ssh_arguments=f"-J 127.0.0.1:{gate.port}", known_hosts=(tmp_path / "none",))
    assert "Accepted" not in gate.log.read_text()


def test_a_jump_that_leads_nowhere_is_told(openssh: Endpoint, start_openssh: StartOpenSSH, tmp_path: Path) -> None:
    gate = start_openssh().endpoint()
    config = tmp_path / "config"
    config.write_text(f"Host gate\n HostName 127.0.0.1\n Port {gate.port}\n IdentityFile {gate.key_path}\n")
    with pytest.raises(ConnectError, match="does not lead on to"):
        connect(
            openssh.at(free_port()), ssh_config=config, ssh_arguments="-J gate", host_key="insecure", connect_timeout=1
        )


def test_a_jump_in_a_circle_ends(openssh: Endpoint, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Host *\n ProxyJump 127.0.0.1\n")
    with pytest.raises(ConnectError, match="loop"):
        connect(openssh, ssh_config=config)
