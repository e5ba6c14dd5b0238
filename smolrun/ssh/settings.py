"""Everything one client is told about its guest, checked once and never changed."""

import math
from collections.abc import Callable, Iterable
from dataclasses import field
from pathlib import Path
from typing import TypedDict

from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.host_key_policy import check_policy

MIB = 1024 * 1024


class DefaultUser(str):
    """A user that nobody chose; told from a chosen one, equal to it, by identity."""

    __slots__ = ()


class DefaultPort(int):
    """A port that nobody chose; told from a chosen one, equal to it, by identity."""

    __slots__ = ()


# What is chosen wins over ~/.ssh/config, and what is a default does not: `User` and `Port` there apply then.
DEFAULT_USER: str = DefaultUser("root")
DEFAULT_PORT: int = DefaultPort(22)


@dataclass(frozen=True)
class ClientSettings:
    """What an `SSHClient` was made with.

    Attributes:
        host: a name or an address, or an alias in the SSH configuration file.
        user: the user to log in as.
        port: the TCP port.
        key_path: a private key file; switches off the agent, the default keys and the password.
        password: used where there is no `key_path`; only sent once the host key is verified.
        connect_timeout: seconds that one connection attempt may take, login included.
        host_key: ``known_hosts``, ``accept-new``, ``insecure`` or a pinned ``SHA256:…`` fingerprint.
        known_hosts: files to look host keys up in instead of the user's and the system's.
        ssh_config: the configuration file to honour; None for the user's own and the system's, ``none`` for no file.
        ssh_arguments: options of ``ssh`` in the form of its command line (``-o ProxyJump=gate``).
        confirm_host_key: asked about an unknown key with the host, the key's type and its fingerprint.
        passphrase: asked with its path for the passphrase of a key file.
        use_agent: whether the agent and the default keys are tried where no key or password is given.
        auth_grace: seconds for which a rejected login is tried again, once every 2 s, for guests whose key arrives
            after sshd; 0 makes a rejection final at once.
        keepalive_interval: seconds of silence after which the peer is asked for a sign of life.
        dead_after: seconds without any answer to that question after which the peer counts as gone.
        output_limit: bytes kept of each stream of a command.
    """

    host: str
    user: str = DEFAULT_USER
    port: int = DEFAULT_PORT
    key_path: str | Path | None = None
    password: str | None = field(default=None, repr=False)
    connect_timeout: float = 10.0
    host_key: str = "known_hosts"
    known_hosts: tuple[Path, ...] | None = None
    ssh_config: str | Path | None = None
    ssh_arguments: str = ""
    confirm_host_key: Callable[[str, str, str], bool] | None = None
    passphrase: Callable[[str], str | None] | None = field(default=None, repr=False)
    use_agent: bool = True
    auth_grace: float = 0.0
    keepalive_interval: float = 3.0
    dead_after: float = 8.0
    output_limit: int = 16 * MIB

    @property
    def destination(self) -> str:
        """What people are shown: ``root@web1:22``."""
        return f"{self.user}@{self.host}:{self.port}"

    def __post_init__(self) -> None:
        _check_name("host", self.host)
        _check_name("user", self.user)
        if isinstance(self.port, bool) or not isinstance(self.port, int) or not 1 <= self.port <= 65535:
            raise ValueError(f"port must be a whole number from 1 to 65535, not {self.port!r}")
        if not isinstance(self.connect_timeout, int | float) or not 1 <= self.connect_timeout < math.inf:
            raise ValueError(f"connect_timeout must be at least 1 second, not {self.connect_timeout!r}")
        check_policy(self.host_key)
        if not 0 <= self.auth_grace < math.inf:
            raise ValueError(f"auth_grace must not be negative, not {self.auth_grace!r}")
        if not (0 < self.keepalive_interval < math.inf and 0 < self.dead_after < math.inf):
            raise ValueError("keepalive_interval and dead_after must be more than 0 seconds")
        if self.output_limit < 2:
            raise ValueError(f"output_limit must be at least 2 bytes, not {self.output_limit!r}")


def _check_name(what: str, name: object) -> None:
    """No name that is empty, or that a proxy command would take for an option or for two words (CVE-2017-1000117)."""
    if not name or not isinstance(name, str) or not name.strip():
        raise ValueError(f"{what} must not be empty")
    if name.startswith("-") or any(character.isspace() or not character.isprintable() for character in name):
        raise ValueError(f"{what} must not begin with '-' nor hold white space or control characters, not {name!r}")


class Options(TypedDict, total=False):
    """The attributes of `ClientSettings` that `SSHClient` takes by keyword alone."""

    host_key: str
    known_hosts: tuple[Path, ...] | None
    ssh_config: str | Path | None
    ssh_arguments: str
    confirm_host_key: Callable[[str, str, str], bool] | None
    passphrase: Callable[[str], str | None] | None
    use_agent: bool
    auth_grace: float
    keepalive_interval: float
    dead_after: float
    output_limit: int


def check_options(names: Iterable[str]) -> None:
    """Raises `TypeError` for a name that is no option."""
    for name in names:
        if name not in Options.__annotations__:
            from difflib import get_close_matches

            near = get_close_matches(name, Options.__annotations__, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(Options.__annotations__)}"
            raise TypeError(f"SSHClient has no option {name!r}; {hint}")
