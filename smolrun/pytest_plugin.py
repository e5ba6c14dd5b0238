"""For people who test their playbooks from Python: fixtures that pytest finds by itself (entry point ``pytest11``).

::

    def test_the_web_server_answers(smolrun_run, smolrun_guest):
        assert smolrun_run("site.yml").ok
        assert not smolrun_run("site.yml").changed
        assert "nginx" in smolrun_guest.run("curl -s http://127.0.0.1/").output

``pytest --smolrun-guest smolvm:ubuntu`` says where the guest comes from, as ``smolrun run --guest`` does.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from smolrun.api import RunResult
    from smolrun.ssh.client import SSHClient
    from smolrun.ssh.result import CommandResult


class TestedGuest:
    """A guest that is up for one test.

    Attributes:
        name: of its host.
        variables: how it is reached, under Ansible's names.
    """

    __test__ = False  # not one of pytest's

    def __init__(self, name: str, variables: Mapping[str, Any]) -> None:
        self.name = name
        self.variables = variables
        self._client: SSHClient | None = None

    @property
    def client(self) -> "SSHClient":
        """A client of its own, connected when it is first used."""
        if self._client is None:
            from smolrun.ssh.client import SSHClient

            self._client = SSHClient(
                str(self.variables["ansible_host"]),
                str(self.variables["ansible_user"]),
                int(self.variables["ansible_port"]),
                self.variables.get("ansible_ssh_private_key_file"),
                self.variables.get("ansible_password"),
                host_key=str(self.variables["ansible_host_key"]),
                ssh_config="none",
            )
        return self._client

    def run(self, command: str, timeout: float = 30) -> "CommandResult":
        """Run a command on it. See `SSHClient.run`."""
        return self.client.run(command, timeout=timeout)

    def close(self) -> None:
        """End the client's connection."""
        if self._client is not None:
            self._client.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("smolrun").addoption(
        "--smolrun-guest",
        default="embedded",
        metavar="KIND[:DETAIL]",
        help="Where the fixture smolrun_guest comes from: embedded (the default), smolvm[:IMAGE], qemu:DISK, …",
    )


@pytest.fixture
def smolrun_guest(request: pytest.FixtureRequest) -> Iterator[TestedGuest]:
    """A fresh guest for one test."""
    from smolrun.cli.guests.guest_of import START_SECONDS, guest_of_flag
    from smolrun.deadline import Deadline
    from smolrun.guests.instances.folder import InstanceFolder

    wanted = guest_of_flag(request.config.getoption("--smolrun-guest"))
    guest = wanted.made(InstanceFolder.of_user())
    try:
        tested = TestedGuest(wanted.name, guest.start(Deadline.after(START_SECONDS)))
        yield tested
        tested.close()
    finally:
        guest.stop()


@pytest.fixture
def smolrun_run(smolrun_guest: TestedGuest, request: pytest.FixtureRequest) -> "Callable[..., RunResult]":
    """Runs a playbook on `smolrun_guest` to its end; the arguments are those of `smolrun.run`.

    A relative path starts from the folder of the test's file.
    """
    from smolrun.api import run

    def play(playbook: str | Path, **options: Any) -> "RunResult":
        path = request.path.parent / playbook
        with run(path, hosts={smolrun_guest.name: smolrun_guest.variables}, **options) as going:
            return going.result

    return play
