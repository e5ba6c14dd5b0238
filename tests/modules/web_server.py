"""A web server of this machine, for guests that share its network."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODIFIED = 1_600_000_000


@dataclass
class WebServer:
    """What it serves and what it was asked.

    Attributes:
        files: the contents by path.
        requests: method, path, headers in lower case, and body of each request.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def web_server(tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """Serves ``/file/NAME``, ``/echo`` (the request as JSON), ``/status/CODE``, ``/redirect`` and ``/secret``."""
    state = WebServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.state = state  # type: ignore[attr-defined]  # what a handler knows is its server
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    state.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    @property
    def state(self) -> WebServer:
        found = self.server.state  # type: ignore[attr-defined]
        assert isinstance(found, WebServer)
        return found

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.state.requests.append((self.command, self.path, headers, body))
        kind, _, name = self.path.removeprefix("/").partition("/")
        match kind:
            case "file":
                return self.serve(self.state.files.get(f"/{name}"))
            case "echo":
                told = {"method": self.command, "headers": headers, "body": body.decode()}
                more = {"Content-Type": "application/json", "Set-Cookie": "a=1; Path=/"}
                return self.say(200, json.dumps(told).encode(), more)
            case "status":
                return self.say(int(name), b"body of it")
            case "redirect":
                return self.say(302, b"elsewhere", {"Location": "/echo"})
            case "secret":
                wanted = "Basic " + base64.b64encode(b'me:it\'s "x"\\').decode()
                return self.say(200 if self.headers.get("Authorization") == wanted else 401, b"in")
        return self.say(404)

    def serve(self, content: bytes | None) -> None:
        since = self.headers.get("If-Modified-Since")
        if content is None:
            self.say(404)
        elif since is not None and parsedate_to_datetime(since).timestamp() >= MODIFIED:
            self.say(304)
        else:
            self.say(200, content, {"Last-Modified": formatdate(MODIFIED, usegmt=True)})

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = answer  # noqa: N815  the names of the base class

    def say(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
