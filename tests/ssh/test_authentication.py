"""Logging in to real servers: which credentials are offered, in which order, and what is said when none will do."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from smolrun.deadline import Deadline
from smolrun.errors import AuthenticationError
from smolrun.ssh.connect import open_transport
from smolrun.ssh.settings import ClientSettings
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser, StartOpenSSH
from tests.servers.keys import KeyPair, make_key
from tests.servers.users import User

MakeUser = Callable[[str], User]


def log_in(endpoint: Endpoint, **options: Any) -> None:
    options = {"ssh_config": "none", "host_key": endpoint.fingerprint, "user": endpoint.user, **options}
    transport = open_transport(ClientSettings(endpoint.host, port=endpoint.port, **options), Deadline.after(20))
    assert transport.is_authenticated()
    transport.close()


@pytest.fixture(autouse=True)
def no_agent_and_no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """What lies in the real home of whoever runs the tests must not matter."""
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """A running ssh-agent; the fixture's value loads a key into it."""
    socket = tmp_path / "agent"

    def load(path: Path) -> None:
        subprocess.run(["ssh-add", "-q", str(path)], check=True, capture_output=True)

    with subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL) as process:
        try:
            monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
            for _ in range(1000):
                if subprocess.run(["ssh-add", "-l"], capture_output=True, check=False).returncode < 2:
                    break
            yield load
        finally:
            process.terminate()


@pytest.fixture
def wrong_key(tmp_path: Path) -> KeyPair:
    return make_key(tmp_path / "wrong")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_every_type_of_key_lets_in(start_openssh: StartOpenSSH, tmp_path: Path, kind: str) -> None:
    server = start_openssh()
    key = make_key(tmp_path / "key", kind)
    server.authorized_keys.write_text(key.public + "\n")
    log_in(server.endpoint(), key_path=key.path)


@pytest.mark.root
@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_dropbear_lets_in_by_key(dropbear: Endpoint, tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path / "key", kind)
    assert dropbear.home is not None
    with (dropbear.home / ".ssh" / "authorized_keys").open("a") as file:
        file.write(key.public + "\n")
    log_in(dropbear, key_path=key.path)


def test_a_rejected_key_is_offered_once_and_final(start_openssh: StartOpenSSH, wrong_key: KeyPair) -> None:
    server = start_openssh({"LogLevel": "DEBUG1"})
    with pytest.raises(AuthenticationError, match="rejected") as raised:
        log_in(server.endpoint(), key_path=wrong_key.path, connect_timeout=5)
    assert "authorized_keys" in str(raised.value.hint)
    assert server.log.read_text().count("Postponed") == 0
    assert server.log.read_text().count("userauth-request for user") <= 2
    assert server.log.read_text().count("Connection from") == 2  # ours, and the one that waited for the server


@pytest.mark.root
def test_a_password_lets_in(openssh_as: AsUser) -> None:
    user = openssh_as("bash")
    log_in(user, password=user.password)


@pytest.mark.root
def test_dropbear_takes_a_password(dropbear: Endpoint) -> None:
    log_in(dropbear, password=dropbear.password)


@pytest.mark.root
def test_keyboard_interactive_is_answered_with_the_password(start_openssh: StartOpenSSH, make_user: MakeUser) -> None:
    server = start_openssh({"UsePAM": "yes", "PasswordAuthentication": "no", "KbdInteractiveAuthentication": "yes"})
    user = server.endpoint(make_user("/bin/bash"))
    log_in(user, password=user.password)
    with pytest.raises(AuthenticationError, match="rejected the login with password"):
        log_in(user, password="wrong")


@pytest.mark.root
def test_a_wrong_password_counts_once(start_openssh: StartOpenSSH, make_user: MakeUser) -> None:
    server = start_openssh({"UsePAM": "yes", "KbdInteractiveAuthentication": "yes"})
    user = server.endpoint(make_user("/bin/bash"))
    with pytest.raises(AuthenticationError, match="rejected the login with password"):
        log_in(user, password="wrong")
    assert server.log.read_text().count("Failed password") == 1
    assert server.log.read_text().count("Failed keyboard-interactive") == 0


@pytest.mark.root
def test_the_key_wins_over_the_password(openssh_as: AsUser, wrong_key: KeyPair) -> None:
    user = openssh_as("bash")
    log_in(user, key_path=user.key_path, password="wrong")
    before = user.log.read_text().count("Failed password")
    with pytest.raises(AuthenticationError):
        log_in(user, key_path=wrong_key.path, password=user.password)
    assert user.log.read_text().count("Failed password") == before


@pytest.mark.root
def test_a_server_that_wants_both_gets_both(start_openssh: StartOpenSSH, make_user: MakeUser) -> None:
    server = start_openssh({"AuthenticationMethods": "publickey,password"})
    user = server.endpoint(make_user("/bin/bash"))
    log_in(user, key_path=user.key_path, password=user.password)
    with pytest.raises(AuthenticationError, match="also wants password"):
        log_in(user, key_path=user.key_path)


def test_the_agent_is_asked_when_neither_is_given(
    openssh: Endpoint, agent: Callable[[Path], None], wrong_key: KeyPair
) -> None:
    agent(wrong_key.path)
    agent(openssh.key_path)
    log_in(openssh)
    with pytest.raises(AuthenticationError):
        log_in(openssh, use_agent=False)


def test_an_explicit_key_switches_the_agent_and_the_default_keys_off(
    openssh: Endpoint, agent: Callable[[Path], None], wrong_key: KeyPair, no_agent_and_no_home: Path
) -> None:
    agent(openssh.key_path)
    (no_agent_and_no_home / ".ssh" / "id_ed25519").write_bytes(openssh.key_path.read_bytes())
    with pytest.raises(AuthenticationError, match="rejected"):
        log_in(openssh, key_path=wrong_key.path)
    with pytest.raises(AuthenticationError):
        log_in(openssh, password="wrong")
    log_in(openssh)


@pytest.mark.parametrize("name", ["id_ed25519", "id_rsa"])
def test_default_keys_are_tried(openssh: Endpoint, no_agent_and_no_home: Path, name: str) -> None:
    (no_agent_and_no_home / ".ssh" / name).write_bytes(openssh.key_path.read_bytes())
    log_in(openssh)


def test_identity_file_of_the_configuration_is_tried(openssh: Endpoint, tmp_path: Path, wrong_key: KeyPair) -> None:
    config = tmp_path / "config"
    config.write_text(f"Host *\n IdentityFile {wrong_key.path}\n IdentityFile {openssh.key_path}\n")
    log_in(openssh, ssh_config=config)
    log_in(openssh, ssh_arguments=f"-i {openssh.key_path}")


def test_identities_only_leaves_the_agent_alone(
    openssh: Endpoint, agent: Callable[[Path], None], wrong_key: KeyPair
) -> None:
    agent(openssh.key_path)
    with pytest.raises(AuthenticationError):
        log_in(openssh, ssh_arguments=f"-i {wrong_key.path} -o IdentitiesOnly=yes")
    log_in(openssh, ssh_arguments=f"-i {wrong_key.path}")


def test_an_encrypted_identity_that_the_agent_holds_is_used(
    start_openssh: StartOpenSSH, agent: Callable[[Path], None], tmp_path: Path
) -> None:
    server = start_openssh()
    key = make_key(tmp_path / "key")
    server.authorized_keys.write_text(key.public + "\n")
    agent(key.path)
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", str(key.path)], check=True)
    log_in(server.endpoint(), ssh_arguments=f"-i {key.path} -o IdentitiesOnly=yes")


def test_default_keys_that_cannot_be_used_are_named(openssh: Endpoint, no_agent_and_no_home: Path) -> None:
    make_key(no_agent_and_no_home / ".ssh" / "id_ed25519", passphrase="secret")
    with pytest.raises(AuthenticationError, match=r"no key and no password to offer.*id_ed25519 is encrypted"):
        log_in(openssh)


def test_too_many_keys_are_told_from_a_lost_connection(
    start_openssh: StartOpenSSH, agent: Callable[[Path], None], tmp_path: Path
) -> None:
    server = start_openssh({"MaxAuthTries": "2"})
    for number in range(4):
        agent(make_key(tmp_path / f"key{number}").path)
    with pytest.raises(AuthenticationError, match="rejected the login") as raised:
        log_in(server.endpoint())
    assert "few tries" in str(raised.value.hint)


def test_a_key_file_that_is_wrong_is_told_without_connecting(tmp_path: Path) -> None:
    settings = ClientSettings("192.0.2.1", key_path=tmp_path / "none", ssh_config="none", host_key="insecure")
    with pytest.raises(AuthenticationError, match="does not exist"):
        open_transport(settings, Deadline.after(5))


def test_no_secret_is_shown(openssh: Endpoint) -> None:
    with pytest.raises(AuthenticationError) as raised:
        log_in(openssh, password="hush-hush")
    assert "hush" not in f"{raised.value} {raised.value.hint} {raised.value!r}"
    assert "hush" not in repr(ClientSettings("web1", password="hush-hush"))
