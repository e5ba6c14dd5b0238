"""The variables that decide how a host is reached and as whom, and how their values are read.

The names and which of several wins: docs.ansible.com, the pages of the connection plugins ``ansible.builtin.ssh``,
``ansible.builtin.local`` and of the become plugins. Of several names for one setting the last in the list wins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import NotRunError
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

CONNECTION_VARIABLES: Mapping[str, str] = {
    "ansible_host": "The name or address to connect to, where it is not the inventory name",
    "ansible_ssh_host": "The same as ansible_host, and wins over it",
    "ansible_port": "The TCP port; what the SSH configuration says, else 22, where it is not given",
    "ansible_ssh_port": "The same as ansible_port, and wins over it",
    "ansible_user": "The user to log in as",
    "ansible_ssh_user": "The same as ansible_user, and wins over it",
    "ansible_password": "The password for the login; keep it in a vault",
    "ansible_ssh_pass": "The same as ansible_password, and wins over it",
    "ansible_ssh_password": "The same as ansible_password, and wins over it",
    "ansible_private_key_file": "A private key file to log in with",
    "ansible_ssh_private_key_file": "The same as ansible_private_key_file, and wins over it",
    "ansible_ssh_private_key_passphrase": "The passphrase of the private key file; keep it in a vault",
    "ansible_connection": "How to reach the host: ssh, or local for this machine without SSH",
    "ansible_ssh_args": "Options of ssh, e.g. -o ProxyJump=gate",
    "ansible_ssh_common_args": "Options of ssh, e.g. -o ProxyJump=gate",
    "ansible_ssh_extra_args": "Options of ssh, e.g. -o ProxyJump=gate",
    "ansible_host_key": "How the host proves who it is: known_hosts, accept-new, insecure, or its SHA256:… fingerprint",
    "host_key_checking": "false accepts every host key",
    "ansible_host_key_checking": "false accepts every host key",
    "ansible_ssh_host_key_checking": "false accepts every host key",
    "ansible_timeout": "Seconds that one connection attempt may take",
    "ansible_ssh_timeout": "The same as ansible_timeout, and wins over it",
    "ansible_become": "Whether tasks run as another user; wins over the keyword become",
    "ansible_become_user": "The user that tasks run as; wins over the keyword become_user",
    "ansible_become_method": "How that user is become: sudo, su or doas",
    "ansible_become_password": "The password that sudo asks for; keep it in a vault",
    "ansible_become_pass": "The same as ansible_become_password",
    "ansible_become_flags": "Replaces the usual flags of the tool",
    "ansible_become_exe": "The path of the tool",
    **{
        f"ansible_{method}_{setting}": f"Wins over ansible_become_{setting} where the method is {method}"
        for method in METHODS
        for setting in ("user", "pass", "flags", "exe")
    },
}
"""Every variable that means something here, and what."""

TRUE_WORDS = frozenset({"y", "yes", "on", "1", "true", "t"})
FALSE_WORDS = frozenset({"n", "no", "off", "0", "false", "f"})


@dataclass(slots=True)
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

    def complain(self, value: object, message: str, hint: str | None = None) -> None:
        location = getattr(value, "location", None)
        place = location if isinstance(location, Location) else None
        self.mistakes.append(Diagnostic(Severity.ERROR, "connection-variable", message, place, hint))

    def find(self, names: Sequence[str]) -> tuple[str, Any]:
        """The name and the value of the last of `names` that is set; null and empty text count as not set."""
        for name in reversed(names):
            value = self.variables.get(name)
            if value is not None and value != "":
                return name, value
        return names[-1], None

    def text(self, names: Sequence[str]) -> str | None:
        name, value = self.find(names)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.complain(value, f"{name} must be text, not {_kind(value)}")
            return None
        if "\0" in str(value):
            self.complain(value, f"{name} holds a NUL byte")
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
            self.complain(value, f"{name} must be a number from {least:g} to {greatest:g}, not {_shown(value)}")
            return None
        return number

    def port(self, names: Sequence[str]) -> int | None:
        number = self.number(names, 1, 65535)
        if number is None or number.is_integer():
            return None if number is None else int(number)
        name, value = self.find(names)
        self.complain(value, f"{name} must be a whole number, not {_shown(value)}")
        return None

    def boolean(self, names: Sequence[str]) -> bool | None:
        name, value = self.find(names)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in TRUE_WORDS or word in FALSE_WORDS:
            return word in TRUE_WORDS
        self.complain(value, f"{name} must be true or false, not {_shown(value)}")
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
