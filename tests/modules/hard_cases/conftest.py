"""The place where the tables of this folder are tried."""

from collections.abc import Iterator

import pytest

from tests.modules.guest import Guest
from tests.modules.hard_cases.place import Place, with_sources
from tests.modules.hard_cases.writers import PADDING
from tests.modules.web_server import WebServer, web_server


@pytest.fixture(scope="session")
def web() -> Iterator[WebServer]:
    with web_server() as server:
        server.files["/source"] = b"new\n" + PADDING
        yield server


@pytest.fixture(params=["local", pytest.param("busybox", marks=pytest.mark.slow)])
def guest(request: pytest.FixtureRequest) -> Guest:
    """GNU tools and dash; BusyBox over Dropbear, where each table takes a minute."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Guest)
    return found


@pytest.fixture
def place(guest: Guest, web: WebServer) -> Place:
    return with_sources(guest, web.url)
