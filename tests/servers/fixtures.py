"""The servers as pytest fixtures; `tests/conftest.py` offers them to every test."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.servers.alpine import AlpineGuest
from tests.servers.debian import BareDebian, DebianGuest, debian_root, skip_where_impossible
from tests.servers.delay_relay import DelayRelay
from tests.servers.dropbear import DROPBEAR, BusyBoxGuest, DropbearServer
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay
from tests.servers.openssh import SSHD, OpenSSHServer
from tests.servers.users import User, add_user, remove_user

if TYPE_CHECKING:
    from smolrun.ssh.client import SSHClient

SHELLS = {
    "bash": "/bin/bash",
    "dash": "/bin/dash",
    "sh": "/bin/sh",
    "zsh": "/usr/bin/zsh",
    "fish": "/usr/bin/fish",
    "tcsh": "/usr/bin/tcsh",
    "nologin": "/usr/sbin/nologin",
}


class AsUser(Protocol):
    def __call__(self, shell: str = "bash", *, fresh: bool = False) -> Endpoint: ...


class StartOpenSSH(Protocol):
    def __call__(
        self,
        options: Mapping[str, str] | None = None,
        *,
        host_key_types: tuple[str, ...] = ("ed25519", "ecdsa"),
        run_as: User | None = None,
    ) -> OpenSSHServer: ...


def _need(program: str) -> None:
    if not Path(program).exists():
        pytest.skip(f"{program} is not installed")


def _need_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")


@pytest.fixture(scope="session")
def make_folder() -> Iterator[Callable[[], Path]]:
    """Makes folders that any user may enter (those of pytest's ``tmp_path`` are closed to others)."""
    base = Path(tempfile.mkdtemp(prefix="smolrun-test-"))
    base.chmod(0o755)

    def make() -> Path:
        folder = Path(tempfile.mkdtemp(dir=base))
        folder.chmod(0o755)
        return folder

    yield make
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
def make_user(make_folder: Callable[[], Path]) -> Iterator[Callable[[str], User]]:
    """Creates throw-away users with the login shell of that path; they are removed at the end."""
    _need_root()
    users: list[User] = []

    def make(shell: str = "/bin/bash") -> User:
        users.append(add_user(shell, make_folder()))
        return users[-1]

    yield make
    for user in users:
        remove_user(user)


@pytest.fixture
def track_client() -> Iterator[Callable[["SSHClient"], None]]:
    """Closes the clients that it is given when the test ends."""
    clients: list[SSHClient] = []
    yield clients.append
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def openssh_server(make_folder: Callable[[], Path]) -> Iterator[OpenSSHServer]:
    """One OpenSSH server for all tests of this process. Leave it as it is; `start_openssh` gives one to break."""
    _need(SSHD)
    server = OpenSSHServer(make_folder())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def openssh(openssh_server: OpenSSHServer, track_client: Callable[["SSHClient"], None]) -> Endpoint:
    """A login as the present user (root, where root runs the tests) on a real OpenSSH server."""
    return replace(openssh_server.endpoint(), on_client=track_client)


@pytest.fixture
def start_openssh(
    make_folder: Callable[[], Path], track_client: Callable[["SSHClient"], None]
) -> Iterator[StartOpenSSH]:
    """Starts OpenSSH servers of this test's own, with further lines of ``sshd_config``; about 50 ms each."""
    _need(SSHD)
    with contextlib.ExitStack() as stack:

        def start(
            options: Mapping[str, str] | None = None,
            *,
            host_key_types: tuple[str, ...] = ("ed25519", "ecdsa"),
            run_as: User | None = None,
        ) -> OpenSSHServer:
            server = OpenSSHServer(make_folder(), options=options, host_key_types=host_key_types, run_as=run_as)
            server.on_client = track_client
            stack.callback(server.stop)
            server.start()
            return server

        yield start


@pytest.fixture(scope="session")
def users_by_shell() -> dict[str, User]:
    return {}


@pytest.fixture
def openssh_as(
    openssh_server: OpenSSHServer,
    make_user: Callable[[str], User],
    make_folder: Callable[[], Path],
    users_by_shell: dict[str, User],
    track_client: Callable[["SSHClient"], None],
) -> AsUser:
    """A login on the OpenSSH server as a throw-away user with this login shell; needs root.

    The shell is one of `SHELLS`, ``ash`` (BusyBox) or a path. Users are kept for later tests unless `fresh`.
    """

    def login(shell: str = "bash", *, fresh: bool = False) -> Endpoint:
        user = None if fresh else users_by_shell.get(shell)
        if user is None:
            user = make_user(_shell_path(shell, make_folder))
            if not fresh:
                users_by_shell[shell] = user
        return replace(openssh_server.endpoint(user), on_client=track_client)

    return login


def _shell_path(shell: str, make_folder: Callable[[], Path]) -> str:
    if shell == "ash":
        _need("/bin/busybox")
        link = make_folder() / "ash"
        link.symlink_to("/bin/busybox")
        return str(link)
    path = SHELLS.get(shell, shell)
    _need(path)
    return path


@pytest.fixture(scope="session")
def unprivileged_server(make_folder: Callable[[], Path], request: pytest.FixtureRequest) -> Iterator[OpenSSHServer]:
    _need(SSHD)
    run_as = request.getfixturevalue("make_user")("/bin/bash") if os.geteuid() == 0 else None
    server = OpenSSHServer(make_folder(), run_as=run_as)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def openssh_unprivileged(unprivileged_server: OpenSSHServer, track_client: Callable[["SSHClient"], None]) -> Endpoint:
    """A login on an OpenSSH server that itself runs as an ordinary user (the login's)."""
    return replace(unprivileged_server.endpoint(), on_client=track_client)


@pytest.fixture(scope="session")
def dropbear_server(make_folder: Callable[[], Path], make_user: Callable[[str], User]) -> Iterator[DropbearServer]:
    _need(DROPBEAR)
    server = DropbearServer(make_folder(), make_user("/bin/bash"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def dropbear(dropbear_server: DropbearServer, track_client: Callable[["SSHClient"], None]) -> Endpoint:
    """A login as an ordinary user on Dropbear; needs root."""
    return replace(dropbear_server.endpoint(), on_client=track_client)


@pytest.fixture(scope="session")
def busybox_server(make_folder: Callable[[], Path]) -> Iterator[BusyBoxGuest]:
    _need_root()
    _need(DROPBEAR)
    _need("/bin/busybox")
    guest = BusyBoxGuest(make_folder())
    guest.start()
    yield guest
    guest.stop()


@pytest.fixture
def busybox_guest(busybox_server: BusyBoxGuest, track_client: Callable[["SSHClient"], None]) -> Endpoint:
    """A root login on Dropbear in a root folder with nothing but BusyBox; needs root."""
    return replace(busybox_server.endpoint(), on_client=track_client)


@pytest.fixture(scope="session")
def alpine_server(make_folder: Callable[[], Path]) -> Iterator[AlpineGuest]:
    _need_root()
    _need(DROPBEAR)
    _need("/bin/busybox")
    guest = AlpineGuest(make_folder())
    guest.start()
    yield guest
    guest.stop()


@pytest.fixture
def alpine_guest(alpine_server: AlpineGuest, track_client: Callable[["SSHClient"], None]) -> Endpoint:
    """A root login on a guest laid out like Alpine, with BusyBox, Dropbear and OpenRC; needs root."""
    return replace(alpine_server.endpoint(), on_client=track_client)


@pytest.fixture
def relay() -> Iterator[Callable[[Endpoint | int], FaultRelay]]:
    """Puts a `FaultRelay` before an endpoint (or port): ``r = relay(openssh); openssh.at(r.port).client()``."""
    relays: list[FaultRelay] = []

    def make(target: Endpoint | int) -> FaultRelay:
        relays.append(FaultRelay(target if isinstance(target, int) else target.port))
        return relays[-1]

    yield make
    for each in relays:
        each.stop()


@pytest.fixture
def delay_relay() -> Iterator[Callable[[Endpoint | int, float], DelayRelay]]:
    """Puts a `DelayRelay` with that one-way delay in seconds before an endpoint (or port)."""
    relays: list[DelayRelay] = []

    def make(target: Endpoint | int, delay: float) -> DelayRelay:
        relays.append(DelayRelay(target if isinstance(target, int) else target.port, delay))
        return relays[-1]

    yield make
    for each in relays:
        each.stop()


@pytest.fixture(scope="session")
def bare_debian_server(make_folder: Callable[[], Path]) -> Iterator[BareDebian]:
    """Debian 12 without services: for fast tests. The first use of all builds it, for all processes and a week."""
    guest = BareDebian(make_folder())
    guest.start()
    yield guest
    guest.stop()


@pytest.fixture(scope="session")
def debian_server(make_folder: Callable[[], Path]) -> Iterator[DebianGuest]:
    """Debian 12 with systemd, booted once for all tests of this process; for tests that are marked slow."""
    skip_where_impossible()
    guest = DebianGuest(make_folder(), debian_root())
    guest.start()
    yield guest
    guest.stop()


@pytest.fixture(scope="session")
def debian_twin_server(make_folder: Callable[[], Path]) -> Iterator[DebianGuest]:
    """The same with Python, for ansible-core; for tests that are marked slow."""
    skip_where_impossible()
    guest = DebianGuest(make_folder(), debian_root(python=True))
    guest.start()
    yield guest
    guest.stop()
