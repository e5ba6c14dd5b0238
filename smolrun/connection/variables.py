"""The variables that decide how a host is reached and as whom, and how their values are read.

The names and which of several wins: docs.ansible.com, the pages of the connection plugins ``ansible.builtin.ssh``,
``ansible.builtin.local`` and of the become plugins. Of several names for one setting the last in the list wins.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import NotRunError
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location

HOST = ("ansible_host", "ansible_ssh_host")
PORT = ("ansible_port", "ansible_ssh_port")
USER = ("ansible_user", "ansible_ssh_user")
PASSWORD = ("ansible_password", "ansible_ssh_pass", "ansible_ssh_password")
KEY_FILE = ("ansible_private_key_file", "ansible_ssh_private_key_file")
KEY_PASSPHRASE = ("ansible_ssh_private_key_passphrase",)
CONNECTION = ("ansible_connection",)
SSH_ARGUMENTS = ("ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args")
HOST_KEY = ("ansible_host_key",)
HOST_KEY_CHECKING = ("host_key_checking", "ansible_host_key_checking", "ansible_ssh_host_key_checking")
CONNECT_TIMEOUT = ("ansible_timeout", "ansible_ssh_timeout")

BECOME = ("ansible_become",)
BECOME_METHOD = ("ansible_become_method",)
BECOME_USER = ("ansible_become_user", "ansible_{method}_user")
BECOME_PASSWORD = ("ansible_become_password", "ansible_become_pass", "ansible_{method}_pass")
BECOME_FLAGS = ("ansible_become_flags", "ansible_{method}_flags")
BECOME_EXECUTABLE = ("ansible_become_exe", "ansible_{method}_exe")

METHODS = ("sudo", "su", "doas")

Kind = Literal["text", "secret", "port", "seconds", "boolean", "connection", "method", "host key"]


@dataclass(frozen=True)
class ConnectionVariable:
    """Attributes:
    kind: what its value must be.
    description: what it does, for people.
    """

    kind: Kind
    description: str


def _documented() -> Iterator[tuple[Sequence[str], Kind, str]]:
    yield HOST, "text", "The name or address to connect to, where it is not the inventory name."
    yield PORT, "port", "The TCP port; where it is not given, what the SSH configuration says, else 22."
    yield USER, "text", "The user to log in as; else what the SSH configuration says, else the local user's name."
    yield PASSWORD, "secret", "The password for the login. Keep it in a vault."
    yield KEY_FILE, "text", "A private key file to log in with; switches off the agent and the default keys."
    yield KEY_PASSPHRASE, "secret", "The passphrase of the private key file. Keep it in a vault."
    yield CONNECTION, "connection", "How the host is reached: over ssh, or local for this machine without SSH."
    yield SSH_ARGUMENTS, "text", "Options of ssh as on its command line, e.g. -o ProxyJump=gate."
    yield HOST_KEY, "host key", "How the host proves who it is: known_hosts, accept-new, insecure, or its fingerprint."
    yield HOST_KEY_CHECKING, "boolean", "false accepts every host key."
    yield CONNECT_TIMEOUT, "seconds", "Seconds that one connection attempt may take."
    yield BECOME, "boolean", "Whether tasks run as another user. Wins over the keyword become."
    yield BECOME_METHOD, "method", "How that user is become. Wins over the keyword become_method."
    yield BECOME_USER, "text", "The user that tasks run as. Wins over the keyword become_user."
    yield BECOME_PASSWORD, "secret", "The password that sudo asks for. Keep it in a vault."
    yield BECOME_FLAGS, "text", "Replaces the usual flags of the tool. Wins over the keyword become_flags."
    yield BECOME_EXECUTABLE, "text", "The path of the tool."


def _table() -> Iterator[tuple[str, ConnectionVariable]]:
    for names, kind, description in _documented():
        plain = [name for name in names if "{" not in name]
        for pattern in names:
            better = "" if pattern == names[0] else f" The same as {plain[0]}, and wins over it."
            for method in METHODS if "{" in pattern else ("",):
                only = f" Only where the method is {method}." if method else ""
                yield pattern.format(method=method), ConnectionVariable(kind, description + better + only)


CONNECTION_VARIABLES: Mapping[str, ConnectionVariable] = dict(_table())
"""Every variable that means something here."""

SECRETS = frozenset(name for name, variable in CONNECTION_VARIABLES.items() if variable.kind == "secret")
"""Those whose values must never be shown."""

TRUE_WORDS = frozenset({"y", "yes", "on", "1", "true", "t"})
FALSE_WORDS = frozenset({"n", "no", "off", "0", "false", "f"})


class Assumed(str):
    """What a variable is where nobody has set it. Playbooks may ask for it; it decides nothing."""

    __slots__ = ()


@dataclass
class VariableReader:
    """Reads settings out of a host's variables and notes every mistake in them.

    Attributes:
        variables: everything defined for the host; a value is rendered by the time it is read.
        mistakes: what was wrong, so far.
    """

    variables: Mapping[str, Any]
    mistakes: list[Diagnostic] = field(default_factory=list)

    def raise_mistakes(self, host: str) -> None:
        """Raises:
        NotRunError: when there are any; its message has all of them, its place is the first's.
        """
        if not self.mistakes:
            return
        first = self.mistakes[0]
        reasons = "; ".join(mistake.message for mistake in self.mistakes)
        raise NotRunError(
            f"{host} cannot be reached as its variables say: {reasons}", hint=first.hint, location=first.location
        )

    def complain(self, name: str, value: object, message: str, hint: str | None = None) -> None:
        """Note a mistake in the variable `name`, at its place as far as that is known."""
        places: Mapping[str, object] = getattr(self.variables, "value_locations", {})
        location = getattr(value, "location", None) or places.get(name)
        place = location if isinstance(location, Location) else None
        self.mistakes.append(Diagnostic(Severity.ERROR, "connection-variable", message, place, hint))

    def find(self, names: Sequence[str]) -> tuple[str, Any]:
        """The name and the value of the last of `names` that is set; null and empty text count as not set."""
        for name in reversed(names):
            value = self.variables.get(name)
            if value is not None and value != "" and not isinstance(value, Assumed):
                return name, value
        return names[-1], None

    def text(self, names: Sequence[str]) -> str | None:
        name, value = self.find(names)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.complain(name, value, f"{name} must be text, not {_kind(value)}")
            return None
        if "\0" in str(value):
            self.complain(name, value, f"{name} holds a NUL byte")
            return None
        return str(value)

    def number(self, names: Sequence[str], least: float, greatest: float) -> float | None:
        name, value = self.find(names)
        if value is None:
            return None
        try:
            number = float("nan") if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if not least <= number <= greatest:
            self.complain(name, value, f"{name} must be a number from {least:g} to {greatest:g}, not {_shown(value)}")
            return None
        return number

    def port(self, names: Sequence[str]) -> int | None:
        number = self.number(names, 1, 65535)
        if number is None or number.is_integer():
            return None if number is None else int(number)
        name, value = self.find(names)
        self.complain(name, value, f"{name} must be a whole number, not {_shown(value)}")
        return None

    def boolean(self, names: Sequence[str]) -> bool | None:
        name, value = self.find(names)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in TRUE_WORDS or word in FALSE_WORDS:
            return word in TRUE_WORDS
        self.complain(name, value, f"{name} must be true or false, not {_shown(value)}")
        return None


def _shown(value: object) -> str:
    return repr(str(value)) if isinstance(value, str) else _kind(value)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else f"a {type(value).__name__}"
