"""``--guest embedded``: an SSH server inside this process, to try playbooks on with nothing installed.

It is not isolation. Commands run on this machine, as the current user (as ``nobody`` where that is root), in a
scratch home that is removed at the end; they can do whatever that user can do.
"""

import base64
import hashlib
import shutil
import socket
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.guests.embedded_machine import BECOME_REFUSED, Machine
from smolrun.guests.embedded_server import ServerConnection
from smolrun.guests.port import Resources
from smolrun.guests.throwaway_keys import write_key
from smolrun.ssh.library import paramiko


class EmbeddedGuest:
    """A guest made of this machine; see `smolrun.guests.port.Guest`."""

    resources = Resources("started")

    def __init__(self, name: str = "embedded") -> None:
        self.name = name
        self.refuses_become: str | None = BECOME_REFUSED
        self._keys: Path | None = None
        self._machine: Machine | None = None
        self._listener: socket.socket | None = None
        self._connections: set[ServerConnection] = set()
        self._lock = threading.Lock()

    @property
    def notice(self) -> str:
        user = self._machine.account.name if self._machine else "the current user"
        return f"the embedded guest is this machine, not isolation: commands run here as {user}, in a scratch home"

    @property
    def home(self) -> Path | None:
        """The scratch home, while it is up."""
        return self._machine.home if self._machine else None

    def start(self, deadline: Deadline) -> Mapping[str, Any]:
        """Listen on a free loopback port with throw-away keys.

        Raises:
            SmolVMError: it could not be started; nothing is left behind.
        """
        try:
            return self._start(deadline)
        except OSError as error:
            self.stop()
            raise SmolVMError(f"the embedded guest did not start: {error}") from error
        except BaseException:
            self.stop()
            raise

    def _start(self, deadline: Deadline) -> Mapping[str, Any]:
        self._machine = Machine()
        self._machine.start(deadline)
        self._keys = Path(tempfile.mkdtemp(prefix="smolrun-guest-keys-"))
        host_key, login_key = write_key(self._keys / "host"), write_key(self._keys / "login")
        self._listener = socket.create_server(("127.0.0.1", 0))
        accepting = threading.Thread(
            target=self._accept, args=(self._listener, host_key, login_key), name="embedded-guest", daemon=True
        )
        accepting.start()
        return {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": self._listener.getsockname()[1],
            "ansible_user": self._machine.account.name,
            "ansible_ssh_private_key_file": str(self._keys / "login"),
            "ansible_host_key": _fingerprint(host_key),
        }

    def stop(self) -> None:
        """End every connection and command and remove the scratch home and the keys."""
        with self._lock:
            listener, self._listener = self._listener, None
            connections, self._connections = self._connections, set()
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept(); closing alone would not
            listener.close()
        for connection in connections:
            connection.close()
        if self._keys is not None:
            shutil.rmtree(self._keys, ignore_errors=True)
            self._keys = None
        if self._machine is not None:
            self._machine.stop()
            self._machine = None

    def keep(self) -> bool:
        """It lives in this process."""
        return False

    def _accept(self, listener: socket.socket, host_key: paramiko.PKey, login_key: paramiko.PKey) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            machine = self._machine
            if machine is None:
                peer.close()
                return
            connection = ServerConnection(peer, machine, host_key, login_key)
            with self._lock:
                self._connections = {c for c in self._connections if c.transport.is_alive()} | {connection}
            connection.serve()

    def __enter__(self) -> "EmbeddedGuest":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _fingerprint(key: paramiko.PKey) -> str:
    """As OpenSSH prints it: ``SHA256:`` and base64 without padding."""
    digest = hashlib.sha256(key.asbytes()).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
