"""What is offered to a server to be let in, in which order."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import field
from pathlib import Path

from smolrun.errors import AuthenticationError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.agent import Agent, open_agent
from smolrun.ssh.key_files import DEFAULT_NAMES, load_key, public_blob
from smolrun.ssh.library import paramiko
from smolrun.ssh.settings import ClientSettings
from smolrun.ssh.target import Target


@dataclass(frozen=True)
class Credential:
    """One thing to try.

    Attributes:
        description: for people.
        key: a private key, or
        password: a password.
    """

    description: str
    key: paramiko.PKey | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


class Credentials:
    """All that may be tried on a target. Files are read when their turn comes, but an explicit key at once: that it
    cannot be used is known without connecting, and its passphrase may take long to type.

    An explicit key switches off everything else but a second factor; a password switches off the agent and the default
    keys.

    Attributes:
        skipped: why files of the configuration or the default ones were not used.

    Raises:
        AuthenticationError: the explicit key cannot be used.
    """

    def __init__(self, settings: ClientSettings, target: Target) -> None:
        self._settings = settings
        self._target = target
        self._cleanup = ExitStack()
        self.skipped: list[str] = []
        self._explicit: Credential | None = None
        if settings.key_path is not None:
            path = Path(settings.key_path).expanduser()
            self._explicit = Credential(f"key {path}", key=load_key(path, settings.passphrase))

    def close(self) -> None:
        self._cleanup.close()

    @property
    def second_factor(self) -> Credential | None:
        """The password, for servers that want one after a key."""
        if self._settings.password is None:
            return None
        return Credential("password", password=self._settings.password)

    def __iter__(self) -> Iterator[Credential]:
        if self._explicit is not None:
            yield self._explicit
        elif self._settings.password is not None:
            yield Credential("password", password=self._settings.password)
        elif self._target.public_key_login:
            yield from self._found()

    def _found(self) -> Iterator[Credential]:
        agent = open_agent(self._target.agent_socket)
        if agent is not None:
            self._cleanup.callback(agent.close)
        offered: set[bytes] = set()
        # What the configuration names comes first: servers give up after a few wrong keys (MaxAuthTries, 6).
        for path in self._target.identity_files:
            yield from self._from_file(path, agent, offered)
        if self._target.identities_only:
            return
        for key in agent.get_keys() if agent is not None else ():
            if key.asbytes() not in offered:
                offered.add(key.asbytes())
                yield Credential(f"agent key {key.comment or key.fingerprint}", key=key)
        if self._settings.use_agent and not self._target.identity_files:
            for path in _default_files():
                yield from self._from_file(path, agent, offered)

    def _from_file(self, path: Path, agent: Agent | None, offered: set[bytes]) -> Iterator[Credential]:
        """The key of a file; by way of the agent where that has it, since the file may be encrypted."""
        blob = public_blob(path)
        if blob in offered:
            return
        held = next((key for key in agent.get_keys() if key.asbytes() == blob), None) if agent is not None else None
        try:
            key = held or load_key(path, self._settings.passphrase)
        except AuthenticationError as error:
            self.skipped.append(error.message)
            return
        if key.asbytes() not in offered:
            offered.add(key.asbytes())
            yield Credential(f"key {path}", key=key)


def _default_files() -> list[Path]:
    folder = Path("~/.ssh").expanduser()
    return [folder / name for name in DEFAULT_NAMES if (folder / name).is_file()]
