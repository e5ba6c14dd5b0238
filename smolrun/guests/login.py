"""Waits for a guest that boots, and pins the host key it shows."""

import base64
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolrun.deadline import Deadline
from smolrun.errors import OperationCancelledError, SmolVMError
from smolrun.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from smolrun.ssh.client import SSHClient

KNOWN_HOSTS = "known_hosts"


@dataclass(frozen=True)
class Login:
    """How a guest that was made here is logged in to.

    Attributes:
        host, port: of the guest's SSH server.
        folder: of the instance; the host key is kept in it, since a port of the loopback address is soon another's.
        host_key: the one it has to show, as in known_hosts; None where it is not known yet.
    """

    host: str
    port: int
    user: str
    folder: Path
    key: Path | None = None
    password: str | None = None
    host_key: str | None = None

    def wait(
        self, deadline: Deadline, dies: Callable[[], bool], then: "Callable[[SSHClient], None] | None" = None
    ) -> dict[str, Any]:
        """Connection variables of the guest, once it lets us in.

        Args:
            dies: returns when the machine has ended (True), or some time later (False).
            then: what has to be done on it first, over the connection that was made.

        Raises:
            SmolVMError: it did not answer in time, or ended.
        """
        from smolrun.ssh.client import SSHClient

        known = self.folder / KNOWN_HOSTS
        known.touch(mode=0o600)
        if self.host_key is not None:
            known.write_text(f"[{self.host}]:{self.port} {self.host_key}\n", "ascii")
        client = SSHClient(
            self.host, self.user, self.port, self.key, self.password,
            host_key="accept-new", known_hosts=(known,), ssh_config="none", use_agent=False, auth_grace=10.0,
        )  # fmt: skip
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(client.cancel, dies, over), name="guest-watch", daemon=True)
        watch.start()
        try:
            client.wait_for_ssh(timeout=max(0.001, deadline.remaining() or 3600.0))
            if then is not None:
                then(client)
        except OperationCancelledError:
            raise SmolVMError("the machine ended while it was booting") from None
        finally:
            over.set()
            client.close()
        return self._variables(_pinned(known))

    def _watch(self, cancel: Callable[[], None], dies: Callable[[], bool], over: threading.Event) -> None:
        while not over.is_set():
            if dies():
                while not over.wait(0.1):  # whatever step it is at
                    cancel()

    def _variables(self, pin: str) -> dict[str, Any]:
        variables: dict[str, Any] = {
            "ansible_connection": "ssh",
            "ansible_host": self.host,
            "ansible_port": self.port,
            "ansible_user": self.user,
            "ansible_host_key": pin,
            "ansible_ssh_common_args": "-F none",
        }
        if self.key is not None:
            variables["ansible_ssh_private_key_file"] = str(self.key)
        if self.password is not None:
            variables["ansible_password"] = self.password
        return variables


def ended(process: "subprocess.Popen[bytes]", patience: float = 0.5) -> bool:
    """Whether a process ends within `patience` seconds."""
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        return False
    return True


def _pinned(known_hosts: Path) -> str:
    """The fingerprint of the one key in a file of known hosts."""
    from smolrun.ssh.host_keys import fingerprint

    words = known_hosts.read_text("ascii").split()
    return fingerprint(base64.b64decode(words[2]))
