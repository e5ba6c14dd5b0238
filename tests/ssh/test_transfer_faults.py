"""Transfers on which something goes wrong: no permission, no space, no connection, no time, and others who meddle."""

import errno
import io
import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smolrun.deadline import Deadline
from smolrun.errors import ConnectionLostError, OperationTimeoutError, TransferError
from smolrun.ssh.request import CommandRequest
from smolrun.ssh.result import CommandResult
from smolrun.ssh.transfer import get, put
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay
from tests.ssh.transferring import leftovers, this_machine, within


def test_what_may_not_be_written_or_read_says_so(
    openssh_unprivileged: Endpoint, make_folder: Callable[[], Path]
) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs another user's files")
    folder = make_folder()
    secret = folder / "secret"
    secret.write_text("x")
    secret.chmod(0o600)
    client = openssh_unprivileged.client()
    with pytest.raises(TransferError, match=r"(?i)permission denied|cannot create"):
        put(client.execute, b"x", str(folder / "new"), deadline=within())
    with pytest.raises(TransferError, match=r"(?i)permission denied|cannot open"):
        get(client.execute, str(secret), deadline=within())
    with pytest.raises(TransferError, match="does not exist"):
        get(client.execute, str(folder / "none"), deadline=within())


@pytest.mark.root
def test_a_full_disk_leaves_the_old_file_whole_and_nothing_behind(
    openssh: Endpoint, make_folder: Callable[[], Path]
) -> None:
    folder = make_folder()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], check=True)
    try:
        (folder / "file").write_bytes(b"old")
        with pytest.raises(TransferError, match=r"(?i)no space"):
            put(openssh.client().execute, os.urandom(2_000_000), str(folder / "file"), deadline=within())
        assert (folder / "file").read_bytes() == b"old"
        assert leftovers(folder) == []
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_connection_lost_on_the_way_leaves_the_old_file_whole(
    openssh: Endpoint, relay: Callable[[Endpoint], FaultRelay], tmp_path: Path
) -> None:
    target = tmp_path / "file"
    target.write_text("old")
    between = relay(openssh)
    client = openssh.at(between.port).client()
    client.ensure_connected(within())
    between.faults.rate = 2_000_000

    def cut() -> None:
        limit = time.monotonic() + 10
        while not leftovers(tmp_path) and time.monotonic() < limit:
            time.sleep(0.01)
        between.reset()

    cutter = threading.Thread(target=cut)
    cutter.start()
    with pytest.raises(ConnectionLostError):
        put(client.execute, os.urandom(4_000_000), str(target), deadline=within(10))
    cutter.join()
    for _ in range(500):  # until the guest's shell has noticed, too
        if not leftovers(tmp_path):
            break
        openssh.client().run("true", shell="raw")
    assert leftovers(tmp_path) == []
    assert target.read_text() == "old"


def test_a_put_that_is_over_its_time_leaves_the_old_file_whole(
    openssh: Endpoint, relay: Callable[[Endpoint], FaultRelay], tmp_path: Path
) -> None:
    target = tmp_path / "file"
    target.write_text("old")
    between = relay(openssh)
    client = openssh.at(between.port).client()
    client.ensure_connected(within())
    between.faults.rate = 1_000_000
    with pytest.raises(OperationTimeoutError):
        put(client.execute, os.urandom(8_000_000), str(target), deadline=within(1))
    between.faults.rate = 0
    assert target.read_text() == "old"
    client.run("true", shell="raw", timeout=60)
    assert leftovers(tmp_path) == []


def test_a_planted_link_is_not_written_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    monkeypatch.setattr("smolrun.ssh.transfer.secrets.token_hex", lambda count: "guessed")
    (tmp_path / ".smolrun-guessed").symlink_to(victim)
    with pytest.raises(TransferError):
        put(this_machine, b"content", str(tmp_path / "file"), deadline=within())
    assert victim.read_text() == "untouched"
    assert not (tmp_path / "file").exists()


def test_nobody_else_can_read_a_file_that_is_being_written(tmp_path: Path) -> None:
    seen_modes = []

    def spying(request: CommandRequest, deadline: Deadline) -> CommandResult:
        with subprocess.Popen(["sh", "-c", request.command], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as shell:
            assert shell.stdin is not None
            assert shell.stdout is not None
            shell.stdin.write(b"sec")
            shell.stdin.flush()
            limit = time.monotonic() + 10
            while time.monotonic() < limit:
                begun = [path for path in tmp_path.iterdir() if path.name.startswith(".smolrun")]
                if begun and begun[0].stat().st_size:
                    seen_modes.append(begun[0].stat().st_mode & 0o777)
                    break
                time.sleep(0.01)
            shell.stdin.write(b"ret")
            shell.stdin.close()
            return CommandResult(0, shell.stdout.read())

    put(spying, b"secret", str(tmp_path / "file"), deadline=within(), mode=0o644)
    assert seen_modes == [0o600]
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: content[:-1] + b"?"])
def test_content_that_is_damaged_on_the_way_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    target = tmp_path / "file"
    target.write_text("old")

    def damaged(request: CommandRequest, deadline: Deadline) -> CommandResult:
        assert isinstance(request.stdin, bytes)
        return this_machine(CommandRequest(request.command, "raw", stdin=damage(request.stdin)), deadline)

    with pytest.raises(TransferError, match=r"not all of it|damaged"):
        put(damaged, b"content", str(target), deadline=within())
    assert target.read_text() == "old"
    assert leftovers(tmp_path) == []


def test_a_file_that_changes_while_it_is_read_is_read_again_and_then_refused(tmp_path: Path) -> None:
    source = tmp_path / "log"
    source.write_bytes(b"1")
    damaged = 0

    def torn(request: CommandRequest, deadline: Deadline) -> CommandResult:
        nonlocal damaged
        result = this_machine(request, deadline)
        if damaged:
            damaged -= 1
            return CommandResult(0, result.stdout_bytes + b"grown")
        return result

    damaged = 2
    assert get(torn, str(source), deadline=within()) == b"1"
    damaged = 99
    with pytest.raises(TransferError, match="changes while it is read"):
        get(torn, str(source), deadline=within())


def test_a_local_disk_that_is_full_is_told_and_the_connection_goes_on(openssh: Endpoint, tmp_path: Path) -> None:
    class Full(io.BytesIO):
        def write(self, data: object, /) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "file").write_bytes(b"x" * 5_000_000)
    client = openssh.client()
    with pytest.raises(OSError, match="No space left"):
        client.get_into(str(tmp_path / "file"), Full())
    assert client.run("echo on").output == "on"
