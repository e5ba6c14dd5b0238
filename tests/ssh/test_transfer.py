"""Files put and got on real servers, with and without SFTP, as root, as others and by become."""

import hashlib
import os
import resource
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smolrun.deadline import Deadline
from smolrun.errors import CommandNotStartedError, TransferError
from smolrun.ssh.client import SSHClient
from smolrun.ssh.request import Become, CommandRequest
from smolrun.ssh.result import CommandResult
from smolrun.ssh.transfer import digest_of, get, put
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser
from tests.ssh.transferring import leftovers, this_machine, within

EVERY_BYTE = bytes(range(256)) * 3


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


def test_a_file_over_the_limit_is_not_sent(guest: Endpoint, folder: Path) -> None:
    (folder / "file").write_bytes(b"x" * 1000)
    (folder / "file").chmod(0o644)
    client = guest.client()
    assert len(get(client.execute, seen(guest, folder / "file"), deadline=within(), limit=1000)) == 1000
    with pytest.raises(TransferError, match="1000 bytes, and the limit is 999"):
        get(client.execute, seen(guest, folder / "file"), deadline=within(), limit=999)


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
