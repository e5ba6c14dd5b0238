"""The keys of a running ``ssh-agent``."""

import socket

from smolrun.ssh.library import paramiko
from smolrun.ssh.private import PrivateAgent

# An agent answers at once, unless it asks its user to confirm; listing keys asks nobody.
_PATIENCE = 5.0


class Agent(PrivateAgent):
    """A connection to the agent at a socket; paramiko's own class only knows ``SSH_AUTH_SOCK``."""

    def __init__(self, path: str) -> None:
        super().__init__()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(_PATIENCE)
            connection.connect(path)
            self._connect(connection)
            connection.settimeout(None)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        self._close()


def open_agent(path: str | None) -> Agent | None:
    """The agent at that socket; None if there is none, or it does not answer."""
    if path is None:
        return None
    try:
        return Agent(path)
    except (OSError, paramiko.SSHException, ValueError):
        return None
