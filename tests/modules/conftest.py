"""The guests that modules are tested on."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smolrun.connection.settings import Endpoint as Settings
from tests.modules.debian_repository import REPOSITORY
from tests.modules.guest import CountingLocal, CountingSSH, Guest, SystemGuest
from tests.modules.rpm_repository import REPOSITORY as RPM_REPOSITORY
from tests.servers.debian import BareDebian, DebianGuest, debian_root, skip_where_impossible
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
def alpine(alpine_guest: Endpoint, tmp_path: Path) -> Iterator[Guest]:
    """The same laid out like Alpine, with OpenRC."""
    yield from _over_ssh(alpine_guest, tmp_path)


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
def bare_prepared(bare_debian_server: BareDebian) -> BareDebian:
    with SystemGuest.over_ssh(bare_debian_server.endpoint(), Path("/nowhere")) as guest:
        guest.sh(REPOSITORY)
    return bare_debian_server


@pytest.fixture
def bare_debian(bare_prepared: BareDebian, tmp_path: Path) -> Iterator[SystemGuest]:
    """Debian 12 without services as root; the same one for all tests of a process."""
    with SystemGuest.over_ssh(bare_prepared.endpoint(), tmp_path / "files") as guest:
        yield guest


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


@pytest.fixture(scope="session")
def firewall_server(make_folder: Callable[[], Path]) -> Iterator[DebianGuest]:
    install = "DEBIAN_FRONTEND=noninteractive apt-get install -y -q ufw iptables >/dev/null || exit 3"
    yield from _with_packages(make_folder(), install, "ufw and iptables")


@pytest.fixture(scope="session")
def fedora_like(make_folder: Callable[[], Path]) -> Iterator[DebianGuest]:
    yield from _with_packages(make_folder(), RPM_REPOSITORY, "dnf")


@pytest.fixture(scope="session")
def tooled_server(make_folder: Callable[[], Path]) -> Iterator[DebianGuest]:
    tools = "acl attr bzip2 libcap2-bin make unzip xz-utils zip"
    install = f"DEBIAN_FRONTEND=noninteractive apt-get install -y -q {tools} >/dev/null || exit 3"
    yield from _with_packages(make_folder(), install, tools)


def _with_packages(folder: Path, install: str, what: str) -> Iterator[DebianGuest]:
    """A guest of its own, with packages of Debian's, of which apt knows nothing any more on the one that tests share.

    Args:
        install: ends with exit code 3 where they cannot be had.
    """
    skip_where_impossible()
    machine = DebianGuest(folder, debian_root())
    machine.start()
    try:
        with SystemGuest.over_ssh(machine.endpoint(), Path("/nowhere")) as guest:
            result = guest.task(timeout=400).guest.script(install)
            if result.exit_code == 3:
                pytest.skip(f"{what} cannot be installed: {result.stderr}")
            assert result.ok, result.stderr
        yield machine
    finally:
        machine.stop()


@pytest.fixture
def walled(firewall_server: DebianGuest, tmp_path: Path) -> Iterator[SystemGuest]:
    """Debian 12 with ufw and iptables, and a network of its own; for tests that are marked slow."""
    with SystemGuest.over_ssh(firewall_server.endpoint(), tmp_path / "files") as guest:
        yield guest


@pytest.fixture
def fedora(fedora_like: DebianGuest, tmp_path: Path) -> Iterator[SystemGuest]:
    """Debian 12 with dnf, rpm and a repository of RPM packages, none installed; for tests that are marked slow."""
    with SystemGuest.over_ssh(fedora_like.endpoint(), tmp_path / "files") as guest:
        guest.sh("rpm -qa | xargs -r rpm -e --nodeps; true")
        yield guest


@pytest.fixture
def tooled(tooled_server: DebianGuest, tmp_path: Path) -> Iterator[SystemGuest]:
    """Debian 12 as root with the tools of small modules; for tests that are marked slow."""
    with SystemGuest.over_ssh(tooled_server.endpoint(), tmp_path / "files") as guest:
        yield guest
