import socket

from tests.modules.guest import Guest
from tests.servers.processes import free_port


def test_an_open_and_a_closed_port(guest: Guest) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert guest.do("probe_port", {"port": port}).values["state"] == "open"
        assert guest.fails("probe_port", {"port": port, "state": "closed"}) == f"port 127.0.0.1:{port}: it is open"
    closed = free_port()
    assert guest.do("probe_port", {"port": closed, "state": "closed"}).values["state"] == "closed"
    assert guest.fails("probe_port", {"port": closed}) == f"port 127.0.0.1:{closed}: it is closed"
