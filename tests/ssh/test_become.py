"""Running a command as another user: sudo with and without a password, su and doas without."""

import subprocess
from pathlib import Path

import pytest

from smolrun.errors import BecomeError, CommandNotStartedError, OperationTimeoutError
from smolrun.ssh.become import become_wrap
from smolrun.ssh.request import Become
from smolrun.ssh.result import ShellMode
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser
from tests.servers.sudo import Sudoers
from tests.ssh.test_kill import TREE, sleeping, unique

pytestmark = pytest.mark.root

BOTH: list[ShellMode] = ["login", "raw"]


@pytest.fixture
def sudo_free(openssh_as: AsUser, sudoers: Sudoers) -> Endpoint:
    guest = openssh_as("bash", fresh=True)
    sudoers(guest, "ALL=(ALL) NOPASSWD: ALL")
    return guest


@pytest.fixture
def sudo_asks(openssh_as: AsUser, sudoers: Sudoers) -> Endpoint:
    guest = openssh_as("bash", fresh=True)
    sudoers(guest, "ALL=(ALL) ALL")
    return guest


@pytest.mark.parametrize("shell", BOTH)
def test_sudo_without_a_password(sudo_free: Endpoint, shell: ShellMode) -> None:
    client = sudo_free.client()
    result = client.run("id -un; echo err >&2; exit 4", shell=shell, become=Become())
    assert (result.stdout, result.stderr, result.exit_code) == ("root\n", "err\n", 4)


@pytest.mark.parametrize("shell", BOTH)
def test_sudo_with_a_password(sudo_asks: Endpoint, shell: ShellMode) -> None:
    client = sudo_asks.client()
    become = Become(password=sudo_asks.password)
    for _ in range(2):
        result = client.run("id -un; cat; echo err >&2", shell=shell, become=become, stdin=b"in\0put\n", timeout=10)
        assert (result.stdout_bytes, result.stderr) == (b"root\nin\0put\n", "err\n")


def test_sudo_that_runs_commands_in_a_terminal_of_its_own(openssh_as: AsUser, sudoers: Sudoers) -> None:
    guest, number = openssh_as("bash", fresh=True), unique()
    sudoers(guest, f"ALL=(ALL) ALL\nDefaults:{guest.user} use_pty")
    client, become = guest.client(), Become(password=guest.password)
    result = client.run("id -un; cat; echo err >&2", become=become, stdin=b"in\0\r\n\xff", timeout=10)
    assert (result.stdout_bytes, result.stderr) == (b"root\nin\0\r\n\xff", "err\n")
    with pytest.raises(OperationTimeoutError) as caught:
        client.run(TREE.format(number), 1, "raw", become=become)
    assert caught.value.killed
    assert sleeping(number) == []


@pytest.mark.parametrize("shell", BOTH)
def test_a_password_that_is_not_asked_for_is_not_sent(sudo_free: Endpoint, shell: ShellMode) -> None:
    result = sudo_free.client().run("cat", shell=shell, become=Become(password="planted-4711"), stdin=b"mine")
    assert (result.stdout, result.stderr) == ("mine", "")


def test_a_wrong_password_is_final(sudo_asks: Endpoint) -> None:
    client = sudo_asks.client()
    with pytest.raises(BecomeError, match="not accepted"):
        client.run("id", become=Become(password="wrong"), timeout=20)
    assert client.run("echo on", shell="raw").output == "on"


@pytest.mark.parametrize("shell", BOTH)
def test_a_missing_password_is_told(sudo_asks: Endpoint, shell: ShellMode) -> None:
    with pytest.raises(BecomeError, match="password is required"):
        sudo_asks.client().run("id", shell=shell, become=Become())


def test_a_tool_that_is_not_there_is_told(openssh_as: AsUser) -> None:
    with pytest.raises(BecomeError, match="no-such-tool"):
        openssh_as("dash").client().run("id", become=Become(executable="no-such-tool"))


def test_the_login_shell_is_that_of_the_user_it_becomes(sudo_free: Endpoint, openssh_as: AsUser) -> None:
    other = openssh_as("zsh", fresh=True)
    assert other.home is not None
    (other.home / ".zprofile").write_text("echo noise; export FROM_PROFILE=theirs\n")
    result = sudo_free.client().run(
        'echo "$(id -un) $FROM_PROFILE $HOME $A ${ZSH_VERSION:+zsh}"',
        become=Become(other.user),
        environment={"A": "x y"},
    )
    assert result.stdout == f"{other.user} theirs {other.home} x y zsh\n"


def test_becoming_a_user_without_a_shell_is_told(sudo_free: Endpoint, openssh_as: AsUser) -> None:
    other = openssh_as("nologin")
    client = sudo_free.client()
    with pytest.raises(CommandNotStartedError, match="not available"):
        client.run("id", become=Become(other.user))
    assert client.run("id -un", shell="raw", become=Become(other.user)).output == other.user


def test_special_characters_survive_becoming(sudo_free: Endpoint) -> None:
    text = 'it\'s "q" $HOME `x` \\ !bang %s é'
    for shell in BOTH:
        result = sudo_free.client().run(f"cat <<'END'\n{text}\nEND", shell=shell, become=Become())
        assert result.stdout == f"{text}\n"


def test_flags_replace_the_usual_ones(sudo_asks: Endpoint) -> None:
    client = sudo_asks.client()
    become = Become(password=sudo_asks.password, flags="-H -n -E")
    assert client.run("id -un", shell="raw", become=become, timeout=10).output == "root"


def test_the_password_is_never_on_a_command_line(sudo_asks: Endpoint) -> None:
    assert sudo_asks.password is not None
    wrap = become_wrap(Become(password=sudo_asks.password))
    assert sudo_asks.password not in wrap.line("true")
    result = sudo_asks.client().run(
        "cat /proc/[0-9]*/cmdline /proc/self/environ 2>/dev/null",
        shell="raw",
        become=Become(password=sudo_asks.password),
        timeout=10,
    )
    assert sudo_asks.password.encode() not in result.stdout_bytes
    assert sudo_asks.password not in repr(Become(password=sudo_asks.password))


@pytest.mark.parametrize("shell", BOTH)
@pytest.mark.parametrize("asks", [False, True])
def test_the_kill_goes_through_the_same_become(
    openssh_as: AsUser, sudoers: Sudoers, shell: ShellMode, asks: bool
) -> None:
    guest, number = openssh_as("bash", fresh=True), unique()
    sudoers(guest, "ALL=(ALL) ALL" if asks else "ALL=(ALL) NOPASSWD: ALL")
    client = guest.client()
    with pytest.raises(OperationTimeoutError) as caught:
        client.run(TREE.format(number), 1, shell, become=Become(password=guest.password if asks else None))
    assert (caught.value.killed, caught.value.unverified) == (True, False), caught.value
    assert sleeping(number) == []


def test_a_process_that_cannot_be_killed_is_unverified(sudo_free: Endpoint) -> None:
    client, number = sudo_free.client(), unique()
    with pytest.raises(OperationTimeoutError) as caught:
        client.run(f"sudo sh -c 'trap \"\" TERM; sleep {number}'", timeout=1, shell="raw")
    try:
        assert (caught.value.killed, caught.value.unverified) == (False, True)
        assert "survived" in caught.value.message
        assert client.run("true", shell="raw").ok
    finally:
        subprocess.run(["pkill", "-KILL", "-f", f"sleep {number}"], check=False)


@pytest.mark.parametrize("shell", BOTH)
def test_root_becomes_others_by_su(openssh: Endpoint, openssh_as: AsUser, shell: ShellMode) -> None:
    other = openssh_as("bash")
    become = Become(other.user, "su")
    result = openssh.client().run("id -un; echo $HOME; cat", shell=shell, become=become, stdin=b"in", timeout=20)
    assert result.stdout == f"{other.user}\n{other.home}\nin"


@pytest.mark.parametrize("shell", BOTH)
def test_su_of_busybox(busybox_guest: Endpoint, shell: ShellMode) -> None:
    result = busybox_guest.client().run("id -un; cat; exit 3", shell=shell, become=Become(method="su"), stdin=b"in")
    assert (result.stdout, result.exit_code) == ("root\nin", 3)


def test_su_that_would_ask_is_an_error(openssh_as: AsUser) -> None:
    with pytest.raises(BecomeError, match="su did not become root"):
        openssh_as("dash").client().run("id", shell="raw", become=Become(method="su"), timeout=20)


def test_su_and_doas_take_no_password() -> None:
    for method in ("su", "doas"):
        with pytest.raises(BecomeError, match="terminal"):
            become_wrap(Become(method=method, password="x"))


@pytest.mark.parametrize("shell", BOTH)
def test_doas_without_a_password(openssh_as: AsUser, shell: ShellMode) -> None:
    configuration = Path("/etc/doas.conf")
    if not Path("/usr/bin/doas").exists():
        pytest.skip("doas is not installed")
    guest = openssh_as("dash", fresh=True)
    line = f"permit nopass {guest.user}\n"
    with configuration.open("a") as file:
        file.write(line)
    try:
        result = guest.client().run("id -un; exit 3", shell=shell, become=Become(method="doas"))
        assert (result.output, result.exit_code) == ("root", 3)
    finally:
        rest = configuration.read_text().replace(line, "")
        if rest:
            configuration.write_text(rest)
        else:
            configuration.unlink()
