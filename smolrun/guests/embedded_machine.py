"""The embedded guest's processes as smolrun sees them: start them, open connections, run commands, end them."""

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from smolrun.deadline import Deadline
from smolrun.errors import SmolVMError
from smolrun.guests import embedded_process
from smolrun.guests.embedded_process import ANNOUNCEMENT, ANSWER, REQUEST
from smolrun.lazy_dataclass import dataclass

UNPRIVILEGED_USER = "nobody"
_SHELL = "/bin/sh"
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
_STOP_SECONDS = 8.0


@dataclass(frozen=True)
class Account:
    """Who commands run as.

    Attributes:
        name: of the user.
        uid: to change to; None to stay who we are.
        gid: likewise.
    """

    name: str
    uid: int | None = None
    gid: int | None = None


def account() -> Account:
    """The current user, or for root an unprivileged one."""
    if os.geteuid() == 0:
        entry = pwd.getpwnam(UNPRIVILEGED_USER)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    try:
        return Account(pwd.getpwuid(os.geteuid()).pw_name)
    except KeyError:  # a container's user without an entry
        return Account(str(os.geteuid()))


class Machine:
    """The process tree that stands for the machine, and its scratch home."""

    def __init__(self) -> None:
        self.account = account()
        self.home = Path(tempfile.mkdtemp(prefix="smolrun-guest-home-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = threading.Lock()

    def start(self, deadline: Deadline) -> None:
        """Start the init process. Raises `SmolVMError` when it does not come up."""
        _add_refusals(self.home)
        if self.account.uid is not None and self.account.gid is not None:
            for folder in (self.home, self.home / REFUSALS):
                os.chown(folder, self.account.uid, self.account.gid)  # so that init can remove them
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", embedded_process.__file__, json.dumps(self._settings())],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C in the terminal is for smolrun, which then stops it in order
                cwd="/",
            )
        self._control = ours
        ours.settimeout(deadline.remaining(at_most=30.0))
        if ours.recv(1) != b"+":
            raise SmolVMError(
                f"the embedded guest did not start: user {self.account.name!r} cannot use its scratch home {self.home}",
                hint="set TMPDIR to a folder that every user may enter, such as /tmp",
            )
        ours.settimeout(None)

    def open_connection(self, variables: Mapping[str, str]) -> socket.socket:
        """A new connection process; requests are written to the socket, answers are read from it.

        Args:
            variables: further ones in the environment of its commands.
        """
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            assert self._control is not None
            socket.send_fds(self._control, [b"c"], [theirs.fileno()])
        announcement = json.dumps(dict(variables)).encode()
        ours.sendall(ANNOUNCEMENT.pack(len(announcement)) + announcement)
        return ours

    def stop(self) -> None:
        """Kill everything that runs on it and remove its home."""
        with self._lock:
            process, self._process = self._process, None
            if self._control is not None:
                self._control.close()
        if process is not None:
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def _settings(self) -> dict[str, object]:
        environment = {
            "HOME": str(self.home),
            "USER": self.account.name,
            "LOGNAME": self.account.name,
            "SHELL": _SHELL,
            "PATH": f"{self.home / REFUSALS}:{_PATH}",
        }
        return {
            "uid": self.account.uid,
            "gid": self.account.gid,
            "home": str(self.home),
            "environment": environment,
        }


REFUSALS = ".smolrun-guest"
BECOME_REFUSED = "the embedded guest runs everything as one unprivileged user and cannot become another"


def _add_refusals(home: Path) -> None:
    """Stand in front of the tools that become another user, so that they say why instead of asking a password."""
    folder = home / REFUSALS
    folder.mkdir(mode=0o755)
    for tool in ("sudo", "su", "doas"):
        program = folder / tool
        program.write_text(f"#!/bin/sh\necho '{tool}: {BECOME_REFUSED}' >&2\nexit 1\n")
        program.chmod(0o755)


def send_command(connection: socket.socket, number: int, command: bytes, descriptors: list[int]) -> None:
    """Ask a connection process to run a command with these as its standard streams."""
    socket.send_fds(connection, [REQUEST.pack(number, len(command))], descriptors)
    connection.sendall(command)


def read_answer(connection: socket.socket) -> tuple[int, int] | None:
    """The number of a request and how its command ended; None when the connection process is gone."""
    received = b""
    while len(received) < ANSWER.size:
        piece = connection.recv(ANSWER.size - len(received))
        if not piece:
            return None
        received += piece
    number, status = ANSWER.unpack(received)
    return number, status
