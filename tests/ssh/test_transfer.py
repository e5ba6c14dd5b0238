"""Files put and got on real servers, with and without SFTP, as root, as others and by become."""

import errno
import hashlib
import io
import os
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smolrun.deadline import Deadline
from smolrun.errors import CommandNotStartedError, ConnectionLostError, OperationTimeoutError, TransferError
from smolrun.ssh.client import SSHClient
from smolrun.ssh.request import Become, CommandRequest
from smolrun.ssh.result import CommandResult
from smolrun.ssh.transfer import digest_of, get, put
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay
from tests.servers.fixtures import AsUser

EVERY_BYTE = bytes(range(256)) * 3


def within(seconds: float = 30) -> Deadline:
    return Deadline.after(seconds)


def this_machine(request: CommandRequest, deadline: Deadline) -> CommandResult:
    """Runs a request with the local shell, as a connection to this machine does."""
    stdin = request.stdin.read_bytes() if isinstance(request.stdin, Path) else request.stdin or b""
    assert isinstance(stdin, bytes)
    done = subprocess.run(["sh", "-c", request.command], input=stdin, capture_output=True, check=False, timeout=60)
    return CommandResult(done.returncode, done.stdout, done.stderr)


@pytest.fixture(params=["openssh", "openssh_unprivileged", "dropbear", "busybox_guest"])
def guest(request: pytest.FixtureRequest) -> Endpoint:
    endpoint: Endpoint = request.getfixturevalue(request.param)
    return endpoint


@pytest.fixture
def folder(guest: Endpoint, make_folder: Callable[[], Path]) -> Path:
    """A folder that the guest's user may write to, as this machine sees it."""
    if guest.root != Path("/"):
        made = guest.root / "tmp" / make_folder().name
        made.mkdir()
        return made
    made = make_folder()
    made.chmod(0o777)
    return made


def seen(guest: Endpoint, path: Path) -> str:
    """The path as the guest sees it."""
    return "/" + str(path.relative_to(guest.root))


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".smolrun")]


def test_what_is_put_can_be_got_byte_for_byte(guest: Endpoint, folder: Path) -> None:
    client = guest.client()
    target = folder / "file"
    put(client.execute, EVERY_BYTE, seen(guest, target), deadline=within())
    assert target.read_bytes() == EVERY_BYTE
    assert get(client.execute, seen(guest, target), deadline=within()) == EVERY_BYTE
    assert leftovers(folder) == []


@pytest.mark.parametrize("content", [b"", b"no newline", bytes(range(256)) * 5000], ids=["empty", "short", "long"])
def test_what_is_got_into_a_file_replaces_what_was_in_it(guest: Endpoint, folder: Path, content: bytes) -> None:
    client, there = guest.client(), seen(guest, folder / "file")
    client.put(content, there)
    with tempfile.TemporaryFile() as file:
        file.write(b"old" * 1_000_000)
        client.get_into(there, file)
        file.seek(0)
        assert file.read() == content
        with pytest.raises(TransferError, match="does not exist"):
            client.get_into(f"{there}.none", file)
        if len(content) > 5:
            with pytest.raises(TransferError, match="the limit is 5"):
                client.get_into(there, file, limit=5)


def test_an_empty_file_is_a_file(guest: Endpoint, folder: Path) -> None:
    client = guest.client()
    put(client.execute, b"", seen(guest, folder / "empty"), deadline=within())
    assert (folder / "empty").read_bytes() == b""
    assert get(client.execute, seen(guest, folder / "empty"), deadline=within()) == b""


NAMES = ["with space", "-n", "it's", 'a"b', "$HOME", "*", "back\\slash", "é", "new\nline", "!x"]


def test_any_file_name_will_do(guest: Endpoint, folder: Path) -> None:
    client = guest.client()
    for name in NAMES:
        content = name.encode()
        put(client.execute, content, seen(guest, folder / name), deadline=within())
        assert get(client.execute, seen(guest, folder / name), deadline=within()) == content
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {name: name.encode() for name in NAMES}


def test_a_new_file_gets_the_mode_that_is_asked_for_or_what_the_umask_leaves(guest: Endpoint, folder: Path) -> None:
    client = guest.client()
    put(client.execute, b"", seen(guest, folder / "asked"), deadline=within(), mode=0o2751)
    put(client.execute, b"", seen(guest, folder / "default"), deadline=within())
    assert (folder / "asked").stat().st_mode & 0o7777 == 0o2751
    umask = int(client.run("umask", shell="raw").output, 8)
    assert (folder / "default").stat().st_mode & 0o7777 == 0o666 & ~umask


def test_a_replaced_file_keeps_its_mode(guest: Endpoint, folder: Path) -> None:
    client = guest.client()
    for mode in (0o640, 0o4755, 0o2710, 0o1604, 0o6000):
        target = folder / f"{mode:o}"
        put(client.execute, b"old", seen(guest, target), deadline=within(), mode=mode)
        put(client.execute, b"new", seen(guest, target), deadline=within())
        assert target.stat().st_mode & 0o7777 == mode
        target.chmod(0o600)  # not every mode lets its owner read
        assert target.read_bytes() == b"new"


@pytest.mark.root
def test_root_keeps_the_owner_of_a_replaced_file(openssh: Endpoint, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old")
    os.chown(target, 1234, 2345)
    target.chmod(0o4750)
    put(openssh.client().execute, b"new", str(target), deadline=within())
    assert (target.stat().st_uid, target.stat().st_gid, target.stat().st_mode & 0o7777) == (1234, 2345, 0o4750)


@pytest.mark.root
def test_setuid_is_dropped_where_the_owner_cannot_be_kept(openssh_as: AsUser) -> None:
    guest = openssh_as("bash")
    assert guest.home is not None
    target = guest.home / "tool"
    target.write_text("old")
    target.chmod(0o4755)  # root's, in a folder of the user's
    put(guest.client().execute, b"new", str(target), deadline=within())
    assert target.owner() == guest.user
    assert target.stat().st_mode & 0o7777 == 0o755


def test_a_folder_is_no_destination(guest: Endpoint, folder: Path) -> None:
    client = guest.client()
    for destination in (folder, folder / "."):
        with pytest.raises(TransferError, match="directory"):
            put(client.execute, b"x", seen(guest, destination), deadline=within())
    (folder / "link").symlink_to(".")
    with pytest.raises(TransferError, match="directory"):
        put(client.execute, b"x", seen(guest, folder / "link"), deadline=within())
    with pytest.raises(TransferError, match="directory"):
        get(client.execute, seen(guest, folder), deadline=within())


def test_a_missing_folder_is_an_error(guest: Endpoint, folder: Path) -> None:
    client = guest.client()
    for name in ("none/file", "none/"):
        with pytest.raises(TransferError, match="folder does not exist"):
            put(client.execute, b"x", f"{seen(guest, folder)}/{name}", deadline=within())


def test_devices_and_pipes_are_left_alone(guest: Endpoint, folder: Path) -> None:
    client = guest.client()
    os.mkfifo(folder / "pipe")
    for path in ("/dev/null", seen(guest, folder / "pipe")):
        with pytest.raises(TransferError, match="not a regular file"):
            put(client.execute, b"x", path, deadline=within())
        with pytest.raises(TransferError, match="not a regular file"):
            get(client.execute, path, deadline=within())


def test_a_link_at_the_destination_is_replaced_and_its_target_untouched(guest: Endpoint, folder: Path) -> None:
    (folder / "target").write_text("untouched")
    (folder / "link").symlink_to("target")
    put(guest.client().execute, b"new", seen(guest, folder / "link"), deadline=within())
    assert (folder / "target").read_text() == "untouched"
    assert not (folder / "link").is_symlink()
    assert (folder / "link").read_bytes() == b"new"


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


def test_a_file_over_the_limit_is_not_sent(guest: Endpoint, folder: Path) -> None:
    (folder / "file").write_bytes(b"x" * 1000)
    (folder / "file").chmod(0o644)
    client = guest.client()
    assert len(get(client.execute, seen(guest, folder / "file"), deadline=within(), limit=1000)) == 1000
    with pytest.raises(TransferError, match="1000 bytes, and the limit is 999"):
        get(client.execute, seen(guest, folder / "file"), deadline=within(), limit=999)


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


def test_the_client_has_both_as_methods(openssh: Endpoint, tmp_path: Path) -> None:
    client = openssh.client()
    client.put(EVERY_BYTE, str(tmp_path / "file"), timeout=20, mode=0o640)
    assert client.get(str(tmp_path / "file"), timeout=20) == EVERY_BYTE
    with pytest.raises(TransferError):
        client.get(str(tmp_path / "file"), limit=1)


@pytest.mark.root
@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "fish", "tcsh", "ash"])
def test_every_login_shell_will_do(openssh_as: AsUser, shell: str) -> None:
    guest = openssh_as(shell)
    client = guest.client()
    put(client.execute, EVERY_BYTE, "it's $here", deadline=within(), mode=0o600)  # relative: in the home
    assert guest.home is not None
    assert (guest.home / "it's $here").read_bytes() == EVERY_BYTE
    assert get(client.execute, "it's $here", deadline=within()) == EVERY_BYTE


@pytest.mark.root
def test_nologin_is_an_error_not_a_success(openssh_as: AsUser) -> None:
    with pytest.raises(CommandNotStartedError):
        put(openssh_as("nologin").client().execute, b"x", "file", deadline=within())


@pytest.mark.root
def test_noise_of_the_shell_is_no_content(openssh_as: AsUser) -> None:
    guest = openssh_as("bash", fresh=True)
    assert guest.home is not None
    (guest.home / ".bashrc").write_text("echo noise; echo smolrun-0 ok 1 sha256 x; echo more >&2\n")
    client = guest.client()
    put(client.execute, b"content", "file", deadline=within())
    assert get(client.execute, "file", deadline=within()) == b"content"


@pytest.mark.root
def test_files_are_written_and_read_as_the_user_that_is_become(openssh: Endpoint, openssh_as: AsUser) -> None:
    other = openssh_as("dash")
    assert other.home is not None
    become = Become(user=other.user)
    client = openssh.client()
    target = other.home / "become"
    put(client.execute, EVERY_BYTE, str(target), deadline=within(), become=become, mode=0o600)
    assert target.owner() == other.user
    assert get(client.execute, str(target), deadline=within(), become=become) == EVERY_BYTE
    with pytest.raises(TransferError):
        put(client.execute, b"x", "/root/not-allowed", deadline=within(), become=become)


def test_guests_without_sha256sum_check_by_what_they_have(tmp_path: Path) -> None:
    for tools in (("busybox",), ("openssl",), ("cksum",)):
        names = ("cat", "chmod", "chown", "ls", "mv", "rm", "sh", "wc", *tools)
        folder = tmp_path / tools[0]
        folder.mkdir()
        for name in names:
            found = subprocess.run(
                ["sh", "-c", f"command -v {name}"], capture_output=True, text=True, check=True
            ).stdout
            (folder / name).symlink_to(found.strip())

        def only_those(request: CommandRequest, deadline: Deadline, path: Path = folder) -> CommandResult:
            done = subprocess.run(
                ["/bin/sh", "-c", request.command],
                input=request.stdin if isinstance(request.stdin, bytes) else b"",
                capture_output=True,
                env={"PATH": str(path)},
                check=False,
            )
            return CommandResult(done.returncode, done.stdout, done.stderr)

        target = tmp_path / f"by-{tools[0]}"
        put(only_those, EVERY_BYTE, str(target), deadline=within())
        assert get(only_those, str(target), deadline=within()) == EVERY_BYTE


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


def test_a_put_is_one_command(openssh: Endpoint, tmp_path: Path) -> None:
    client = openssh.client()
    commands = []

    def counting(request: CommandRequest, deadline: Deadline) -> CommandResult:
        commands.append(request)
        return client.execute(request, deadline)

    put(counting, b"x", str(tmp_path / "file"), deadline=within())
    assert len(commands) == 1


def test_a_large_local_file_is_streamed(openssh: Endpoint, tmp_path: Path) -> None:
    source = tmp_path / "large"
    with source.open("wb") as file:
        for _ in range(64):
            file.write(os.urandom(1 << 20))
    client: SSHClient = openssh.client()
    client.ensure_connected(within())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    put(client.execute, source, str(tmp_path / "copy"), deadline=within(100))
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) < 30 * 1024  # KiB
    with (tmp_path / "copy").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == digest_of(source).sha256


def test_what_is_no_path_or_mode_is_refused(tmp_path: Path) -> None:
    for path in ("", "a\0b"):
        with pytest.raises(ValueError, match="path"):
            put(this_machine, b"", path, deadline=within())
        with pytest.raises(ValueError, match="path"):
            get(this_machine, path, deadline=within())
    with pytest.raises(ValueError, match="mode"):
        put(this_machine, b"", str(tmp_path / "x"), deadline=within(), mode=0o10000)
    with pytest.raises(ValueError, match="limit"):
        get(this_machine, str(tmp_path / "x"), deadline=within(), limit=-1)


def test_a_local_file_that_is_not_there_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        put(this_machine, tmp_path / "none", str(tmp_path / "x"), deadline=within())
    assert not (tmp_path / "x").exists()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000))
def test_our_cksum_is_that_of_posix(data: bytes) -> None:
    said = subprocess.run(["cksum"], input=data, capture_output=True, check=True).stdout.split()
    assert [int(said[0]), int(said[1])] == [digest_of(data).cksum, digest_of(data).size]
