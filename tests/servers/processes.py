"""Server processes: started in a process group of their own, and gone with all their descendants when stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def free_port() -> int:
    """A loopback TCP port that nobody listened on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def parents() -> dict[int, int]:
    """The parent of every living process of this machine (zombies are not living)."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if state not in "ZX":
                found[int(stat.parent.name)] = int(parent)
    return found


def descendants(pid: int) -> list[int]:
    """All processes below `pid`, parents before their children."""
    tree = parents()
    found, front = [], {pid}
    while front:
        front = {child for child, parent in tree.items() if parent in front}
        found.extend(sorted(front))
    return found


def program(pid: int) -> str:
    """The name of the program that a process runs; empty once it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def marked(text: str) -> list[int]:
    """The processes that have `text` in their environment (found even when they left their tree and group)."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if text.encode() in environ.read_bytes():
                found.append(int(environ.parent.name))
    return found


def kill(pids: Iterable[int], within: float = 5.0) -> None:
    """Kill these processes, and return when they are gone."""
    doomed = set(pids)
    for pid in doomed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    limit = time.monotonic() + within
    while doomed & parents().keys() and time.monotonic() < limit:
        time.sleep(0.01)


def wait_until_listening(port: int, process: "subprocess.Popen[bytes]", log: Path, within: float = 20.0) -> None:
    """Return when `port` can be connected to. Raises `RuntimeError` with the server's log if it ends or stays away."""
    limit = time.monotonic() + within
    while time.monotonic() < limit:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as conversation:
            # Hear the server out, so that it does not log an aborted login for each start.
            conversation.settimeout(5)
            conversation.recv(256)
            return
        if process.poll() is not None:
            break
        time.sleep(0.01)
    raise RuntimeError(f"server did not start: {log.read_text(errors='replace')}")


# The death signal below comes when the *thread* that started a process ends (prctl(2), PR_SET_PDEATHSIG), and tests
# start servers from timers too: this one lives as long as the tests.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="server starter")


class ServerProcess:
    """One listening server and everything below it."""

    def __init__(self, argv: Sequence[str], port: int, log: Path, environment: Mapping[str, str] | None = None) -> None:
        # The death signal takes the server along even when the test process itself is killed.
        self._argv = ["setpriv", "--pdeathsig", "KILL", *argv]
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._left_behind: set[int] = set()
        self.port = port
        self.log = log

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = _STARTER.submit(
                subprocess.Popen,
                self._argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=None if self._environment is None else dict(self._environment),
            ).result()
        try:
            wait_until_listening(self.port, self._process, self.log)
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server was not started"
        return self._process.pid

    def below(self) -> list[int]:
        """The processes of this server's connections: its own and those of the users."""
        return descendants(self.pid) if self._process is not None else []

    def connections(self) -> list[int]:
        """The server's own processes that serve a connection."""
        names = {program(self.pid), "sshd-session"}
        return [pid for pid in self.below() if program(pid) in names]

    def kill_connections(self) -> None:
        """Kill what serves the present connections, as if it had crashed; the listener stays."""
        kill(self.connections())

    def stop_listening(self) -> None:
        """End the listener; the connections it has made live on."""
        if self._process is None:
            return
        self._left_behind.update(self.below())
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def stop(self) -> None:
        """End the listener, its connections and all that runs in them."""
        self.stop_listening()
        below = [deeper for pid in self._left_behind for deeper in descendants(pid)]
        kill([*self._left_behind, *below])
        self._left_behind.clear()
