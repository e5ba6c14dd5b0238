"""The guests that modules are tested on."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from smolrun.connection.settings import Endpoint as Settings
from tests.modules.debian_repository import REPOSITORY
from tests.modules.guest import CountingLocal, CountingSSH, Guest, SystemGuest
from tests.servers.debian import DebianGuest
from tests.servers.endpoint import Endpoint

_numbers = itertools.count()


@pytest.fixture
def local(tmp_path: Path) -> Guest:
    """This machine: dash, coreutils."""
    folder = tmp_path / "guest"
    folder.mkdir()
    return Guest(CountingLocal(), str(folder), Path("/"), tmp_path / "files")


@pytest.fixture
def busybox(busybox_guest: Endpoint, tmp_path: Path) -> Iterator[Guest]:
    """Dropbear and BusyBox, and nothing else."""
    yield from _over_ssh(busybox_guest, tmp_path)


@pytest.fixture
def debian(openssh: Endpoint, tmp_path: Path) -> Iterator[Guest]:
    """A real OpenSSH server."""
    yield from _over_ssh(openssh, tmp_path)


def _over_ssh(login: Endpoint, tmp_path: Path) -> Iterator[Guest]:
    folder = f"/tmp/modules-{os.getpid()}-{next(_numbers)}"
    settings = Settings(
        host=login.host, port=login.port, user=login.user, key_path=login.key_path, host_key=login.fingerprint
    )
    connection = CountingSSH(settings)
    guest = Guest(connection, folder, login.root, tmp_path / "files")
    guest.here().mkdir(parents=True)
    yield guest
    connection.close()


@pytest.fixture(params=["local", "busybox"])
def guest(request: pytest.FixtureRequest) -> Guest:
    """Both ends of what guests are: GNU tools and dash here, BusyBox over Dropbear there."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Guest)
    return found


@pytest.fixture(scope="session")
def debian_prepared(debian_server: DebianGuest) -> DebianGuest:
    with SystemGuest.over_ssh(debian_server.endpoint(), Path("/nowhere")) as guest:
        guest.sh(REPOSITORY)
    return debian_server


@pytest.fixture
def system(debian_prepared: DebianGuest, tmp_path: Path) -> Iterator[SystemGuest]:
    """Debian 12 with systemd as root; the same one for all tests of a process. Tests that use it are marked slow."""
    with SystemGuest.over_ssh(debian_prepared.endpoint(), tmp_path / "files") as guest:
        yield guest
