"""Passwords for logging in, becoming another user and opening vaults: from files and typed, on a real server."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended, program
from tests.cli.on_a_terminal import OnATerminal
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser
from tests.servers.sudo import Sudoers
from tests.source.test_vault import PASSWORD, VALUE

Smolrun = Callable[..., Ended]
Playbook = Callable[..., str]
BECOMES = "- command: id -un\n  become: true\n  register: who\n- assert: {that: who.stdout == 'root'}"


def inventory(*guests: Endpoint, by_key: bool = True) -> str:
    """An inventory file with a host ``web1``, ``web2``, … for each login."""
    lines = []
    for number, guest in enumerate(guests, 1):
        key = f" ansible_ssh_private_key_file={guest.key_path}" if by_key else ""
        lines.append(
            f"web{number} ansible_host={guest.host} ansible_port={guest.port} ansible_user={guest.user}"
            f" ansible_host_key={guest.fingerprint}{key}"
        )
    Path("hosts").write_text("\n".join(lines) + "\n")
    return "hosts"


def password_file(password: str | None, name: str = "password") -> str:
    assert password is not None
    Path(name).write_text(password + "\n")
    return name


@pytest.fixture
def sudo_asks(openssh_as: AsUser, sudoers: Sudoers) -> Endpoint:
    guest = openssh_as("bash", fresh=True)
    sudoers(guest, "ALL=(ALL) ALL")
    return guest


@pytest.mark.root
def test_login_password_is_asked_for_once_for_all_hosts(openssh_as: AsUser, playbook: Playbook) -> None:
    guest = openssh_as("bash")
    assert guest.password
    hosts = inventory(guest, guest, by_key=False)
    with OnATerminal("run", playbook("- run: echo in"), "-i", hosts, "-k", "-v") as terminal:
        terminal.read_until("SSH password: ")
        terminal.type(guest.password + "\n")
        shown = terminal.read_until("PLAY RECAP")
        assert terminal.end() == 0
    assert shown.count("SSH password: ") == 1
    assert "changed: [web1]" in shown
    assert "changed: [web2]" in shown
    assert guest.password not in terminal.shown


@pytest.mark.root
def test_login_password_from_a_file(smolrun: Smolrun, openssh_as: AsUser, playbook: Playbook) -> None:
    guest = openssh_as("bash")
    hosts = inventory(guest, by_key=False)
    assert (
        smolrun(
            "run", playbook("- ping:"), "-i", hosts, "--connection-password-file", password_file(guest.password)
        ).code
        == 0
    )
    ended = smolrun("run", playbook("- ping:"), "-i", hosts, "--connection-password-file", password_file("wrong-one"))
    assert ended.code == 4
    assert "wrong-one" not in ended.out + ended.err


@pytest.mark.root
def test_sudo_password_is_asked_for_before_connecting(sudo_asks: Endpoint, playbook: Playbook) -> None:
    assert sudo_asks.password
    with OnATerminal("run", playbook(BECOMES), "-i", inventory(sudo_asks), "-K") as terminal:
        assert "PLAY" not in terminal.read_until("BECOME password: ")
        terminal.type(sudo_asks.password + "\n")
        terminal.read_until("PLAY RECAP")
        assert terminal.end() == 0
    assert sudo_asks.password not in terminal.shown


@pytest.mark.root
def test_empty_sudo_password_means_the_login_password(sudo_asks: Endpoint, playbook: Playbook) -> None:
    assert sudo_asks.password
    with OnATerminal("run", playbook(BECOMES), "-i", inventory(sudo_asks, by_key=False), "-k", "-K") as terminal:
        terminal.read_until("SSH password: ")
        terminal.type(sudo_asks.password + "\n")
        terminal.read_until("BECOME password [defaults to the SSH password]: ")
        terminal.type("\n")
        terminal.read_until("PLAY RECAP")
        assert terminal.end() == 0


@pytest.mark.root
def test_sudo_password_from_a_file_shows_nowhere(smolrun: Smolrun, sudo_asks: Endpoint, playbook: Playbook) -> None:
    file = password_file(sudo_asks.password)
    for flags in (("-vvv",), ("--output", "json", "--junit", "results.xml")):
        ended = smolrun("run", playbook(BECOMES), "-i", inventory(sudo_asks), "--become-password-file", file, *flags)
        assert ended.code == 0, ended.out + ended.err
        assert str(sudo_asks.password) not in ended.out + ended.err
    assert str(sudo_asks.password) not in Path("results.xml").read_text()


@pytest.mark.root
@pytest.mark.parametrize("given", [None, "wrong-one"])
def test_missing_or_wrong_sudo_password_fails_with_what_to_do(
    smolrun: Smolrun, sudo_asks: Endpoint, playbook: Playbook, given: str | None
) -> None:
    flags = ("--become-password-file", password_file(given)) if given else ()
    ended = smolrun("run", playbook(BECOMES), "-i", inventory(sudo_asks), *flags)
    assert ended.code == 2
    assert "-K, --become-password-file or ansible_become_password" in ended.out
    assert "wrong-one" not in ended.out + ended.err


def test_exec_with_become_and_a_password_file(sudo_asks: Endpoint) -> None:
    hosts, file = inventory(sudo_asks), password_file(sudo_asks.password)
    done = program("exec", "web1", "-i", hosts, "-b", "--become-password-file", file, "--", "id", "-un")
    assert (done.returncode, done.stdout, done.stderr) == (0, "root\n", "")


def vaulted(label: str) -> str:
    """The vaulted text of the samples, marked with an id."""
    lines = VALUE.splitlines()
    return "\n".join(f"  {line}" for line in ("$ANSIBLE_VAULT;1.2;AES256;" + label, *lines[1:])) + "\n"


def test_vault_ids_open_what_is_marked_with_them(smolrun: Smolrun, playbook: Playbook) -> None:
    Path("vars.yml").write_text("token: !vault |\n" + vaulted("prod"))
    path = playbook("- assert: {that: token | length > 3}")
    other, right = password_file("another", "dev.pass"), password_file(PASSWORD.decode(), "prod.pass")
    flags = ("--guest", "embedded", "-e", "@vars.yml")
    assert smolrun("run", path, *flags, "--vault-id", f"dev@{other}", "--vault-id", f"prod@{right}").code == 0
    ended = smolrun("run", path, *flags, "--vault-id", f"dev@{other}")
    assert ended.code != 0
    assert "prod" in ended.out + ended.err


def test_vault_id_may_be_typed(playbook: Playbook) -> None:
    Path("vars.yml").write_text("token: !vault |\n" + vaulted("prod"))
    path = playbook("- assert: {that: token | length > 3}")
    with OnATerminal("run", path, "--guest", "embedded", "-e", "@vars.yml", "--vault-id", "prod@prompt") as terminal:
        terminal.read_until("Vault password (prod): ")
        terminal.type(PASSWORD.decode() + "\n")
        terminal.read_until("PLAY RECAP")
        assert terminal.end() == 0
    assert PASSWORD.decode() not in terminal.shown
