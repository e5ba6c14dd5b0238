"""One command's life: total timeout, joint drain, input, signals, and what a background process leaves."""

import hashlib
import os
import subprocess
import threading
import time
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest

from smolrun.deadline import Deadline
from smolrun.errors import NotRunError, OperationTimeoutError, SmolVMError
from smolrun.ssh.client import SSHClient
from smolrun.ssh.request import CommandRequest
from smolrun.ssh.result import ShellMode, Stream
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser, StartOpenSSH

MIB = 1024 * 1024


def test_raw_command_is_sent_as_it_stands(openssh_as: AsUser) -> None:
    result = openssh_as("fish").client().run("set a 'it''s' ; echo $a ; exit 4", shell="raw")
    assert (result.exit_code, result.stdout) == (4, "its\n")


def test_raw_command_sources_no_profile(openssh_as: AsUser) -> None:
    guest = openssh_as("dash", fresh=True)
    assert guest.home is not None
    (guest.home / ".profile").write_text("export FROM_PROFILE=yes\n")
    assert guest.client().run("echo [$FROM_PROFILE]", shell="raw").output == "[]"


def test_three_mebibytes_of_stderr_before_any_stdout(openssh_as: AsUser) -> None:
    result = openssh_as("dash").client().run("head -c 3145728 /dev/zero >&2; echo done", shell="raw")
    assert (len(result.stderr_bytes), result.stdout) == (3 * MIB, "done\n")


def test_bytes_that_are_no_text_are_kept(openssh_as: AsUser) -> None:
    result = openssh_as("dash").client().run(r"printf 'a\000\377\303b'", shell="raw")
    assert result.stdout_bytes == b"a\0\xff\xc3b"
    assert result.stdout == "a\0\ufffd\ufffdb"


@pytest.mark.parametrize("mode", ["login", "raw"])
def test_standard_input_is_closed_at_once(openssh_as: AsUser, mode: str) -> None:
    client = openssh_as("dash").client()
    assert client.run("cat; echo end", timeout=10, shell=mode).stdout == "end\n"  # type: ignore[arg-type]


def test_standard_input_from_bytes_and_from_a_file(openssh_as: AsUser, tmp_path: Path) -> None:
    client = openssh_as("dash").client()
    data = bytes(range(256)) * 4 * 4096
    path = tmp_path / "input"
    path.write_bytes(data)
    for stdin in (data, path):
        result = client.run("md5sum; echo $?", shell="raw", stdin=stdin)
        assert result.stdout.startswith(hashlib.md5(data).hexdigest())


def test_standard_input_from_open_files(openssh_as: AsUser, tmp_path: Path) -> None:
    client = openssh_as("dash").client()
    path = tmp_path / "input"
    path.write_bytes(b"first\nsecond\n")
    with path.open("rb") as file:
        file.readline()
        assert client.run("cat", stdin=file).stdout == "second\n"
        assert not file.closed
    assert client.run("cat", stdin=BytesIO(b"in memory")).stdout == "in memory"
    with subprocess.Popen(["sh", "-c", "echo a; sleep 0.5; echo b"], stdout=subprocess.PIPE) as process:
        assert client.run("cat", stdin=process.stdout).stdout == "a\nb\n"


@pytest.mark.parametrize("stdin", ["text", 5, StringIO("text")])
def test_input_that_is_no_bytes_is_refused(stdin: Any) -> None:
    with pytest.raises(TypeError, match="stdin must be"):
        SSHClient("192.0.2.1").run("cat", stdin=stdin)


@pytest.mark.parametrize("mode", ["login", "raw"])
def test_a_pipe_that_nobody_writes_to_does_not_outlast_the_timeout(
    openssh_as: AsUser, tmp_path: Path, mode: ShellMode
) -> None:
    client = openssh_as("dash").client()
    os.mkfifo(tmp_path / "pipe")
    began = time.monotonic()
    with pytest.raises(OperationTimeoutError) as caught:
        client.run("echo before; cat", timeout=1, shell=mode, stdin=tmp_path / "pipe")
    assert time.monotonic() - began < 6
    assert (caught.value.stdout, caught.value.killed) == ("before\n", True)
    assert client.run("true", shell="raw").ok


def test_what_comes_late_through_a_pipe_is_sent_on_as_it_comes(openssh_as: AsUser, tmp_path: Path) -> None:
    client = openssh_as("dash").client()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[bytes] = []

    def write() -> None:
        with pipe.open("wb", buffering=0) as writing:
            for number in range(3):
                writing.write(b"%d\n" % number)
                while len(heard) <= number:  # the next comes only once the guest has answered
                    time.sleep(0.01)

    threading.Thread(target=write, daemon=True).start()
    result = client.run(
        "while read -r line; do echo $line; done", stdin=pipe, on_output=lambda _, data: heard.append(data)
    )
    assert result.stdout == "0\n1\n2\n"


def test_a_missing_input_file_is_told_before_anything_runs(openssh_as: AsUser, tmp_path: Path) -> None:
    client = openssh_as("dash").client()
    with pytest.raises(NotRunError, match="nowhere"):
        client.run(f"touch {tmp_path}/ran", stdin=tmp_path / "nowhere")
    with pytest.raises(NotRunError, match="directory"):
        client.run(f"touch {tmp_path}/ran", stdin=tmp_path)
    assert not (tmp_path / "ran").exists()


def test_a_command_that_does_not_read_its_input_still_ends(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    assert client.run("exit 5", shell="raw", stdin=b"x" * 8 * MIB, timeout=20).exit_code == 5
    assert client.run("true", shell="raw").ok


def test_output_is_streamed_as_it_arrives(openssh_as: AsUser) -> None:
    pieces: list[tuple[Stream, bytes, float]] = []
    begun = time.monotonic()
    openssh_as("dash").client().run(
        "echo one; sleep 1; echo two >&2",
        on_output=lambda stream, data: pieces.append((stream, data, time.monotonic() - begun)),
    )
    assert [(stream, data) for stream, data, _ in pieces] == [("stdout", b"one\n"), ("stderr", b"two\n")]
    assert pieces[1][2] - pieces[0][2] > 0.7


def test_a_callback_that_raises_ends_the_command(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()

    def refuse(stream: Stream, data: bytes) -> None:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        client.run("echo x; exec sleep 4712", shell="raw", on_output=refuse)
    assert client.run("pgrep -fx 'sleep 4712'", shell="raw").stdout == ""


def test_a_command_that_prints_each_second_does_not_outlive_its_timeout(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    begun = time.monotonic()
    with pytest.raises(OperationTimeoutError) as caught:
        client.run("while :; do echo tick; sleep 0.3; done", timeout=1)
    assert time.monotonic() - begun < 8
    assert caught.value.stdout.startswith("tick\n")
    assert caught.value.timeout == 1
    assert caught.value.killed


def test_a_command_that_never_stops_writing_does_not_outlive_its_timeout(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    begun = time.monotonic()
    with pytest.raises(OperationTimeoutError) as caught:
        client.run("yes", timeout=1, shell="raw")
    assert time.monotonic() - begun < 5
    assert caught.value.killed


def test_a_command_that_closes_its_output_and_sleeps_does_not_outlive_its_timeout(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    begun = time.monotonic()
    with pytest.raises(OperationTimeoutError) as caught:
        client.run("echo last; exec >&- 2>&-; sleep 60", timeout=1)
    assert time.monotonic() - begun < 8
    assert (caught.value.stdout, caught.value.killed) == ("last\n", True)


def test_a_background_process_that_holds_the_pipe_does_not_hold_the_result(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    begun = time.monotonic()
    result = client.run("echo out; sleep 20 & exit 3", shell="raw")
    assert time.monotonic() - begun < 8
    assert (result.exit_code, result.stdout, result.pipe_held) == (3, "out\n", True)
    assert client.run("pkill -fx 'sleep 20'", shell="raw").ok, "it was left alone"


def test_a_background_process_that_keeps_writing_does_not_hold_the_result(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    begun = time.monotonic()
    result = client.run("(while :; do echo noise; sleep 0.1; done) & exit 3", timeout=3, shell="raw")
    assert time.monotonic() - begun < 5
    assert (result.exit_code, result.pipe_held) == (3, True)
    client.run("pkill -f 'echo [n]oise'", shell="raw")


def test_a_pipe_that_nobody_holds_is_not_reported(openssh_as: AsUser) -> None:
    assert not openssh_as("dash").client().run("sleep 20 >/dev/null 2>&1 & echo x", shell="raw").pipe_held


@pytest.mark.parametrize("server", ["openssh", "dropbear"])
def test_ended_by_a_signal_is_told(server: str, request: pytest.FixtureRequest) -> None:
    guest: Endpoint = request.getfixturevalue(server)
    result = guest.client().run("kill -TERM $$", shell="raw")
    assert (result.signal, result.exit_code) == ("TERM", 143)


def test_a_second_thread_waits_its_turn(openssh_as: AsUser, tmp_path: Path) -> None:
    client = openssh_as("dash").client()
    tmp_path.chmod(0o777)
    tmp_path.parent.chmod(0o755)
    tmp_path.parent.parent.chmod(0o755)
    results: list[str] = []
    work = "mkdir /tmp/lock-$$ && echo in; ls -d /tmp/lock-* | wc -l; sleep 0.1; rmdir /tmp/lock-$$"

    def run() -> None:
        results.append(client.run(work.replace("/tmp/", "$HOME/"), shell="raw").stdout)

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["in\n1\n"] * 5


@pytest.mark.parametrize("mode", ["login", "raw"])
def test_half_a_surrogate_pair_is_refused_before_anything_is_sent(mode: str) -> None:
    """No bytes stand for it, unlike for the surrogates of names that are no UTF-8."""
    from smolrun import SSHClient

    with pytest.raises(NotRunError, match="UTF-8"):
        SSHClient("127.0.0.1", port=1).run("echo \ud800", shell=mode)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["login", "raw"])
def test_names_that_are_no_utf_8_reach_the_guest_byte_for_byte(openssh_as: AsUser, mode: str) -> None:
    text = b"\xff\xfe".decode(errors="surrogateescape")
    result = openssh_as("dash").client().run(f"printf %s '{text}'", shell=mode)  # type: ignore[arg-type]
    assert result.stdout_bytes == b"\xff\xfe"


def test_keys_exchanged_anew_in_the_middle_change_nothing(start_openssh: StartOpenSSH) -> None:
    """The server asks for it after each MiB: while output streams, while input is sent, between commands."""
    client = start_openssh({"RekeyLimit": "1M"}).endpoint().client()
    data = bytes(range(256)) * 4096 * 3
    assert client.run("cat", 60, "raw", stdin=data).stdout_bytes == data
    assert client.run("cat >/dev/null; exit 3", 60, "raw", stdin=data).exit_code == 3
    for number in range(10):
        assert client.run(f"echo {number}; head -c 300000 /dev/zero >&2", shell="raw").output == str(number)
    with pytest.raises(OperationTimeoutError) as caught:
        client.run("cat /dev/zero", 1, "raw")
    assert caught.value.killed
    assert client._connection.made == 1


@pytest.mark.usefixtures("short_kill")
def test_a_deadline_that_comes_while_keys_are_exchanged_anew_is_a_deadline(openssh_as: AsUser) -> None:
    """Until the exchange ends nothing may be sent: no word of room for output, no kill."""
    client = openssh_as("dash").client()

    def exchange(_stream: Stream, _data: bytes) -> None:
        assert client._connection._transport is not None
        client._connection._transport.clear_to_send.clear()

    begun = time.monotonic()
    with pytest.raises(OperationTimeoutError, match="unverified") as caught:
        client.run("cat /dev/zero", 1, "raw", on_output=exchange)
    assert time.monotonic() - begun < 5
    assert caught.value.stdout_bytes


def test_a_raw_command_too_long_for_an_argument_is_refused_before_it_is_sent(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    with pytest.raises(NotRunError, match="131"):
        client.run("echo " + "x" * 131_072, shell="raw")
    assert not client.connected
    assert client.run("echo " + "x" * 131_060, shell="raw").ok


def test_the_timeout_covers_connecting(openssh: Endpoint) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = openssh.at(silent.getsockname()[1]).client()
        begun = time.monotonic()
        with pytest.raises(SmolVMError) as caught:
            client.run("true", timeout=1)
        assert not isinstance(caught.value, OperationTimeoutError), "nothing was sent"
        assert time.monotonic() - begun < 8


def test_no_timeout_is_no_limit(openssh_as: AsUser) -> None:
    assert openssh_as("dash").client().run("sleep 1.2", timeout=None).ok


def test_a_deadline_is_handed_down(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    client.ensure_connected(Deadline.after(10))
    with pytest.raises(OperationTimeoutError):
        client.execute(CommandRequest("sleep 9", shell="raw"), Deadline.after(0.3))
