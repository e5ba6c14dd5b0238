"""What a server said, under the names of Ansible's results."""

from collections.abc import Mapping
from email.message import Message
from email.parser import HeaderParser
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any

from smolrun.lazy_dataclass import dataclass


@dataclass(frozen=True)
class Response:
    """The last response to a request.

    Attributes:
        status: -1 where there was none.
        url: where it came from in the end.
        problem: why there was none.
        elapsed: seconds.
    """

    status: int
    url: str
    headers: Message
    body: bytes = b""
    problem: str = ""
    elapsed: float = 0.0

    @property
    def reason(self) -> str:
        """What Ansible says of the status: ``OK (5 bytes)``, ``HTTP Error 404: Not Found``."""
        if self.status < 0:
            return f"Request failed: {self.problem}"
        if self.status in range(200, 300):
            return f"OK ({self.headers.get('Content-Length', 'unknown')} bytes)"
        known = {status.value: status.phrase for status in HTTPStatus}
        return f"HTTP Error {self.status}: {known.get(self.status, '')}"

    def values(self) -> dict[str, Any]:
        """The headers in lower case with underscores, and the cookies."""
        values: dict[str, Any] = {}
        for name in self.headers:
            values[name.lower().replace("-", "_")] = ", ".join(map(str, self.headers.get_all(name, [])))
        cookies = _cookies(self.headers)
        values |= {"cookies": cookies, "cookies_string": "; ".join(f"{name}={cookies[name]}" for name in cookies)}
        return {**values, "status": self.status, "url": self.url, "elapsed": int(self.elapsed)}


def parse_headers(text: bytes) -> Message:
    """The headers of the last of several responses, each ended by an empty line."""
    blocks = [block for block in text.replace(b"\r\n", b"\n").split(b"\n\n") if block.strip()]
    last = blocks[-1].decode("utf-8", "replace") if blocks else ""
    return HeaderParser().parsestr(last.partition("\n")[2])


def _cookies(headers: Message) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in headers.get_all("Set-Cookie", []):
        try:
            found |= {name: morsel.value for name, morsel in SimpleCookie(str(line)).items()}
        except CookieError:
            continue  # a cookie that breaks the rules is the server's business
    return found
