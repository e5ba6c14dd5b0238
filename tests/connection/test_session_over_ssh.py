"""What modules talk to, on real servers: whatever the login shell is, a script runs under ``/bin/sh``."""

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smolrun.connection.pool import ConnectionPool
from smolrun.connection.session import GuestSession
from smolrun.connection.settings import Endpoint
from smolrun.connection.ssh import ClientOptions
from smolrun.deadline import Deadline
from smolrun.errors import CommandNotStartedError, OperationTimeoutError
from smolrun.ssh.request import Become, CommandRequest

AWKWARD = 'it\'s \\ 100% "$HOME" !x `id`\n\ttab \u00e9\u4e2d *?[a] {b} ~ ^ # end  '
SHELLS = ["bash", "dash", "ash", "zsh", "fish", "tcsh"]


@pytest.fixture
def pool() -> Iterator[ConnectionPool]:
    with ConnectionPool(ClientOptions(known_hosts=(), ssh_config="none")) as pool:
        yield pool


def session(pool: ConnectionPool, server: Any, **options: Any) -> GuestSession:
    endpoint = Endpoint(
        host=server.host, port=server.port, user=server.user, key_path=server.key_path, host_key=server.fingerprint
    )
    return GuestSession(pool.get(endpoint), Deadline.after(options.pop("timeout", 30)), **options)


@pytest.mark.root
@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_gets_every_byte_whatever_the_login_shell_is(
    pool: ConnectionPool, openssh_as: Any, shell: str
) -> None:
    guest = session(pool, openssh_as(shell), environment={"FROM_TASK": AWKWARD})
    text = 'printf "%s|%s|%s|" "$plain" "$hidden" "$FROM_TASK"; sh -c \'printf "%s|" "$FROM_TASK"\'; cat; exit 7'

    result = guest.script(text, {"plain": AWKWARD}, secrets={"hidden": AWKWARD}, stdin=b"\0\xff\nrest")

    assert result.stdout_bytes == f"{AWKWARD}|".encode() * 4 + b"\0\xff\nrest"
    assert result.stderr_bytes == b""
    assert result.exit_code == 7


@pytest.mark.parametrize("server", ["openssh", "dropbear", "busybox_guest"])
def test_a_script_longer_than_an_argument_may_be_runs(
    pool: ConnectionPool, server: str, request: pytest.FixtureRequest
) -> None:
    guest = session(pool, request.getfixturevalue(server))

    result = guest.script(f"filler='{'x' * 300_000}'\necho ${{#filler}}; cat; exit 3", stdin=b"input")

    assert (result.stdout, result.exit_code) == ("300000\ninput", 3)


@pytest.mark.parametrize("server", ["dropbear", "busybox_guest"])
def test_a_script_runs_on_servers_without_bash(
    pool: ConnectionPool, server: str, request: pytest.FixtureRequest
) -> None:
    guest = session(pool, request.getfixturevalue(server), environment={"FROM_TASK": AWKWARD})

    result = guest.script('printf %s "$a$b$FROM_TASK"; cat', {"a": "1"}, secrets={"b": "2"}, stdin=b"3")

    assert result.stdout == f"12{AWKWARD}3"


@pytest.mark.root
def test_what_a_shell_prints_at_its_start_is_no_output_of_a_script(pool: ConnectionPool, openssh_as: Any) -> None:
    server = openssh_as("bash", fresh=True)
    Path(server.home, ".bashrc").write_text("echo noise; echo more >&2; set -x\n")
    streamed: list[tuple[str, bytes]] = []
    guest = session(pool, server, on_output=lambda stream, piece: streamed.append((stream, piece)))

    result = guest.script("echo out; echo err >&2", stream=True)

    assert (result.stdout, result.stderr) == ("out\n", "err\n")
    assert sorted(streamed) == [("stderr", b"err\n"), ("stdout", b"out\n")]


@pytest.mark.root
def test_a_login_that_takes_no_commands_is_an_error(pool: ConnectionPool, openssh_as: Any) -> None:
    guest = session(pool, openssh_as("nologin"))

    with pytest.raises(CommandNotStartedError, match="not available"):
        guest.script("true")


@pytest.mark.root
def test_a_script_and_its_secrets_reach_another_user(pool: ConnectionPool, openssh: Any) -> None:
    guest = session(pool, openssh, become=Become("nobody"), environment={"FROM_TASK": AWKWARD})

    result = guest.script('id -un; printf "%s" "$s$FROM_TASK"; cat', secrets={"s": "1"}, stdin=b"2")

    assert result.stdout == f"nobody\n1{AWKWARD}2"


def test_secrets_and_environment_never_ride_the_command_line(pool: ConnectionPool, openssh: Any) -> None:
    guest = session(pool, openssh, environment={"TOKEN": "environment-value"})

    result = guest.script("cat /proc/$$/cmdline; cat /proc/$PPID/cmdline", secrets={"s": "secret-value"})

    assert b"cmdline" in result.stdout_bytes
    assert b"secret-value" not in result.stdout_bytes
    assert b"environment-value" not in result.stdout_bytes


def test_output_before_a_timeout_is_kept_without_the_mark(pool: ConnectionPool, openssh: Any) -> None:
    guest = session(pool, openssh, timeout=1.5)
    guest.connection.connect(Deadline.after(20))

    with pytest.raises(OperationTimeoutError) as caught:
        GuestSession(guest.connection, Deadline.after(0.7)).script("echo begun; echo told >&2; sleep 60")

    assert (caught.value.stdout, caught.value.stderr) == ("begun\n", "told\n")
    assert caught.value.killed


def test_files_go_and_come_back(pool: ConnectionPool, openssh: Any, tmp_path: Path) -> None:
    guest = session(pool, openssh)
    target = tmp_path / "there"

    guest.put(b"\0content\xff", str(target), mode=0o640)

    assert target.read_bytes() == guest.get(str(target)) == b"\0content\xff"
    assert target.stat().st_mode & 0o7777 == 0o640


def test_the_users_own_command_is_streamed(pool: ConnectionPool, openssh: Any) -> None:
    streamed: list[bytes] = []
    guest = session(pool, openssh, on_output=lambda _, piece: streamed.append(piece), environment={"A": "b"})

    result = guest.run("echo $A; cat", shell="login", stdin=b"in")

    assert b"".join(streamed) == result.stdout_bytes == b"b\nin"


def test_an_endpoint_is_connected_to_once(pool: ConnectionPool, openssh: Any) -> None:
    first = session(pool, openssh)
    second = session(pool, openssh)

    assert first.connection is second.connection
    peer = 'echo "${SSH_CONNECTION}"'
    assert first.run(peer).stdout == second.run(peer).stdout


def test_waiting_for_a_guest_makes_a_fresh_connection(pool: ConnectionPool, openssh: Any) -> None:
    guest = session(pool, openssh)
    before = guest.run('echo "$SSH_CONNECTION"').stdout

    guest.connection.wait_ready(Deadline.after(20))
    after = guest.run('echo "$SSH_CONNECTION"').stdout
    guest.connection.wait_ready(Deadline.never())

    assert before != after


def test_waiting_for_a_guest_that_never_comes_ends_in_time(pool: ConnectionPool) -> None:
    connection = pool.get(Endpoint(host="127.0.0.1", user="x", port=1))

    with pytest.raises(OperationTimeoutError):
        connection.wait_ready(Deadline.after(0.5))


def test_nobody_named_means_the_local_user(pool: ConnectionPool, openssh: Any) -> None:
    connection = pool.get(
        Endpoint(host=openssh.host, port=openssh.port, key_path=openssh.key_path, host_key=openssh.fingerprint)
    )

    assert connection.run(CommandRequest("id -un", "raw"), Deadline.after(20)).output == getpass.getuser()
