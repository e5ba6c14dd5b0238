"""A throw-away sshd that answers on several loopback addresses, and a relay that adds a delay."""

import asyncio
import contextlib
import getpass
import shutil
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

MOST_ADDRESSES = 16  # a server listens on no more (MAX_LISTEN_SOCKS of OpenSSH)


@dataclass(frozen=True)
class Machine:
    """Where the guests are.

    Attributes:
        addresses: one loopback address a guest.
        port: the same for all.
        user: whom to log in as.
        key: path of the private key.
        known_hosts: path of a file that knows every guest's key.
    """

    addresses: tuple[str, ...]
    port: int
    user: str
    key: Path
    known_hosts: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_banner(address: str, port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=2) as probe:
            if probe.recv(4) == b"SSH-":
                return
        time.sleep(0.05)
    raise RuntimeError(f"no sshd on {address}:{port}")


def _keygen(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)


def _sshd(folder: Path, addresses: tuple[str, ...], port: int, host_key: Path) -> "subprocess.Popen[bytes]":
    name = f"sshd-{addresses[0]}"
    config = folder / f"{name}.conf"
    config.write_text(
        "".join(f"ListenAddress {address}\n" for address in addresses)
        + f"Port {port}\nHostKey {host_key}\nAuthorizedKeysFile {folder}/authorized_keys\n"
        "StrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\nMaxStartups 200\n"
        f"PidFile {folder}/{name}.pid\nSubsystem sftp internal-sftp\n"
        # bash reads ~/.bashrc for every command that comes over ssh: a user's own would be timed with each task
        f"SetEnv HOME={folder}/home\n"
    )
    (folder / "home").mkdir(exist_ok=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    return subprocess.Popen([program, "-D", "-f", str(config), "-E", str(folder / f"{name}.log")])


@contextlib.contextmanager
def machine(folder: Path, guests: int) -> Iterator[Machine]:
    """An sshd on `guests` loopback addresses, gone afterwards."""
    addresses = tuple(f"127.0.0.{number}" for number in range(1, guests + 1))
    port = free_port()
    host_key, key = folder / "host_key", folder / "key"
    _keygen(host_key)
    _keygen(key)
    (folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    servers = [
        _sshd(folder, addresses[first : first + MOST_ADDRESSES], port, host_key)
        for first in range(0, guests, MOST_ADDRESSES)
    ]
    public = " ".join(host_key.with_suffix(".pub").read_text().split()[:2])
    known_hosts = folder / "known_hosts"
    known_hosts.write_text("".join(f"[{address}]:{port} {public}\n" for address in addresses))
    try:
        for address in addresses:
            _wait_for_banner(address, port)
        yield Machine(addresses, port, getpass.getuser(), key, known_hosts)
    finally:
        for server in servers:
            server.terminate()
            server.wait(10)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Pass everything on, each piece `delay` seconds after it came."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def send() -> None:
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not data:
                writer.close()
                return
            writer.write(data)

    sending = asyncio.create_task(send())
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            queue.put_nowait((loop.time() + delay, data))
    queue.put_nowait((loop.time() + delay, b""))
    await sending


async def _end(server: asyncio.Server) -> None:
    server.close()
    conversations = asyncio.all_tasks() - {asyncio.current_task()}
    for conversation in conversations:
        conversation.cancel()
    await asyncio.gather(*conversations, return_exceptions=True)


@contextlib.contextmanager
def delayed(target: Machine, folder: Path, round_trip: float) -> Iterator[Machine]:
    """The machine's first guest behind a relay that adds `round_trip` seconds; its files are in `folder`, a new one."""
    folder.mkdir()
    loop = asyncio.new_event_loop()
    port = free_port()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(target.addresses[0], target.port)
        for stream in (writer, up_writer):
            stream.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(asyncio.CancelledError):  # by `_end`; the stream's own callback would call it an error
            await asyncio.gather(_pump(reader, up_writer, round_trip / 2), _pump(up_reader, writer, round_trip / 2))

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    known_hosts = folder / "known_hosts"
    public = target.known_hosts.read_text().split("\n", 1)[0].split(" ", 1)[1]
    known_hosts.write_text(f"[127.0.0.1]:{port} {public}\n")
    try:
        yield Machine(("127.0.0.1",), port, target.user, target.key, known_hosts)
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def real_round_trip(target: Machine, folder: Path, round_trip: float) -> float:
    """The seconds that such a relay really adds: it sleeps in whole milliseconds, and wakes up late."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_echo, args=(listener,), daemon=True).start()
        echo = replace(target, addresses=("127.0.0.1",), port=listener.getsockname()[1])
        with delayed(echo, folder, round_trip) as far, socket.create_connection(("127.0.0.1", far.port)) as speaker:
            times = []
            for _ in range(20):
                begin = time.perf_counter()
                speaker.sendall(b"word")
                speaker.recv(4)
                times.append(time.perf_counter() - begin)
    return statistics.median(times)


def _echo(listener: socket.socket) -> None:
    conversation, _ = listener.accept()
    with conversation:
        while data := conversation.recv(64):
            conversation.sendall(data)
