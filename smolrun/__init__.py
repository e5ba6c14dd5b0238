"""Runs Ansible-style playbooks over one persistent SSH connection per guest, with nothing installed on the guest.

The client is a library by itself::

    from smolrun import SSHClient

    with SSHClient("127.0.0.1", user="root", port=2222, key_path="key") as guest:
        print(guest.run("uname -a", timeout=10).output)
"""

from typing import TYPE_CHECKING

from smolrun.version import __version__ as __version__

if TYPE_CHECKING:
    from smolrun.api import PlaybookRun, RunResult, run
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
    "PlaybookRun",
    "RunResult",
    "SSHClient",
    "SmolVMError",
    "TransferError",
    "run",
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
    "PlaybookRun": "smolrun.api",
    "RunResult": "smolrun.api",
    "SSHClient": "smolrun.ssh.client",
    "SmolVMError": "smolrun.errors",
    "TransferError": "smolrun.errors",
    "run": "smolrun.api",
}


def __getattr__(name: str) -> object:
    # Importing paramiko takes 0.2 s, which `smolrun --help` need not wait for.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
