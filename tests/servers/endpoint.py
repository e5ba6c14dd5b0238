"""Where a test server is reached, and clients for it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers.keys import KeyPair

if TYPE_CHECKING:
    from smolrun.ssh.client import SSHClient


@dataclass(frozen=True)
class Endpoint:
    """A login on a test server.

    Attributes:
        host: always loopback.
        port: where the server (or a relay in front of it) listens.
        user: the login.
        key_path: a private key that is let in.
        host_key: the server's ed25519 host key.
        log: the server's log file.
        server: the server object, to restart it, kill its connections and so on.
        password: the login's password, where it has one.
        home: the login's home folder as this machine sees it, where it is known.
        root: the server's root folder as this machine sees it.
    """

    host: str
    port: int
    user: str
    key_path: Path
    host_key: KeyPair
    log: Path
    server: Any
    password: str | None = None
    home: Path | None = None
    root: Path = Path("/")
    on_client: Callable[["SSHClient"], None] = field(default=lambda client: None, repr=False)

    @property
    def known_hosts_line(self) -> str:
        return f"[{self.host}]:{self.port} {self.host_key.public}"

    @property
    def fingerprint(self) -> str:
        return self.host_key.fingerprint

    def at(self, port: int) -> "Endpoint":
        """The same login through another port (a relay's)."""
        return replace(self, port=port)

    def client(self, **options: Any) -> "SSHClient":
        """An `SSHClient` that logs in by key, the host key pinned; closed when the test ends.

        Args:
            options: replace or add keyword arguments of `SSHClient`.
        """
        from smolrun.ssh.client import SSHClient

        if "password" not in options:
            options.setdefault("key_path", str(self.key_path))
        options.setdefault("host_key", self.fingerprint)
        options.setdefault("user", self.user)
        options.setdefault("port", self.port)
        client = SSHClient(options.pop("host", self.host), **options)
        self.on_client(client)
        return client
