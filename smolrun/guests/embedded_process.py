"""The processes of the embedded guest: a little init, and below it one process for each SSH connection.

Run as a program of its own (standard library only), so that a command's parent is never smolrun itself: what
kills a timed-out command looks for the other children of its own parent, which for sshd is the connection's
process, and so it is here::

    smolrun ── init (adopts orphans; ends everything when smolrun goes) ─┬─ connection ─┬─ command
                                                                         │              └─ command
                                                                         └─ connection

Requests come over Unix sockets together with the file descriptors they are about.
"""

import ctypes
import json
import os
import selectors
import shutil
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REQUEST = struct.Struct("!II")
"""A request: the number that its answer bears, and the length of the command line that follows."""
ANNOUNCEMENT = struct.Struct("!I")
"""The length of what a connection begins with."""
ANSWER = struct.Struct("!Ii")
"""How a command ended: the number of its request, and its exit code, or less than 0 for a signal's number."""

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_PR_SET_NO_NEW_PRIVS = 38
_KILL_FOR_SECONDS = 5.0


def main() -> None:
    """Become the guest's init; the control socket is standard input, the settings are the only argument."""
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=os.dup(0))
    _become_init(settings)
    home = settings["home"]
    try:
        os.chdir(home)
        control.sendall(b"+")
        _serve_connections(control, settings)
    finally:
        _kill_descendants()
        os.chdir("/")
        shutil.rmtree(home, ignore_errors=True)


def _become_init(settings: dict[str, Any]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the end of the control socket is what ends it
    if settings["uid"] is not None:
        os.setgroups([])
        os.setresgid(*[settings["gid"]] * 3)
        os.setresuid(*[settings["uid"]] * 3)
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        library.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.umask(0o022)


def _serve_connections(control: socket.socket, settings: dict[str, Any]) -> None:
    """Fork a process for each socket that arrives, until the control socket ends."""
    for _ in _wake_ups(control):
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            _serve_commands(socket.socket(fileno=descriptors[0]), settings)
            os._exit(0)
        os.close(descriptors[0])


def _serve_commands(requests: socket.socket, settings: dict[str, Any]) -> None:
    """The process of one connection: its children are that connection's commands."""
    environment = {**settings["environment"], **_announced(requests)}
    running: dict[int, int] = {}
    for ended in _wake_ups(requests):
        if ended is not None:
            pid, status = ended
            if pid in running:
                requests.sendall(ANSWER.pack(running.pop(pid), os.waitstatus_to_exitcode(status)))
            continue
        header, descriptors, _, _ = socket.recv_fds(requests, REQUEST.size, 3)
        if not header:
            return
        number, length = REQUEST.unpack(header)
        command = _read_exactly(requests, length)
        child = _spawn(command, descriptors, environment)
        for descriptor in descriptors:
            os.close(descriptor)
        if child is None:
            requests.sendall(ANSWER.pack(number, 126))
        else:
            running[child] = number


def _announced(requests: socket.socket) -> dict[str, str]:
    """What comes first on the socket of a connection: variables that only its commands have, as JSON."""
    (length,) = ANNOUNCEMENT.unpack(_read_exactly(requests, ANNOUNCEMENT.size))
    variables: dict[str, str] = json.loads(_read_exactly(requests, length))
    return variables


def _spawn(command: bytes, descriptors: list[int], environment: dict[str, str]) -> int | None:
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    shell = environment["SHELL"]
    try:
        return os.posix_spawn(
            shell,
            [shell.encode(), b"-c", command],
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, given, target) for target, given in enumerate(descriptors)],
            setsid=True,
            setsigdef=[signal.SIGPIPE, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXFSZ],
            setsigmask=[],
        )
    except OSError as error:  # a command line that is too long, or no memory: told as sshd's shell would
        os.write(descriptors[2], f"{shell}: {error.strerror}\n".encode())
        return None


def _wake_ups(sock: socket.socket) -> Iterator[tuple[int, int] | None]:
    """Each child that ended, as (pid, wait status), and None each time the socket has something to read."""
    receiver, sender = os.pipe()
    os.set_blocking(receiver, False)
    os.set_blocking(sender, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(sender, warn_on_full_buffer=False)
    selector = selectors.DefaultSelector()
    selector.register(sock, selectors.EVENT_READ)
    selector.register(receiver, selectors.EVENT_READ)
    while True:
        ready = {key.fd for key, _ in selector.select()}
        if receiver in ready:
            os.read(receiver, 65536)
            yield from _ended_children()
        if sock.fileno() in ready:
            yield None


def _ended_children() -> Iterator[tuple[int, int]]:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, status


def _read_exactly(sock: socket.socket, length: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < length:
        piece = sock.recv(length - len(pieces))
        if not piece:
            raise EOFError("the request ended early")
        pieces += piece
    return bytes(pieces)


def _kill_descendants() -> None:
    """Kill until nothing is left: what forks away is adopted by init and found the next time round."""
    until = time.monotonic() + _KILL_FOR_SECONDS
    while time.monotonic() < until:
        for pid in _descendants(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.01)


def _descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for pid, parent in _processes():
        children.setdefault(parent, []).append(pid)
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _processes() -> Iterator[tuple[int, int]]:
    """Every process of this machine and its parent (proc(5), /proc/pid/stat: the name may hold blanks)."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_bytes()
        except OSError:
            continue  # it has just ended
        yield int(folder.name), int(stat.rpartition(b")")[2].split()[1])


if __name__ == "__main__":
    main()
