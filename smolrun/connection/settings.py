"""Where a host is and how it is reached: from its variables, and from keywords and flags where they say nothing."""

import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from smolrun.connection import variables as names
from smolrun.connection.variables import VariableReader
from smolrun.lazy_dataclass import dataclass

LOCALHOST_NAMES = ("localhost", "127.0.0.1", "::1")
SSH_CONNECTIONS = frozenset({"ssh", "smart", "paramiko", "paramiko_ssh"})
"""Ansible's connection plugins that mean SSH; this project's own client answers all of them."""

CONNECTION_NAMES = ("ssh", "local", "smart", "paramiko", "paramiko_ssh", "ansible.builtin.ssh", "ansible.builtin.local")
HOST_KEY_POLICIES = ("known_hosts", "accept-new", "insecure")

_KINDS: dict[str, Literal["ssh", "local"]] = {**dict.fromkeys(sorted(SSH_CONNECTIONS), "ssh"), "local": "local"}
_HOST_KEY = re.compile(rf"(?:{'|'.join(HOST_KEY_POLICIES)}|SHA256:[A-Za-z0-9+/]{{43}}=?)\Z")
_GREATEST_TIMEOUT = 24 * 3600.0


@dataclass(frozen=True)
class ConnectionDefaults:
    """What holds where a host's variables say nothing: keywords of the task and play, then flags, then these.

    Attributes:
        connection: ``ssh``, ``local`` or another of Ansible's names for them.
        remote_user: the user to log in as; None for what the SSH configuration says, else the local user's name.
        port: None for what the SSH configuration says, else 22.
        private_key: a private key file.
        password: asked for once by ``-k``.
        host_key: ``known_hosts``, ``accept-new``, ``insecure`` or ``SHA256:…``.
        connect_timeout: seconds that one connection attempt may take.
        ssh_arguments: options of ``ssh`` in the form of its command line.
        folder: the working directory of commands on this machine; Ansible's is the playbook's folder.
    """

    connection: str = "ssh"
    remote_user: str | None = None
    port: int | None = None
    private_key: Path | None = None
    password: str | None = field(default=None, repr=False)
    host_key: str = "known_hosts"
    connect_timeout: float = 10.0
    ssh_arguments: str = ""
    folder: Path | None = None


@dataclass(frozen=True)
class Endpoint:
    """A resolved place to run commands; equal endpoints share one connection.

    Attributes:
        kind: over SSH, or on this machine without it.
        host: a name, an address, or an alias of the SSH configuration.
        port: None for what the SSH configuration says, else 22.
        user: None for what the SSH configuration says, else the local user's name.
        key_path: a private key file.
        key_passphrase: of that file.
        password: for the login.
        host_key: ``known_hosts``, ``accept-new``, ``insecure`` or ``SHA256:…``.
        connect_timeout: seconds that one connection attempt may take.
        ssh_arguments: options of ``ssh`` in the form of its command line.
        folder: the working directory of commands on this machine; None for this process's own.
    """

    kind: Literal["ssh", "local"] = "ssh"
    host: str = "localhost"
    port: int | None = None
    user: str | None = None
    key_path: Path | None = None
    key_passphrase: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    host_key: str = "known_hosts"
    connect_timeout: float = 10.0
    ssh_arguments: str = ""
    folder: Path | None = None

    @property
    def description(self) -> str:
        if self.kind == "local":
            return "this machine"
        host = f"[{self.host}]" if ":" in self.host and self.port else self.host
        return (f"{self.user}@" if self.user else "") + host + (f":{self.port}" if self.port else "")


def endpoint_from(
    variables: Mapping[str, Any], defaults: ConnectionDefaults | None = None, *, host: str | None = None
) -> Endpoint:
    """The endpoint of a host.

    Args:
        variables: everything defined for the host; values are rendered when read.
        defaults: what holds where they say nothing.
        host: its inventory name; None for the variable ``inventory_hostname``.

    Raises:
        NotRunError: a variable has a value that it cannot have; the message has all of them, the place is the first's.
    """
    reader = VariableReader(variables)
    name = host or str(variables.get("inventory_hostname") or "localhost")
    endpoint = read_endpoint(reader, name, defaults or ConnectionDefaults())
    reader.raise_mistakes(name)
    return endpoint


def read_endpoint(reader: VariableReader, host: str, defaults: ConnectionDefaults) -> Endpoint:
    """The endpoint as far as it can be read; `reader` holds the mistakes."""
    kind = _kind(reader, defaults)
    if kind == "local":
        return Endpoint(kind="local", folder=defaults.folder)
    key = reader.text(names.KEY_FILE)
    return Endpoint(
        kind="ssh",
        host=reader.text(names.HOST) or host,
        port=reader.port(names.PORT) or defaults.port,
        user=reader.text(names.USER) or defaults.remote_user,
        key_path=Path(key).expanduser() if key else defaults.private_key,
        key_passphrase=reader.text(names.KEY_PASSPHRASE),
        password=reader.text(names.PASSWORD) or defaults.password,
        host_key=_host_key(reader, defaults.host_key),
        connect_timeout=reader.number(names.CONNECT_TIMEOUT, 1, _GREATEST_TIMEOUT) or defaults.connect_timeout,
        ssh_arguments=_ssh_arguments(reader, defaults),
    )


def _kind(reader: VariableReader, defaults: ConnectionDefaults) -> Literal["ssh", "local"]:
    variable, value = reader.find(names.CONNECTION)
    chosen = defaults.connection if value is None else str(value)
    kind = _KINDS.get(chosen.removeprefix("ansible.builtin."))
    if kind is None:
        source = variable if value is not None else "connection"
        reader.complain(
            variable,
            value if value is not None else chosen,
            f"{source} is {chosen!r}, which is not supported",
            hint="guests are reached over ssh, this machine as local",
        )
    return kind or "ssh"


def _host_key(reader: VariableReader, default: str) -> str:
    variable, written = reader.find(names.HOST_KEY)
    value = reader.text(names.HOST_KEY)
    if value is not None:
        if _HOST_KEY.match(value):
            return value
        reader.complain(
            variable,
            written,
            f"{variable} is {value!r}",
            hint="use known_hosts, accept-new, insecure, or a fingerprint as ssh-keygen -lf prints it: SHA256:…",
        )
    checked = reader.boolean(names.HOST_KEY_CHECKING)
    if checked is None:
        return default
    if not checked:
        return "insecure"
    return "known_hosts" if default == "insecure" else default


def _ssh_arguments(reader: VariableReader, defaults: ConnectionDefaults) -> str:
    given = [defaults.ssh_arguments, *(reader.text([name]) or "" for name in names.SSH_ARGUMENTS)]
    return " ".join(part.strip() for part in given if part.strip())
