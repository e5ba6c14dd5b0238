"""Runs Ansible-style playbooks over one persistent SSH connection per guest, with nothing installed on the guest.

The client is a library by itself::

    from smolrun import SSHClient

    with SSHClient("127.0.0.1", user="root", port=2222, key_path="key") as guest:
        print(guest.run("uname -a", timeout=10).output)
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smolrun.errors import (
        AuthenticationError,
        BecomeError,
        CommandNotStartedError,
        ConnectError,
        ConnectionLostError,
        HostKeyError,
        NotRunError,
        OperationCancelledError,
        OperationTimeoutError,
        SmolVMError,
        TransferError,
    )
    from smolrun.ssh.client import SSHClient
    from smolrun.ssh.request import Become
    from smolrun.ssh.result import CommandResult

__version__ = "0.1.0"

__all__ = [
    "AuthenticationError",
    "Become",
    "BecomeError",
    "CommandNotStartedError",
    "CommandResult",
    "ConnectError",
    "ConnectionLostError",
    "HostKeyError",
    "NotRunError",
    "OperationCancelledError",
    "OperationTimeoutError",
    "SSHClient",
    "SmolVMError",
    "TransferError",
]

_HOMES = {
    "AuthenticationError": "smolrun.errors",
    "Become": "smolrun.ssh.request",
    "BecomeError": "smolrun.errors",
    "CommandNotStartedError": "smolrun.errors",
    "CommandResult": "smolrun.ssh.result",
    "ConnectError": "smolrun.errors",
    "ConnectionLostError": "smolrun.errors",
    "HostKeyError": "smolrun.errors",
    "NotRunError": "smolrun.errors",
    "OperationCancelledError": "smolrun.errors",
    "OperationTimeoutError": "smolrun.errors",
    "SSHClient": "smolrun.ssh.client",
    "SmolVMError": "smolrun.errors",
    "TransferError": "smolrun.errors",
}


def __getattr__(name: str) -> object:
    # Importing paramiko takes 0.2 s, which `smolrun --help` need not wait for.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
