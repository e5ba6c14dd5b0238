"""HTTP over a TCP connection that the guest makes, for guests without ``curl``: their network, our words."""

import io
import ssl
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from smolrun.connection.port import TcpStream
from smolrun.connection.session import GuestSession
from smolrun.errors import ConnectError, ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.web.arguments import KEPT_FROM_REDIRECTS, RequestArguments
from smolrun.modules.web.response import Response

LARGEST = 64 * 1024 * 1024
"""Bytes of a response, which is held in memory."""

MOST_REDIRECTS = 50  # curl(1), --max-redirs
_PIECE = 64 * 1024
_MOVED = (301, 302, 303, 307, 308)
_SEES_OTHER = (301, 302, 303)  # after these curl asks by GET, as browsers do


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        headers: with all that is to be sent but the login.
        follow: go where the server redirects to.
        timeout: seconds of silence.
    """

    method: str
    headers: Mapping[str, str]
    body: bytes | None
    follow: bool
    timeout: int


def ask(guest: GuestSession, arguments: RequestArguments, request: Request) -> Response:
    """The response; one with the status -1 where none came.

    Raises:
        ModuleError: the guest's SSH server forwards no connections, or there is something that only curl can do.
    """
    started = time.monotonic()
    url, method, body = arguments.url, request.method, request.body
    context = _Context(guest, arguments)
    for _ in range(MOST_REDIRECTS):
        try:
            response = _one(guest, arguments, request, context, url, method, body)
        except ConnectError as error:
            raise ModuleError(
                f"`curl` is not installed, and {error.message}",
                hint="`uri` makes its requests with curl, or through the guest's SSH server (AllowTcpForwarding)",
            ) from error
        except (OSError, HTTPException) as error:
            return Response(-1, url, _no_headers(), problem=str(error), elapsed=time.monotonic() - started)
        target = response.headers.get("Location")
        if not (request.follow and response.status in _MOVED and target):
            return Response(response.status, url, response.headers, response.body, elapsed=time.monotonic() - started)
        url = urljoin(url, target)
        if response.status in _SEES_OTHER and method != "HEAD":
            method, body = "GET", None
    return Response(-1, url, _no_headers(), problem="too many redirects", elapsed=time.monotonic() - started)


def _no_headers() -> Any:
    from email.message import Message

    return Message()


class _Context:
    """The settings of TLS, made when they are first needed."""

    def __init__(self, guest: GuestSession, arguments: RequestArguments) -> None:
        self._guest = guest
        self._arguments = arguments
        self._made: ssl.SSLContext | None = None

    def make(self) -> ssl.SSLContext:
        if self._made is None:
            arguments = self._arguments
            context = ssl.create_default_context()
            if not arguments.validate_certs:
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if arguments.ca_path:
                context.load_verify_locations(cadata=self._guest.get(arguments.ca_path).decode("ascii", "replace"))
            if arguments.ciphers:
                context.set_ciphers(":".join(arguments.ciphers))
            if arguments.client_cert:
                self._show(context, arguments.client_cert, arguments.client_key)
            self._made = context
        return self._made

    def _show(self, context: ssl.SSLContext, certificate: str, key: str | None) -> None:
        """Have a certificate of the guest's to show; OpenSSL takes it from files only."""
        with tempfile.TemporaryDirectory(prefix="smolrun-") as folder:
            places = {name: Path(folder) / name for name in ("certificate", "key")}
            places["certificate"].write_bytes(self._guest.get(certificate))
            if key:
                places["key"].write_bytes(self._guest.get(key))
            context.load_cert_chain(places["certificate"], places["key"] if key else None)


def _one(
    guest: GuestSession,
    arguments: RequestArguments,
    request: Request,
    context: _Context,
    url: str,
    method: str,
    body: bytes | None,
) -> Response:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModuleError(f"`curl` is not installed, and only http and https work without it, not {url}")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    same_host = parts.hostname == urlsplit(arguments.url).hostname
    with guest.open_tcp(parts.hostname, port) as stream:
        stream.patience = request.timeout
        socket: Any = _Tls(stream, context.make(), parts.hostname) if secure else _Plain(stream)
        connection = HTTPConnection(parts.hostname, port)
        connection.sock = socket
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body, _headers(arguments, request, same_host=same_host, body=body))
        answer = connection.getresponse()
        return Response(answer.status, url, answer.headers, _body(answer))


def _headers(arguments: RequestArguments, request: Request, *, same_host: bool, body: bytes | None) -> dict[str, str]:
    headers = {"User-Agent": arguments.http_agent, "Accept": "*/*", **request.headers, "Connection": "close"}
    if arguments.force:
        headers["cache-control"] = "no-cache"
    user, password = arguments.url_username, arguments.url_password or ""
    inside = urlsplit(arguments.url)
    if user is None and inside.username is not None:
        user, password = unquote(inside.username), unquote(inside.password or "")
    if user is not None:
        headers["Authorization"] = f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
    if body is None:
        headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    if same_host:
        return headers
    return {name: value for name, value in headers.items() if name.lower() not in KEPT_FROM_REDIRECTS}


def _body(answer: HTTPResponse) -> bytes:
    body = answer.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise ModuleError(f"the response is larger than {LARGEST >> 20} MiB", hint="`get_url` writes it into a file")
    return body


class _Reader(io.RawIOBase):
    """What comes, as a file."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Plain:
    """As much of a socket as `http.client` uses."""

    def __init__(self, stream: TcpStream) -> None:
        self._stream = stream

    def sendall(self, data: bytes) -> None:
        self._stream.sendall(bytes(data))

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._stream.recv))

    def close(self) -> None:
        """The stream is closed by whoever opened it."""


class _Tls:
    """The same, with TLS over it."""

    def __init__(self, stream: TcpStream, context: ssl.SSLContext, host: str) -> None:
        self._stream = stream
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._do(self._tls.do_handshake)

    def _do(self, step: Callable[[], Any]) -> Any:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._flush()
                data = self._stream.recv(_PIECE)
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        if waiting := self._outgoing.read():
            self._stream.sendall(waiting)

    def sendall(self, data: bytes) -> None:
        view = memoryview(bytes(data))
        while view:
            part = view[:_PIECE]
            view = view[self._do(lambda part=part: self._tls.write(part)) :]  # type: ignore[misc]

    def _recv(self, size: int) -> bytes:
        try:
            return bytes(self._do(lambda: self._tls.read(size)))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._recv))

    def close(self) -> None:
        """The stream is closed by whoever opened it."""
