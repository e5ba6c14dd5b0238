"""A real OpenSSH server with a configuration, keys and users of its own."""

import os
import secrets
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.endpoint import Endpoint
from tests.servers.keys import KeyPair, make_key
from tests.servers.processes import ServerProcess, free_port, kill, marked
from tests.servers.users import User

if TYPE_CHECKING:
    from smolrun.ssh.client import SSHClient

SSHD = "/usr/sbin/sshd"


class OpenSSHServer:
    """``sshd`` on a free loopback port.

    Started by root it lets in root and any user; otherwise only the user it runs as.

    Args:
        folder: for its files; users other than the present one must be able to enter it.
        run_as: the user that the server itself runs as; None for the present one.
        options: lines of ``sshd_config`` that come before (and so win over) the usual ones.
        host_key_types: what host keys it has; the first must be ed25519.
    """

    def __init__(
        self,
        folder: Path,
        *,
        run_as: User | None = None,
        options: Mapping[str, str] | None = None,
        host_key_types: tuple[str, ...] = ("ed25519", "ecdsa"),
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self._run_as = run_as
        self.options = dict(options or {})
        self.on_client: Callable[[SSHClient], None] = lambda client: None
        self._mark = f"SMOLRUN_TEST_SERVER={secrets.token_hex(8)}"
        self.login_key = make_key(folder / "login_key")
        self.host_keys = {kind: make_key(folder / f"host_{kind}", kind) for kind in host_key_types}
        self.authorized_keys = folder / "authorized_keys"
        self.authorized_keys.write_text(self.login_key.public + "\n")
        self.authorized_keys.chmod(0o644)
        self._configuration = folder / "sshd_config"
        self._give_away()
        self._process = ServerProcess(self._command(), self.port, folder / "log")

    @property
    def host_key(self) -> KeyPair:
        return self.host_keys["ed25519"]

    @property
    def log(self) -> Path:
        return self._process.log

    @property
    def pid(self) -> int:
        """The listener's."""
        return self._process.pid

    def endpoint(self, user: User | None = None) -> Endpoint:
        """A login on this server; without `user` that of whoever the server runs as."""
        login = user or self._run_as or User.current()
        return Endpoint(
            host="127.0.0.1",
            port=self.port,
            user=login.name,
            key_path=self.login_key.path,
            host_key=self.host_key,
            log=self.log,
            server=self,
            password=login.password,
            home=login.home,
            on_client=self.on_client,
        )

    def start(self) -> None:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd's privilege separation folder
        self._configuration.write_text(self._text())
        self._process.start()

    def restart(self) -> None:
        """End the listener and start it again on the same port; present connections live on."""
        self._process.stop_listening()
        self.start()

    def stop_listening(self) -> None:
        """End the listener; present connections live on."""
        self._process.stop_listening()

    def swap_host_key(self) -> KeyPair:
        """Another ed25519 host key (and no other types), as on another machine; takes effect after `restart`."""
        self.host_keys = {"ed25519": make_key(self.folder / "host_ed25519")}
        self._give_away()
        return self.host_key

    def connections(self) -> list[int]:
        """The ``sshd`` processes that serve connections."""
        return self._process.connections()

    def kill_connections(self) -> None:
        """Kill the ``sshd`` processes of the present connections; the listener stays."""
        self._process.kill_connections()

    def stop(self) -> None:
        self._process.stop()
        kill(marked(self._mark))

    def _command(self) -> list[str]:
        command = [SSHD, "-D", "-e", "-f", str(self._configuration)]
        if self._run_as is None:
            return command
        user = self._run_as
        return ["setpriv", f"--reuid={user.uid}", f"--regid={user.gid}", "--clear-groups", "--", *command]

    def _give_away(self) -> None:
        if self._run_as is not None:
            for path in self.folder.iterdir():
                os.chown(path, self._run_as.uid, self._run_as.gid)

    def _text(self) -> str:
        lines = [f"{name} {value}" for name, value in self.options.items()]
        lines += [f"HostKey {key.path}" for key in self.host_keys.values()]
        lines += [
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            f"PidFile {self.folder / 'pid'}",
            f"AuthorizedKeysFile {self.authorized_keys}",
            f"SetEnv {self._mark}",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication yes",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin yes",
            "MaxStartups 200:30:400",
            "PrintMotd no",
            "LogLevel VERBOSE",
            "Subsystem sftp internal-sftp",
        ]
        # For most options of sshd the first line wins, for some (MaxStartups) the last: no option stands twice.
        chosen = {name.lower() for name in self.options}
        own = [line for line in lines[len(self.options) :] if line.split()[0].lower() not in chosen - {"hostkey"}]
        return "\n".join([*lines[: len(self.options)], *own, *self._empty_home()]) + "\n"

    def _empty_home(self) -> list[str]:
        """Root's own shell start-up files are this machine's business: they may be slow, or wait for locks."""
        if os.geteuid() != 0 or self._run_as is not None:
            return []
        home = self.folder / "home-of-root"
        home.mkdir(exist_ok=True)
        return ["Match User root", f"SetEnv {self._mark} HOME={home}"]


def openssh_version() -> str:
    """What ``ssh -V`` says, for reports."""
    return subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=True).stderr.strip()
