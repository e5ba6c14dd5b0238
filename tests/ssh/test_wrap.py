"""The line that is sent: safe for any login shell at first, plain once the guest has told which one it has."""

import subprocess

import pytest

from smolrun.deadline import Deadline
from smolrun.errors import CommandNotStartedError, OperationTimeoutError
from smolrun.ssh.client import SSHClient
from smolrun.ssh.request import Become, CommandRequest
from smolrun.ssh.wrap import ARGUMENT_LIMIT, DROPBEAR_LIMIT, LOCAL, Peer, shell_told, without_shell, wrap
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser
from tests.ssh.test_login import AWKWARD, SHELLS, write_profile

SAYS = "a b|it's|!bang|\\\\two|%percent|dollar $HOME `x`|tab\there|é|done\n"
VALUE = 'it\'s $HOME `x` !bang\\ "q"\nsecond line%s\n\\\\'
REQUESTS = {
    "login": CommandRequest(AWKWARD),
    "login with environment": CommandRequest('printf "%s" "$VALUE"; cat', environment={"VALUE": VALUE}, stdin=b"in\0"),
    "login, long": CommandRequest(f": {'x' * 20_000}\necho it; false"),
    "login, too long": CommandRequest(f"cat <<'END'\n{'x' * 150_000}'é\nEND\nexit 3"),
    "sh": CommandRequest(AWKWARD, "sh", stdin=b""),
    "sh with secrets": CommandRequest(
        'printf "%s" "$VALUE$hidden"; cat', "sh", hidden="hidden='it'\n", environment={"VALUE": VALUE}, stdin=b"in\0"
    ),
    "sh, long": CommandRequest(f": {'x' * 20_000}\necho it; false", "sh"),
    "sh, too long": CommandRequest(f"cat <<'END'\n{'x' * 150_000}'é\nEND\nexit 3", "sh"),
    "program": CommandRequest(AWKWARD, "sh", program=True),
    "program with environment": CommandRequest(
        'printf "%s" "$VALUE"; cat', "sh", program=True, environment={"VALUE": VALUE}, stdin=b"in\0"
    ),
    "program, messages": CommandRequest("echo $0 $# $LINENO\nno-such-command\nif", "sh", program=True),
    "program, too long": CommandRequest(f"cat <<'END'\n{'x' * 150_000}'é\nEND\nexit 3", "sh", program=True),
}


def taught(client: SSHClient, login_shell: str) -> SSHClient:
    client.execute(CommandRequest("true", "sh"), Deadline.after(20))
    assert client._connection.peer.login_shell.endswith(f"/{login_shell}")
    return client


@pytest.mark.root
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", REQUESTS)
def test_knowing_the_login_shell_changes_nothing_of_a_command(openssh_as: AsUser, shell: str, name: str) -> None:
    guest, request = openssh_as(shell), REQUESTS[name]

    first = guest.client().execute(request, Deadline.after(60))
    later = taught(guest.client(), shell).execute(request, Deadline.after(60))

    assert first.stdout_bytes
    assert (first.stdout_bytes, first.stderr_bytes, first.exit_code) == (
        later.stdout_bytes,
        later.stderr_bytes,
        later.exit_code,
    )
    if request.command == AWKWARD:
        assert later.stdout == SAYS


@pytest.mark.parametrize(
    "text", ["echo $0 $# $LINENO; no-such-command", "if", "echo 'a", "\nx=${none?it}", "kill -9 $$"]
)
def test_a_program_says_what_it_says_under_sh(openssh_as: AsUser, text: str) -> None:
    client = taught(openssh_as("bash").client(), "bash")
    here = subprocess.run(["/bin/sh", "-c", text], capture_output=True)
    there = client.execute(CommandRequest(text, "sh", program=True), Deadline.after(20))
    assert (there.stdout_bytes, there.stderr_bytes) == (here.stdout, here.stderr)
    assert there.exit_code == here.returncode % 256 or there.signal == "KILL"


@pytest.mark.parametrize("program", [True, False])
def test_noise_and_tracing_of_the_login_shell_are_no_output(openssh_as: AsUser, program: bool) -> None:
    guest = openssh_as("bash", fresh=True)
    assert guest.home is not None
    (guest.home / ".bashrc").write_text("echo noise; echo more >&2; set -xv\n")
    client = taught(guest.client(), "bash")
    result = client.execute(CommandRequest("echo out; echo err >&2", "sh", program=program), Deadline.after(20))
    assert (result.stdout, result.stderr) == ("out\n", "err\n")


@pytest.mark.root
def test_another_user_is_become_alike(openssh: Endpoint) -> None:
    client = openssh.client()
    for request in (*REQUESTS.values(), *REQUESTS.values()):  # the second time the login shell is known
        if not len(request.command) > ARGUMENT_LIMIT / 4:
            mine = client.execute(request, Deadline.after(20))
            theirs = client.execute(_as(request, Become("root", "su")), Deadline.after(20))
            assert (mine.stdout_bytes, mine.exit_code) == (theirs.stdout_bytes, theirs.exit_code)


def _as(request: CommandRequest, become: Become) -> CommandRequest:
    return CommandRequest(
        request.command,
        request.shell,
        request.stdin,
        request.environment,
        become,
        hidden=request.hidden,
        program=request.program,
    )


def test_what_is_known_ends_with_the_connection(openssh: Endpoint) -> None:
    client = openssh.client()
    client.run("true")
    assert client._connection.peer.login_shell
    client.reset_connection()
    client.run("true", shell="raw")
    assert not client._connection.peer.login_shell


def test_a_user_without_a_shell_is_told_without_what_the_line_asks(openssh_as: AsUser) -> None:
    guest = openssh_as("bash", fresh=True)
    write_profile(guest, "bash", "exit 0\n")
    with pytest.raises(CommandNotStartedError) as caught:
        guest.client().run("true")
    assert "said nothing" in str(caught.value)


def test_a_timeout_keeps_the_output_and_kills(openssh_as: AsUser) -> None:
    client = taught(openssh_as("bash").client(), "bash")
    with pytest.raises(OperationTimeoutError) as caught:
        client.execute(CommandRequest("echo begun; sleep 60", "sh", program=True), Deadline.after(1))
    assert caught.value.stdout == "begun\n"
    assert caught.value.killed


def test_a_known_login_shell_needs_no_escapes() -> None:
    peer = Peer("/usr/bin/bash", ARGUMENT_LIMIT)
    program = wrap(CommandRequest("it's \\ é\n", "sh", program=True), peer).line.decode()
    assert "eval" not in program
    assert program.endswith("exec /bin/sh -c 'it'\"'\"'s \\ é\n'\n")
    assert wrap(CommandRequest("echo", "sh"), LOCAL).line.endswith(b"echo"), "the line is for /bin/sh itself"


def test_secrets_and_environment_are_not_on_the_line() -> None:
    request = CommandRequest("true", "sh", hidden="s=hidden\n", environment={"E": "exported"})
    for peer in (Peer(), LOCAL):
        wrapped = wrap(request, peer)
        assert b"hidden" not in wrapped.line
        assert b"exported" not in wrapped.line
        assert b"hidden" in wrapped.preamble
        assert "hidden" not in repr(request) + repr(wrapped)


def test_what_goes_over_stdin_may_be_cut_ahead_of_a_dash(openssh: Endpoint) -> None:
    client = openssh.client()
    for request in (
        CommandRequest("printf %s $value", environment={"value": "-" * 9000}),
        CommandRequest("printf %s $value", "sh", hidden=f"value={'-' * 9000}\n"),
    ):
        assert client.execute(request, Deadline.after(20)).stdout == "-" * 9000


@pytest.mark.parametrize("shell", ["sh", "login"])
def test_what_is_too_long_for_a_line_goes_over_stdin(shell: str) -> None:
    request = CommandRequest(f": {'x' * DROPBEAR_LIMIT}; exit 5", shell)  # type: ignore[arg-type]
    assert len(wrap(request, Peer()).line) < 3000
    assert not wrap(request, Peer(line_limit=ARGUMENT_LIMIT)).preamble


def test_the_shell_that_a_line_tells_is_no_noise() -> None:
    noise = b"smolrun-shell=/fake;more smolrun-shell=/bin/bash;+ printf"
    assert shell_told(noise) == "/bin/bash"
    assert without_shell(noise) == b"smolrun-shell=/fake;more + printf"
    assert shell_told(b"noise") == ""
