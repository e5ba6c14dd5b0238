"""``shell="login"``: each login shell gives the command's own exit code and output, or a clear error."""

from pathlib import Path

import pytest

from smolrun.errors import CommandNotStartedError, NotRunError, OperationTimeoutError
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser

SHELLS = ["bash", "dash", "ash", "zsh", "fish", "tcsh"]
PROFILES = {
    "bash": ".bash_profile",
    "dash": ".profile",
    "ash": ".profile",
    "zsh": ".zprofile",
    "fish": ".config/fish/config.fish",
    "tcsh": ".login",
}
AWKWARD = (
    """printf '%s|' "a b" 'it'"'"'s' '!bang' '\\\\two' '%percent' 'dollar $HOME `x`' "tab\there" é; echo done # no"""
)


def home_of(endpoint: Endpoint) -> Path:
    assert endpoint.home is not None
    return endpoint.home


def write_profile(endpoint: Endpoint, shell: str, text: str) -> None:
    path = home_of(endpoint) / PROFILES[shell]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def exported(shell: str, name: str, value: str) -> str:
    return {"fish": f"set -gx {name} {value}\n", "tcsh": f"setenv {name} {value}\n"}.get(
        shell, f"export {name}={value}\n"
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_exit_code_and_both_streams_are_the_commands_own(openssh_as: AsUser, shell: str) -> None:
    result = openssh_as(shell).client().run("echo out; echo err >&2; exit 7")
    assert (result.exit_code, result.stdout, result.stderr) == (7, "out\n", "err\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_special_character_reaches_the_command(openssh_as: AsUser, shell: str) -> None:
    result = openssh_as(shell).client().run(AWKWARD)
    assert result.stdout == "a b|it's|!bang|\\\\two|%percent|dollar $HOME `x`|tab\there|é|done\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_of_several_lines_runs_in_posix_sh(openssh_as: AsUser, shell: str) -> None:
    result = openssh_as(shell).client().run("for i in 1 2\ndo\n  echo $i\ndone\ncat <<'END'\n$x\nEND\nfalse")
    assert (result.exit_code, result.stdout) == (1, "1\n2\n$x\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_profile_is_sourced(openssh_as: AsUser, shell: str) -> None:
    guest = openssh_as(shell, fresh=True)
    write_profile(guest, shell, exported(shell, "FROM_PROFILE", "yes"))
    assert guest.client().run("echo $FROM_PROFILE").stdout == "yes\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_noise_of_the_profile_is_no_part_of_the_output(openssh_as: AsUser, shell: str) -> None:
    guest = openssh_as(shell, fresh=True)
    noise = "echo noise\n" if shell in ("fish", "tcsh") else "echo noise; printf unfinished; echo noise >&2\n"
    write_profile(guest, shell, noise)
    result = guest.client().run("echo clean; echo clean >&2")
    assert (result.stdout, result.stderr) == ("clean\n", "clean\n")


def test_tracing_turned_on_by_the_profile_does_not_show_the_wrap(openssh_as: AsUser) -> None:
    guest = openssh_as("bash", fresh=True)
    write_profile(guest, "bash", "set -x\n")
    result = guest.client().run("echo clean")
    assert result.stdout == "clean\n"
    assert "smolrun" not in result.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_standard_input_is_the_commands_alone(openssh_as: AsUser, shell: str) -> None:
    guest = openssh_as(shell, fresh=True)
    if shell not in ("fish", "tcsh"):
        write_profile(guest, shell, "cat >/dev/null\n")
    assert guest.client().run("cat", stdin=b"a\0b\xff\nlast").stdout_bytes == b"a\0b\xff\nlast"


@pytest.mark.parametrize("shell", SHELLS)
def test_environment_comes_over_stdin_and_leaves_the_rest_to_the_command(openssh_as: AsUser, shell: str) -> None:
    value = 'it\'s $HOME `x` !bang\\ "q"\nsecond line%s\n'
    result = (
        openssh_as(shell)
        .client()
        .run('printf "%s" "$SECRET_VALUE"; printf "|"; cat', environment={"SECRET_VALUE": value}, stdin=b"in\0put")
    )
    assert result.stdout_bytes == value.encode() + b"|in\0put"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_command_longer_than_an_argument_may_be_runs(openssh_as: AsUser, shell: str) -> None:
    text = "x" * 150_000 + "'é"
    result = openssh_as(shell).client().run(f"cat <<'END'\n{text}\nEND\nexit 3", stdin=b"", timeout=60)
    assert (result.exit_code, len(result.stdout), result.stdout[-4:]) == (3, len(text) + 1, "x'é\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_command_of_ninety_kilobytes_runs(openssh_as: AsUser, shell: str) -> None:
    result = openssh_as(shell).client().run("echo " + "y" * 90_000)
    assert (result.exit_code, len(result.stdout)) == (0, 90_001)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_syntax_error_is_a_failure_of_the_command_with_its_message(openssh_as: AsUser, shell: str) -> None:
    result = openssh_as(shell).client().run("if true; then echo yes")
    assert result.exit_code != 0
    assert result.stderr


def test_environment_never_shows_on_a_command_line(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    result = client.run("cat /proc/*/cmdline 2>/dev/null | tr '\\0' ' '", environment={"TOKEN": "planted-4711-secret"})
    assert "cmdline" in result.stdout
    assert "planted-4711-secret" not in result.stdout


def test_nothing_of_the_wrap_is_left_in_the_environment_but_the_task(openssh_as: AsUser) -> None:
    result = openssh_as("bash").client().run("env | grep -i ^smolrun_ | cut -d= -f1 | sort; set | grep ^smolrun_")
    assert result.stdout.split() == ["SMOLRUN_TASK", "SMOLRUN_TEST_SERVER"]


def test_nologin_is_an_error_with_its_text(openssh_as: AsUser) -> None:
    client = openssh_as("nologin").client()
    with pytest.raises(CommandNotStartedError, match="not available") as caught:
        client.run("true")
    assert caught.value.status == 1


def test_a_profile_that_exits_with_zero_is_never_a_success(openssh_as: AsUser) -> None:
    guest = openssh_as("bash", fresh=True)
    write_profile(guest, "bash", "echo goodbye; exit 0\n")
    with pytest.raises(CommandNotStartedError, match="goodbye"):
        guest.client().run("true")


def test_a_shell_that_runs_nothing_and_ends_with_zero_is_never_a_success(openssh_as: AsUser) -> None:
    with pytest.raises(CommandNotStartedError):
        openssh_as("/bin/true").client().run("touch /tmp/never")


def test_a_profile_that_never_ends_is_told_at_the_timeout(openssh_as: AsUser) -> None:
    guest = openssh_as("dash", fresh=True)
    write_profile(guest, "dash", "echo waiting; sleep 60\n")
    with pytest.raises(OperationTimeoutError) as caught:
        guest.client().run("true", timeout=1)
    assert "profile" in (caught.value.hint or "")
    assert caught.value.killed


def test_a_name_that_no_variable_can_have_is_refused_before_anything_is_sent(openssh: Endpoint) -> None:
    client = openssh.client()
    with pytest.raises(NotRunError, match="BAD-NAME"):
        client.run("true", environment={"BAD-NAME": "x"})
    assert not client.connected


def test_login_shell_of_dropbear_and_busybox(busybox_guest: Endpoint) -> None:
    result = busybox_guest.client().run(AWKWARD, environment={"A": "b'c"})
    assert result.stdout.endswith("|é|done\n")
    assert busybox_guest.client().run("exit 9").exit_code == 9
