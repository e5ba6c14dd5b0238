import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.modules.guest import Guest
from tests.servers.processes import free_port


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = int(self.path.strip("/") or 200)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/200")
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"welcome")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_answers_that_are_as_they_have_to_be(local: Guest, url: str) -> None:
    assert local.do("probe_http", {"url": url, "contains": "^wel"}).values["status"] == 200
    assert not local.do("probe_http", {"url": f"{url}/403", "status": [401, 403]}).failed
    assert not local.do("probe_http", {"url": f"{url}/302", "status": 302}).failed
    assert not local.do("probe_http", {"url": f"{url}/302", "follow_redirects": True}).failed


def test_every_problem_is_told(local: Guest, url: str) -> None:
    assert local.fails("probe_http", {"url": f"{url}/500"}) == f"{url}/500: the status is 500, not 200"
    assert local.fails("probe_http", {"url": url, "contains": "x"}).endswith("but ends with 'welcome'")
    nobody = f"http://127.0.0.1:{free_port()}"
    assert "onnect" in local.fails("probe_http", {"url": nobody})
