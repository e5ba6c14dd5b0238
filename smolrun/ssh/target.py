"""Where a connection really goes and how: the settings, the ssh arguments and the configuration files put together."""

import getpass
import os
import re
from collections.abc import Mapping
from pathlib import Path

from smolrun.errors import ConnectError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.settings import DEFAULT_PORT, ClientSettings, DefaultPort, DefaultUser
from smolrun.ssh.ssh_arguments import CONFIG_FILE, parse_ssh_arguments
from smolrun.ssh.ssh_config import Options, SSHConfig

SYSTEM_CONFIG = Path("/etc/ssh/ssh_config")
NO_CONFIG = "none"
_SHELL_CHARACTERS = frozenset("'`\"$\\;&<>|(){}")
"""What OpenSSH refuses in a name since 9.6 (CVE-2023-51385): a proxy command is a line for the shell."""


@dataclass(frozen=True)
class Target:
    """One hop: a server to connect and log in to.

    Attributes:
        alias: the host as the user wrote it.
        host: the name or address that is connected to.
        address_family: ``any``, ``inet`` or ``inet6``.
        identity_files: key files that the configuration names, in order.
        identities_only: no other keys than those are offered.
        agent_socket: where the agent listens; None for no agent.
        proxy_jump: hosts to go through, the nearest first.
        proxy_command: a command whose stdin and stdout are the connection.
        key_name: the name that host keys are looked up under.
        user_known_hosts: files that new keys may be added to (the first one).
        system_known_hosts: files that are only read.
        host_key: the policy, as in `ClientSettings.host_key`.
        hash_known_hosts: added names are hashed.
    """

    alias: str
    host: str
    port: int
    user: str
    address_family: str
    connect_timeout: float
    identity_files: tuple[Path, ...]
    identities_only: bool
    agent_socket: str | None
    public_key_login: bool
    password_login: bool
    proxy_jump: tuple[str, ...]
    proxy_command: str | None
    key_name: str
    user_known_hosts: tuple[Path, ...]
    system_known_hosts: tuple[Path, ...]
    host_key: str
    hash_known_hosts: bool

    @property
    def description(self) -> str:
        return f"{self.user}@{self.host}:{self.port}"


def resolve_target(settings: ClientSettings) -> Target:
    """Put the settings, their ssh arguments and the configuration files together, in this order of precedence.

    Raises:
        ConnectError: an argument or a file cannot be understood.
    """
    options, _ = _options(settings)
    return _target(settings, options)


def warnings_of(settings: ClientSettings) -> tuple[str, ...]:
    """What the user should be told before a connection with these settings is made.

    Raises:
        ConnectError: an argument or a file cannot be understood.
    """
    options, warnings = _options(settings)
    target = _target(settings, options)
    if target.host_key == "insecure":
        warnings.append("the host key is not checked (host_key=insecure)")
    if _first(options, "stricthostkeychecking", "ask").lower() in {"no", "off"} and target.host_key == "accept-new":
        warnings.append("StrictHostKeyChecking=no accepts new host keys; a changed one is refused all the same")
    return tuple(warnings)


def _options(settings: ClientSettings) -> tuple[Options, list[str]]:
    arguments, warnings = parse_ssh_arguments(settings.ssh_arguments)
    chosen_file = arguments.pop(CONFIG_FILE, (None,))[0] or settings.ssh_config
    config = SSHConfig()
    home = Path("~/.ssh").expanduser()
    if chosen_file is None:
        config.read(home / "config", relative_to=home)
        config.read(SYSTEM_CONFIG, relative_to=SYSTEM_CONFIG.parent)
    elif str(chosen_file) != NO_CONFIG:
        config.read(Path(chosen_file).expanduser(), relative_to=home, required=True)
    options = config.lookup(settings.host, _chosen_user(settings), arguments)
    return options, [*warnings, *config.warnings]


def _chosen_user(settings: ClientSettings) -> str | None:
    return None if isinstance(settings.user, DefaultUser) else settings.user


def _target(settings: ClientSettings, options: Options) -> Target:
    host = _first(options, "hostname", settings.host).replace("%h", settings.host).replace("%%", "%")
    user = _chosen_user(settings) or _first(options, "user", settings.user)
    port = _port(options) if isinstance(settings.port, DefaultPort) else settings.port
    tokens = _tokens(settings.host, host, port, user)
    jump = _first(options, "proxyjump", "none")
    command = _first(options, "proxycommand", "none")
    goes_by_jump = jump.lower() != "none"
    return Target(
        alias=settings.host,
        host=host,
        port=int(port),
        user=str(user),
        address_family=_first(options, "addressfamily", "any").lower(),
        connect_timeout=settings.connect_timeout,
        identity_files=tuple(
            Path(_expand(name, tokens)).expanduser() for name in options.get("identityfile", ()) if name != "none"
        ),
        identities_only=_yes(options, "identitiesonly"),
        agent_socket=_agent_socket(settings, options, tokens),
        public_key_login=_yes(options, "pubkeyauthentication", default=True),
        password_login=_yes(options, "passwordauthentication", default=True),
        proxy_jump=tuple(_expand(hop, tokens) for hop in jump.split(",")) if goes_by_jump else (),
        # Whichever of the two was given first wins in OpenSSH; both at once are rare enough to prefer the jump.
        proxy_command=None if goes_by_jump or command.lower() == "none" else _proxy_command(command, tokens),
        key_name=_first(options, "hostkeyalias", "") or _known_as(host, int(port)),
        user_known_hosts=_known_hosts(settings, options, tokens),
        system_known_hosts=()
        if settings.known_hosts is not None
        else tuple(Path(name) for name in options.get("globalknownhostsfile", ("/etc/ssh/ssh_known_hosts",))),
        host_key=_policy(settings, options),
        hash_known_hosts=_yes(options, "hashknownhosts"),
    )


def _first(options: Options, name: str, default: str) -> str:
    values = options.get(name)
    return values[0] if values else default


def _yes(options: Options, name: str, *, default: bool = False) -> bool:
    return _first(options, name, "yes" if default else "no").lower() in {"yes", "true"}


def _port(options: Options) -> int:
    text = _first(options, "port", str(int(DEFAULT_PORT)))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise ConnectError(f"the SSH configuration gives no valid port: {text!r}", phase="configuration")
    return int(text)


def _known_as(host: str, port: int) -> str:
    """How known_hosts names a server (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""
    return host if port == 22 else f"[{host}]:{port}"


def _known_hosts(settings: ClientSettings, options: Options, tokens: Mapping[str, str]) -> tuple[Path, ...]:
    if settings.known_hosts is not None:
        return tuple(settings.known_hosts)
    names = options.get("userknownhostsfile", ("~/.ssh/known_hosts", "~/.ssh/known_hosts2"))
    return tuple(Path(_expand(name, tokens)).expanduser() for name in names if name != "none")


def _policy(settings: ClientSettings, options: Options) -> str:
    """The policy of the settings; where that is the default, what ``StrictHostKeyChecking`` asks for."""
    if settings.host_key != "known_hosts":
        return settings.host_key
    # `no` would also go on after a *changed* key, which is never what anybody should want: see docs of warnings_of.
    strict = _first(options, "stricthostkeychecking", "ask").lower()
    return "accept-new" if strict in {"accept-new", "no", "off"} else "known_hosts"


def _agent_socket(settings: ClientSettings, options: Options, tokens: Mapping[str, str]) -> str | None:
    if not settings.use_agent:
        return None
    chosen = _first(options, "identityagent", "SSH_AUTH_SOCK")
    if chosen.lower() == "none":
        return None
    if chosen == "SSH_AUTH_SOCK":
        return os.environ.get("SSH_AUTH_SOCK") or None
    if chosen.startswith("$"):
        return os.environ.get(chosen[1:].strip("{}")) or None
    return str(Path(_expand(chosen, tokens)).expanduser())


def _tokens(alias: str, host: str, port: int, user: str) -> dict[str, str]:
    """The tokens of ssh_config(5), TOKENS, that make sense for a client without a terminal."""
    return {
        "%": "%",
        "h": host,
        "n": alias,
        "p": str(int(port)),
        "r": user,
        "u": getpass.getuser(),
        "d": str(Path.home()),
        "i": str(os.getuid()),
    }


def _proxy_command(command: str, tokens: Mapping[str, str]) -> str:
    for token in "hnr":
        if f"%{token}" in command and _SHELL_CHARACTERS & set(tokens[token]):
            raise ConnectError(
                f"{tokens[token]!r} cannot be put into a ProxyCommand: a shell would read more than a name in it",
                phase="configuration",
            )
    return _expand(command, tokens)


def _expand(text: str, tokens: Mapping[str, str]) -> str:
    text = re.sub(r"\$\{(\w+)\}", lambda match: os.environ.get(match[1], ""), text)
    return re.sub(r"%(.)", lambda match: tokens.get(match[1], match[0]), text)
