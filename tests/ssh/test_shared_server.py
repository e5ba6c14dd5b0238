"""A server that starts the commands of all connections from one process, as some written in Go or Python do."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import paramiko
import pytest

from smolrun.errors import OperationTimeoutError
from smolrun.ssh.client import SSHClient
from smolrun.ssh.result import ShellMode
from tests.ssh.test_kill import TREE, sleeping, unique


@dataclass
class SharedServer(paramiko.ServerInterface):
    """Lets everyone in; every command is a child of this very process."""

    tells_connection: bool
    port: int = 0
    transports: list[paramiko.Transport] = field(default_factory=list)
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._key = paramiko.ECDSAKey.generate()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(link)
            transport.add_server_key(self._key)
            transport.start_server(server=self)
            self.transports.append(transport)

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL  # type: ignore[no-any-return, attr-defined]

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED  # type: ignore[no-any-return, attr-defined]

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=self._run, args=(channel, command), daemon=True).start()
        return True

    def _run(self, channel: paramiko.Channel, command: bytes) -> None:
        link = channel.getpeername()
        environment = {**os.environ, "SHELL": "/bin/sh"}
        environment.pop("SSH_CONNECTION", None)
        if self.tells_connection:
            environment["SSH_CONNECTION"] = f"{link[0]} {link[1]} 127.0.0.1 {self.port}"
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.processes.append(process)
        assert process.stdout is not None
        while piece := os.read(process.stdout.fileno(), 65536):
            channel.sendall(piece)
        channel.send_exit_status(process.wait() & 0xFF)
        channel.close()

    def stop(self) -> None:
        self._listener.close()
        for transport in self.transports:
            transport.close()
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture(params=[True, False], ids=["tells the connection", "tells nothing"])
def server(request: pytest.FixtureRequest) -> Iterator[SharedServer]:
    running = SharedServer(request.param)
    running.start()
    yield running
    running.stop()


@pytest.mark.parametrize("shell", ["login", "raw"])
def test_a_kill_leaves_other_children_of_the_server_alone(server: SharedServer, shell: ShellMode) -> None:
    kept, number = unique(), unique()
    with subprocess.Popen(["sleep", kept]) as bystander:
        try:
            with SSHClient("127.0.0.1", "any", server.port, password="any", host_key="insecure") as client:
                assert client.run("echo hi", shell=shell).output == "hi"
                with pytest.raises(OperationTimeoutError) as caught:
                    client.run(TREE.format(number), 1, shell)
            known = server.tells_connection or shell == "login"
            assert (caught.value.killed, caught.value.unverified) == (known, not known)
            assert bool(sleeping(number)) != known
            assert bystander.poll() is None
        finally:
            bystander.kill()
            while sleeping(number):  # what waits for one starts the next
                subprocess.run(["pkill", "-KILL", "-f", f"sleep {number}"], check=False)
