"""Host keys on real servers: unknown, changed, revoked, pinned, certified; nothing secret goes ahead of the verdict."""

import base64
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smolrun.deadline import Deadline
from smolrun.errors import HostKeyError
from smolrun.ssh.connect import open_transport
from smolrun.ssh.host_keys import PresentedKey, fingerprint
from smolrun.ssh.known_hosts import hash_name
from smolrun.ssh.library import paramiko
from smolrun.ssh.presented_key import HostKeyTransport
from smolrun.ssh.settings import ClientSettings
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import StartOpenSSH
from tests.servers.keys import make_key
from tests.servers.openssh import OpenSSHServer


def settings_for(endpoint: Endpoint, **options: Any) -> ClientSettings:
    options = {"key_path": endpoint.key_path, "ssh_config": "none", "known_hosts": (), **options}
    return ClientSettings(endpoint.host, endpoint.user, endpoint.port, **options)


def connect(endpoint: Endpoint, **options: Any) -> None:
    """Log in and out again."""
    transport = open_transport(settings_for(endpoint, **options), Deadline.after(20))
    assert transport.is_authenticated()
    transport.close()


def name_of(endpoint: Endpoint) -> str:
    return f"[{endpoint.host}]:{endpoint.port}"


@pytest.fixture
def known_hosts(tmp_path: Path) -> Path:
    return tmp_path / "known_hosts"


def assert_nothing_was_offered(endpoint: Endpoint) -> None:
    log = endpoint.log.read_text()
    assert "Accepted" not in log
    assert "Failed" not in log


def test_an_unknown_key_is_refused_and_the_hint_pins_it(start_openssh: StartOpenSSH, known_hosts: Path) -> None:
    server = start_openssh().endpoint()
    with pytest.raises(HostKeyError, match="unknown") as raised:
        connect(server, known_hosts=(known_hosts,))
    assert raised.value.hint is not None
    assert f"--host-key {server.fingerprint}" in raised.value.hint
    assert not known_hosts.exists()
    assert_nothing_was_offered(server)
    # Both ways that the hint names let us in, as they stand there.
    connect(server, host_key=server.fingerprint)
    line = raised.value.hint.partition(f"add this line to {known_hosts}:\n")[2].splitlines()[0]
    known_hosts.write_text(line + "\n")
    connect(server, known_hosts=(known_hosts,))


@pytest.mark.parametrize("form", ["plain", "hashed", "pattern", "list", "bare name"])
def test_a_known_key_lets_in(openssh: Endpoint, known_hosts: Path, form: str) -> None:
    name = name_of(openssh)
    written = {
        "plain": name,
        "hashed": hash_name(name),
        "pattern": f"[127.0.0.?]:{openssh.port}",
        "list": f"web1,{name},web2",
        "bare name": "127.0.0.1",  # as OpenSSH: good for any port that has no line of its own
    }[form]
    known_hosts.write_text(f"{written} {openssh.host_key.public}\n")
    connect(openssh, known_hosts=(known_hosts,))


def test_a_changed_key_is_fatal_under_every_policy_that_checks(
    start_openssh: StartOpenSSH, known_hosts: Path, tmp_path: Path
) -> None:
    server = start_openssh()
    old = server.endpoint()
    known_hosts.write_text(old.known_hosts_line + "\n")
    connect(old, known_hosts=(known_hosts,))
    server.swap_host_key()
    server.restart()
    server.log.write_text("")
    asked: list[str] = []

    def ask(*shown: str) -> bool:
        asked.extend(shown)
        return True

    for options in (
        {"known_hosts": (known_hosts,)},
        {"known_hosts": (known_hosts,), "host_key": "accept-new"},
        {"known_hosts": (known_hosts,), "confirm_host_key": ask},
        {"host_key": old.fingerprint},
    ):
        with pytest.raises(HostKeyError, match=r"changed|not the pinned"):
            connect(old, **options)
    assert asked == []  # nobody is even asked whether a changed key is all right
    assert_nothing_was_offered(old)
    assert known_hosts.read_text() == old.known_hosts_line + "\n"


def test_the_hint_of_a_changed_key_removes_it(start_openssh: StartOpenSSH, known_hosts: Path) -> None:
    server = start_openssh()
    known_hosts.write_text(server.endpoint().known_hosts_line + "\n")
    server.swap_host_key()
    server.restart()
    with pytest.raises(HostKeyError) as raised:
        connect(server.endpoint(), known_hosts=(known_hosts,))
    assert raised.value.hint is not None
    subprocess.run(raised.value.hint.partition("remove the old key: ")[2], shell=True, check=True, capture_output=True)
    with pytest.raises(HostKeyError, match="unknown"):
        connect(server.endpoint(), known_hosts=(known_hosts,))


def test_a_revoked_key_is_fatal(openssh: Endpoint, known_hosts: Path) -> None:
    known_hosts.write_text(f"@revoked * {openssh.host_key.public}\n{openssh.known_hosts_line}\n")
    for policy in ("known_hosts", "accept-new", openssh.fingerprint):
        with pytest.raises(HostKeyError, match="revoked"):
            connect(openssh, known_hosts=(known_hosts,), host_key=policy)


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_the_known_type_is_asked_for_whatever_the_server_prefers(
    start_openssh: StartOpenSSH, known_hosts: Path, kind: str
) -> None:
    server = start_openssh(host_key_types=("ed25519", "ecdsa", "rsa"))
    known_hosts.write_text(f"{name_of(server.endpoint())} {server.host_keys[kind].public}\n")
    connect(server.endpoint(), known_hosts=(known_hosts,))
    connect(server.endpoint(), host_key=server.host_keys[kind].fingerprint)


def test_a_key_of_another_type_does_not_count_as_new(start_openssh: StartOpenSSH, known_hosts: Path) -> None:
    """Somebody in between could otherwise show a key of a type that we don't know yet."""
    server = start_openssh(host_key_types=("ed25519",))
    other = make_key(known_hosts.with_name("other"), "ecdsa")
    known_hosts.write_text(f"{name_of(server.endpoint())} {other.public}\n")
    with pytest.raises(HostKeyError, match="changed"):
        connect(server.endpoint(), known_hosts=(known_hosts,), host_key="accept-new")


def test_accept_new_keeps_the_key_and_checks_it_from_then_on(start_openssh: StartOpenSSH, known_hosts: Path) -> None:
    server = start_openssh()
    connect(server.endpoint(), known_hosts=(known_hosts,), host_key="accept-new")
    assert known_hosts.read_text() == server.endpoint().known_hosts_line + "\n"
    connect(server.endpoint(), known_hosts=(known_hosts,))


def test_accept_new_without_a_place_to_keep_it_is_an_error(openssh: Endpoint, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for files in ((), (tmp_path / "file" / "known_hosts",)):
        with pytest.raises(HostKeyError, match="cannot be kept"):
            connect(openssh, known_hosts=files, host_key="accept-new")


def test_a_person_is_asked_with_the_fingerprint(openssh: Endpoint, known_hosts: Path) -> None:
    shown: list[tuple[str, str, str]] = []

    def answer(yes: bool) -> Callable[[str, str, str], bool]:
        def ask(*what: str) -> bool:
            shown.append((what[0], what[1], what[2]))
            return yes

        return ask

    with pytest.raises(HostKeyError, match="unknown"):
        connect(openssh, known_hosts=(known_hosts,), confirm_host_key=answer(False))
    connect(openssh, known_hosts=(known_hosts,), confirm_host_key=answer(True))
    assert shown == [(name_of(openssh), "ssh-ed25519", openssh.fingerprint)] * 2
    connect(openssh, known_hosts=(known_hosts,))


def test_insecure_lets_anything_in(openssh: Endpoint, known_hosts: Path) -> None:
    known_hosts.write_text(f"@revoked * {openssh.host_key.public}\n")
    connect(openssh, known_hosts=(known_hosts,), host_key="insecure")
    assert known_hosts.read_text().startswith("@revoked")


@pytest.mark.parametrize("policy", ["", "yes", "SHA256:", "SHA256:abc", "sha256:" + "A" * 43, "MD5:aa", "A" * 43])
def test_a_policy_that_is_none_is_refused(policy: str) -> None:
    with pytest.raises(ValueError, match="host_key"):
        ClientSettings("web1", host_key=policy)


def test_our_fingerprint_is_openssh_s(openssh: Endpoint) -> None:
    assert fingerprint(base64.b64decode(openssh.host_key.public.split()[1])) == openssh.fingerprint


def test_the_usual_arguments_for_throw_away_guests_work(openssh: Endpoint) -> None:
    arguments = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ControlPersist=60s"
    for _ in range(2):
        connect(openssh, ssh_arguments=arguments, known_hosts=None)


@pytest.mark.parametrize("hashed", ["yes", "no"])
def test_new_keys_go_to_the_file_of_the_arguments(openssh: Endpoint, known_hosts: Path, hashed: str) -> None:
    arguments = f"-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile={known_hosts} -o HashKnownHosts={hashed}"
    connect(openssh, ssh_arguments=arguments, known_hosts=None)
    assert known_hosts.read_text().startswith("|1|" if hashed == "yes" else name_of(openssh))
    connect(openssh, known_hosts=(known_hosts,))


def test_an_alias_for_host_keys_stands_for_the_name(openssh: Endpoint, known_hosts: Path) -> None:
    known_hosts.write_text(f"guests {openssh.host_key.public}\n")
    connect(openssh, ssh_arguments="-o HostKeyAlias=guests", known_hosts=(known_hosts,))
    with pytest.raises(HostKeyError, match="unknown"):
        connect(openssh, known_hosts=(known_hosts,))


def test_another_host_key_in_a_later_key_exchange_ends_the_connection(openssh: Endpoint, tmp_path: Path) -> None:
    transport = open_transport(settings_for(openssh, host_key=openssh.fingerprint), Deadline.after(20))
    try:
        assert isinstance(transport, HostKeyTransport)
        transport.renegotiate_keys()  # the same key again is fine
        other = base64.b64decode(make_key(tmp_path / "other").public.split()[1])
        transport.presented = PresentedKey("ssh-ed25519", other)
        with pytest.raises((paramiko.SSHException, EOFError)):
            transport.renegotiate_keys()
        assert not transport.is_active()
    finally:
        transport.close()


# --- certificates ---


class Certified:
    """A server whose ed25519 host key an authority has signed."""

    def __init__(self, start: StartOpenSSH, folder: Path, *arguments: str) -> None:
        self.authority = make_key(folder / "authority")
        key = make_key(folder / "certified")
        self.sign(key.path, *arguments)
        certificate = key.path.with_name("certified-cert.pub")
        server: OpenSSHServer = start({"HostKey": str(key.path), "HostCertificate": str(certificate)})
        self.endpoint = replace(server.endpoint(), host_key=key)
        self.line = f"@cert-authority 127.0.0.*,[127.0.0.*]:* {self.authority.public}"

    def sign(self, path: Path, *arguments: str) -> None:
        command = ["ssh-keygen", "-q", "-s", str(self.authority.path), "-I", "test", "-h", *arguments, str(path)]
        subprocess.run(command, check=True, capture_output=True)


def test_a_host_certificate_of_a_trusted_authority_lets_in(
    start_openssh: StartOpenSSH, tmp_path: Path, known_hosts: Path
) -> None:
    server = Certified(start_openssh, tmp_path, "-n", "web1,127.0.0.1")
    known_hosts.write_text(server.line + "\n")
    connect(server.endpoint, known_hosts=(known_hosts,))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("-n", "elsewhere"), "is for elsewhere, not for"),
        (("-n", "127.0.0.1", "-V", "20200101:20200102"), "not valid now"),
        (("-n", "127.0.0.1", "-V", "+1d:+2d"), "not valid now"),
        ((), "is for no host"),
    ],
)
def test_a_certificate_that_does_not_fit_is_refused(
    start_openssh: StartOpenSSH, tmp_path: Path, known_hosts: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    server = Certified(start_openssh, tmp_path, *arguments)
    known_hosts.write_text(server.line + "\n")
    with pytest.raises(HostKeyError, match=complaint):
        connect(server.endpoint, known_hosts=(known_hosts,))


def test_a_certificate_of_another_authority_is_as_good_as_none(
    start_openssh: StartOpenSSH, tmp_path: Path, known_hosts: Path
) -> None:
    server = Certified(start_openssh, tmp_path, "-n", "127.0.0.1")
    stranger = make_key(tmp_path / "stranger")
    known_hosts.write_text(f"@cert-authority * {stranger.public}\n")
    with pytest.raises(HostKeyError, match="unknown"):
        connect(server.endpoint, known_hosts=(known_hosts,))


def test_a_known_key_inside_a_strange_certificate_lets_in(
    start_openssh: StartOpenSSH, tmp_path: Path, known_hosts: Path
) -> None:
    server = Certified(start_openssh, tmp_path, "-n", "127.0.0.1")
    stranger = make_key(tmp_path / "stranger")
    known_hosts.write_text(f"@cert-authority * {stranger.public}\n{server.endpoint.known_hosts_line}\n")
    connect(server.endpoint, known_hosts=(known_hosts,))


@pytest.mark.parametrize("revoked", ["authority", "key"])
def test_a_certificate_that_rests_on_a_revoked_key_is_refused(
    start_openssh: StartOpenSSH, tmp_path: Path, known_hosts: Path, revoked: str
) -> None:
    server = Certified(start_openssh, tmp_path, "-n", "127.0.0.1")
    key = server.authority if revoked == "authority" else server.endpoint.host_key
    known_hosts.write_text(f"{server.line}\n@revoked * {key.public}\n")
    with pytest.raises(HostKeyError, match="revoke"):
        connect(server.endpoint, known_hosts=(known_hosts,))


def test_a_plain_key_where_a_certificate_was_expected_is_unknown(openssh: Endpoint, known_hosts: Path) -> None:
    authority = make_key(known_hosts.with_name("authority"))
    known_hosts.write_text(f"@cert-authority * {authority.public}\n")
    with pytest.raises(HostKeyError, match="certificate of a known authority was expected"):
        connect(openssh, known_hosts=(known_hosts,))
