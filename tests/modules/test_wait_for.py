"""``wait_for``: ports and files, seen from the guest."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.wait_for import WaitForArguments, active_connections
from tests.modules.guest import Guest
from tests.servers.processes import free_port


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_port_that_answers(guest: Guest, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    result = guest.do("wait_for", {"port": port, "timeout": 5})
    assert (result.changed, result.values["port"], result.values["state"]) == (False, port, "started")


def test_a_port_that_is_not_there(guest: Guest) -> None:
    port = free_port()
    assert not guest.do("wait_for", {"port": port, "state": "stopped"}).failed
    told: list[str] = []
    message = guest.fails("wait_for", {"port": port, "timeout": 0}, progress=told.append)
    assert message == f"Timeout when waiting for 127.0.0.1:{port}"
    assert f"127.0.0.1:{port} to be open" in told[0]
    assert guest.fails("wait_for", {"port": port, "timeout": 0, "msg": "not today"}) == "not today"


def test_it_looks_again_until_it_is_so(guest: Guest) -> None:
    slept: list[float] = []

    def appear(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            guest.here("file").write_text("starting\nready in 12 ms\n")

    wanted = {"path": guest.path("file"), "search_regex": r"^ready in (?P<ms>\d+)", "sleep": 0.5, "timeout": 60}
    result = guest.do("wait_for", wanted, sleep=appear)
    assert slept == [0.5, 0.5, 0.5]
    assert (result.values["match_groups"], result.values["match_groupdict"]) == (["12"], {"ms": "12"})
    assert not guest.do("wait_for", {"path": guest.path("gone"), "state": "absent"}).failed
    message = guest.fails("wait_for", wanted | {"search_regex": "nope", "timeout": 0})
    assert message.startswith("Timeout when waiting for search string nope in")


def test_what_a_port_says_first(local: Guest, listener: socket.socket) -> None:
    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"SSH-2.0-Test\r\n")

    threading.Thread(target=serve, daemon=True).start()
    wanted = {"port": listener.getsockname()[1], "search_regex": "SSH-(.*)-", "timeout": 20}
    assert local.do("wait_for", wanted).values["match_groups"] == ["2.0"]


def test_a_port_without_connections_is_drained(local: Guest, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    assert not local.do("wait_for", {"port": port, "state": "drained"}).failed
    with socket.create_connection(("127.0.0.1", port)):
        assert "to drain" in local.fails("wait_for", {"port": port, "state": "drained", "timeout": 0})
        assert not local.do(
            "wait_for", {"port": port, "state": "drained", "timeout": 0, "exclude_hosts": "127.0.0.1"}
        ).failed


def test_neither_port_nor_file_is_just_time(local: Guest) -> None:
    slept: list[float] = []
    local.do("wait_for", {"timeout": 7, "delay": 2}, sleep=slept.append)
    assert slept == [2, 5]


def test_connections_are_counted_by_state() -> None:
    ends = ("0200000A:C350 01", "0100007F:C351 06", "00000000:0000 0A")
    table = "".join(f"  {number}: 0100007F:1F90 {end} x\n" for number, end in enumerate(ends))
    arguments = WaitForArguments.model_validate({"port": 8080, "state": "drained"})
    assert active_connections(table, arguments) == 2
    assert active_connections(table, arguments.model_copy(update={"exclude_hosts": ["10.0.0.2"]})) == 1
    assert active_connections(table, arguments.model_copy(update={"active_connection_states": ["TIME_WAIT"]})) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"port": 1, "path": "/x"}, "cannot be given together"),
        ({"state": "drained"}, "needs `port`"),
        ({"path": "/x", "state": "stopped"}, "a file is `absent`"),
        ({"path": "/x", "search_regex": "("}, "not a regular expression"),
        ({"port": 1, "exclude_hosts": "x"}, "`state: drained` only"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        WaitForArguments.model_validate(arguments)
