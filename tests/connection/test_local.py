"""This machine without SSH: real processes, the same guarantees."""

import getpass
import multiprocessing
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smolrun.connection.local import LocalConnection
from smolrun.deadline import Deadline
from smolrun.errors import (
    BecomeError,
    CommandNotStartedError,
    NotRunError,
    OperationCancelledError,
    OperationTimeoutError,
    SmolVMError,
    TransferError,
)
from smolrun.ssh.request import Become, CommandRequest
from smolrun.ssh.result import CommandResult
from tests.servers.users import User

MIB = 1024 * 1024


@pytest.fixture
def here() -> Iterator[LocalConnection]:
    connection = LocalConnection()
    yield connection
    connection.close()


@pytest.fixture
def sudo_user(make_user: Callable[[str], User]) -> Iterator[User]:
    """A user that sudo asks for its password."""
    user = make_user("/bin/sh")
    rule = Path("/etc/sudoers.d") / user.name
    rule.write_text(f"{user.name} ALL=(ALL) ALL\n")
    rule.chmod(0o440)
    yield user
    rule.unlink()


def as_user(user: User, command: str, become: Become, timeout: float) -> SmolVMError | CommandResult:
    """What a local connection of that user makes of a command; in a child process, which gives up being root."""
    ours, theirs = multiprocessing.Pipe()

    def child() -> None:
        os.setgroups([])
        os.setgid(user.gid)
        os.setuid(user.uid)
        try:
            theirs.send(LocalConnection().run(CommandRequest(command, "raw", become=become), Deadline.after(timeout)))
        except SmolVMError as error:
            theirs.send(error)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    answer: SmolVMError | CommandResult = ours.recv()
    process.join()
    return answer


def run(connection: LocalConnection, command: str, *, timeout: float | None = 20, **options: object) -> CommandResult:
    request = CommandRequest(command, **({"shell": "raw"} | options))  # type: ignore[arg-type]
    return connection.run(request, Deadline.after(timeout))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_output_and_exit_code_come_apart_and_whole(here: LocalConnection) -> None:
    result = run(here, "printf 'a\\0\\377'; echo oops >&2; exit 7")

    assert (result.stdout_bytes, result.stderr, result.exit_code) == (b"a\0\xff", "oops\n", 7)


def test_input_is_at_its_end_at_once_unless_given(here: LocalConnection) -> None:
    assert run(here, "cat").stdout == ""


def test_input_larger_than_every_pipe_goes_through(here: LocalConnection, tmp_path: Path) -> None:
    content = os.urandom(3 * MIB)
    source = tmp_path / "source"
    source.write_bytes(content)

    assert run(here, "cat", stdin=content).stdout_bytes == content
    assert run(here, "cat", stdin=source).stdout_bytes == content


def test_input_that_comes_late_through_a_pipe(here: LocalConnection, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", 'sleep 0.3; { echo a; sleep 0.3; echo b; } >"$1"', "sh", str(pipe)]):
        assert run(here, "cat", stdin=pipe).stdout == "a\nb\n"
    with pytest.raises(OperationTimeoutError):
        here.run(CommandRequest("cat", "raw", stdin=pipe), Deadline.after(0.5))


def test_a_command_that_does_not_read_its_input_ends_well(here: LocalConnection) -> None:
    assert run(here, "echo done", stdin=b"x" * MIB).stdout == "done\n"


def test_three_mebibytes_of_errors_before_any_output(here: LocalConnection) -> None:
    result = run(here, "head -c 3145728 /dev/zero >&2; echo out")

    assert (len(result.stderr_bytes), result.stdout) == (3 * MIB, "out\n")


def test_output_past_the_limit_keeps_its_first_and_last_half(here: LocalConnection) -> None:
    result = run(here, "echo first; head -c 5000000 /dev/zero; echo last", output_limit=1000)

    assert result.truncated
    assert result.stdout.startswith("first\n")
    assert result.stdout.endswith("last\n")
    assert len(result.stdout_bytes) < 1100


def test_output_is_streamed_as_it_comes(here: LocalConnection, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    seen: list[tuple[str, bytes]] = []

    def listen(stream: str, piece: bytes) -> None:
        seen.append((stream, piece))
        gate.touch()

    run(here, f"echo one; while ! [ -e {gate} ]; do sleep 0.01; done; echo two", on_output=listen)

    assert seen == [("stdout", b"one\n"), ("stdout", b"two\n")]


def test_a_command_ended_by_a_signal_says_so(here: LocalConnection) -> None:
    result = run(here, "kill -KILL $$")

    assert (result.signal, result.exit_code) == ("KILL", 137)


def test_a_background_process_that_holds_the_pipe_does_not_hold_the_task(here: LocalConnection) -> None:
    result = run(here, "sleep 300 & echo $!; exit 4")

    assert (result.exit_code, result.pipe_held) == (4, True)
    assert result.duration < 5
    assert alive(int(result.output))
    os.kill(int(result.output), 9)


def test_at_the_timeout_the_whole_tree_is_gone_and_the_output_kept(here: LocalConnection, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    command = (
        f"note() {{ echo $$ >> {pids}; }}; note; echo begun;"
        f"sh -c 'echo $$ >> {pids}; exec sleep 300' &"
        f"setsid sh -c 'trap : TERM; echo $$ >> {pids}; while :; do sleep 1; done' &"
        f"(setsid sh -c 'echo $$ >> {pids}; setsid sleep 300 & exec sleep 300' &) ;"
        f"while [ $(wc -l < {pids}) -lt 4 ]; do sleep 0.01; done; echo ready; exec sleep 300"
    )

    with pytest.raises(OperationTimeoutError) as caught:
        run(here, command, timeout=2)

    assert caught.value.killed
    assert not caught.value.unverified
    assert caught.value.stdout == "begun\nready\n"
    started = [int(line) for line in pids.read_text().split()]
    assert len(started) == 4
    assert [pid for pid in started if alive(pid)] == []


def test_a_daemon_that_left_the_tree_is_found_by_its_mark(here: LocalConnection, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    daemon = f"setsid sh -c '(setsid sh -c \"echo \\$\\$ > {pid_file}; exec sleep 300\" &) ; exit' ;"

    with pytest.raises(OperationTimeoutError) as caught:
        run(here, f"{daemon} while ! [ -s {pid_file} ]; do sleep 0.01; done; sleep 300", timeout=1.5)

    assert caught.value.killed
    assert not alive(int(pid_file.read_text()))


def test_processes_of_earlier_commands_survive_a_timeout(here: LocalConnection) -> None:
    earlier = int(run(here, "setsid sleep 300 >/dev/null 2>&1 & echo $!").output)

    with pytest.raises(OperationTimeoutError):
        run(here, "sleep 300", timeout=0.3)

    assert alive(earlier)
    os.kill(earlier, 9)


def test_a_command_that_keeps_printing_does_not_outlive_its_timeout(here: LocalConnection) -> None:
    begun = time.monotonic()

    with pytest.raises(OperationTimeoutError):
        run(here, "while :; do echo x; sleep 0.05; done", timeout=0.5)

    assert time.monotonic() - begun < 5


def test_one_that_closes_its_output_and_sleeps_neither(here: LocalConnection) -> None:
    with pytest.raises(OperationTimeoutError):
        run(here, "exec >&- 2>&-; sleep 300", timeout=0.5)


def test_cancelling_kills_the_running_command(here: LocalConnection, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    caught: list[BaseException] = []

    def work() -> None:
        try:
            run(here, f"echo $$ > {pid_file}; sleep 300", timeout=None)
        except OperationCancelledError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert eventually(lambda: pid_file.exists() and pid_file.read_text().strip() != "")
    here.cancel()
    thread.join(10)

    assert not thread.is_alive()
    assert isinstance(caught[0], OperationCancelledError)
    assert caught[0].killed
    assert not alive(int(pid_file.read_text()))
    assert run(here, "echo next").stdout == "next\n"


def test_a_callback_that_raises_leaves_no_process(here: LocalConnection, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"

    def listen(_stream: str, _piece: bytes) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(here, f"echo $$ > {pid_file}; echo go; sleep 300", on_output=listen)

    assert not alive(int(pid_file.read_text()))


def test_commands_run_side_by_side(here: LocalConnection, tmp_path: Path) -> None:
    """Each waits for the other, so neither would end if they took turns."""
    results: list[CommandResult] = []

    def meet(own: str, other: str) -> None:
        command = f"touch {tmp_path}/{own}; while ! [ -e {tmp_path}/{other} ]; do sleep 0.01; done"
        with here.turn():
            results.append(run(here, command))

    threads = [threading.Thread(target=meet, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(25)

    assert [result.ok for result in results] == [True, True]


def test_a_timeout_ends_only_its_own_command(here: LocalConnection, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    results: list[CommandResult] = []
    thread = threading.Thread(
        target=lambda: results.append(run(here, f"while ! [ -e {gate} ]; do sleep 0.01; done; echo survived"))
    )
    thread.start()

    with pytest.raises(OperationTimeoutError):
        run(here, "sleep 300", timeout=0.3)
    gate.touch()
    thread.join(25)

    assert results[0].stdout == "survived\n"


def test_a_login_shell_gets_the_environment_and_drops_the_noise(here: LocalConnection) -> None:
    result = run(here, 'echo "$A"; cat', shell="login", environment={"A": "it's \\ \n two"}, stdin=b"in")

    assert result.stdout == "it's \\ \n two\nin"


def test_commands_run_in_the_folder_they_are_given(tmp_path: Path) -> None:
    assert run(LocalConnection(folder=tmp_path), "pwd").output == str(tmp_path)


def test_a_folder_that_is_gone_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CommandNotStartedError, match="No such file"):
        run(LocalConnection(folder=tmp_path / "gone"), "true")


def test_no_descriptor_is_left_behind(here: LocalConnection) -> None:
    run(here, "true")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run(here, "cat", stdin=b"x")
        with pytest.raises(OperationTimeoutError):
            run(here, "sleep 300", timeout=0.05)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_files_are_written_whole_or_not_at_all(here: LocalConnection, tmp_path: Path) -> None:
    target = tmp_path / "there"
    here.put(b"content", str(target), deadline=Deadline.after(20), mode=0o600)

    assert here.get(str(target), deadline=Deadline.after(20)) == b"content"
    assert target.stat().st_mode & 0o7777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["there"]
    with pytest.raises(TransferError):
        here.put(b"content", str(tmp_path / "no" / "where"), deadline=Deadline.after(20))


@pytest.mark.root
def test_another_user_is_become_and_its_processes_are_killed_too(here: LocalConnection) -> None:
    assert run(here, "id -un; cat", become=Become("nobody"), stdin=b"in").stdout == "nobody\nin"

    with pytest.raises(OperationTimeoutError) as caught:
        run(here, "echo $$; setsid sleep 300 & sleep 300", become=Become("nobody"), timeout=1)

    assert caught.value.killed
    assert not alive(int(caught.value.stdout))


@pytest.mark.root
def test_an_unprivileged_user_ends_what_root_started_for_it(sudo_user: User) -> None:
    become = Become("root", password=sudo_user.password)

    error = as_user(sudo_user, "id -un; setsid sleep 300 & echo $!; exec sleep 300", become, timeout=3)

    assert isinstance(error, OperationTimeoutError), error
    name, pid = error.stdout.split()
    assert (name, error.killed) == ("root", True)
    assert not alive(int(pid))


@pytest.mark.root
def test_a_password_goes_to_sudo_and_input_to_the_command(sudo_user: User) -> None:
    become = Become("root", password=sudo_user.password)

    result = as_user(sudo_user, "id -un; cat", become, timeout=30)

    assert isinstance(result, CommandResult), result
    assert result.stdout == "root\n"
    assert result.stderr == ""


@pytest.mark.root
def test_a_wrong_password_is_final(sudo_user: User) -> None:
    error = as_user(sudo_user, "id", Become("root", password="certainly not"), timeout=30)

    assert isinstance(error, BecomeError), error
    assert "not accepted" in str(error)


@pytest.mark.root
def test_a_user_that_is_not_there_cannot_be_become(here: LocalConnection) -> None:
    with pytest.raises(BecomeError, match="no-such-user"):
        run(here, "id", become=Become("no-such-user"))


def test_what_no_process_can_be_given_is_refused(here: LocalConnection) -> None:
    with pytest.raises(NotRunError):
        run(here, "true", shell="login", environment={"1A": "x"})


def test_it_is_described_for_people(here: LocalConnection) -> None:
    assert here.description == "this machine"
    assert getpass.getuser() == run(here, "id -un").output
