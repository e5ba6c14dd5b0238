"""Private key files: every kind that works, and exactly what is wrong with the others."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from smolrun.errors import AuthenticationError
from smolrun.ssh.key_files import is_encrypted, load_key, public_blob
from smolrun.ssh.library import paramiko
from tests.servers.keys import make_key


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_keys_are_read_in_openssh_s_format(tmp_path: Path, kind: str, passphrase: str) -> None:
    pair = make_key(tmp_path / "key", kind, passphrase)
    asked: list[str] = []

    def ask(path: str) -> str:
        asked.append(path)
        return passphrase

    key = load_key(pair.path, ask)
    assert key.fingerprint == pair.fingerprint
    assert asked == ([str(pair.path)] if passphrase else [])
    assert key.asbytes() == public_blob(pair.path)


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_keys_are_read_in_pem_format(tmp_path: Path, kind: str, passphrase: str) -> None:
    pair = make_key(tmp_path / "key", kind)
    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-m", "PEM", "-P", "", "-N", passphrase, "-f", str(pair.path)], check=True
    )
    assert is_encrypted(pair.path.read_bytes()) is bool(passphrase)
    assert load_key(pair.path, lambda path: passphrase).fingerprint == pair.fingerprint


def test_keys_are_read_whatever_their_padding(tmp_path: Path) -> None:
    """Without a comment an ecdsa key in OpenSSH's format has, as chance will have it, one byte of padding or none."""
    refused_by_paramiko = 0
    for _ in range(24):
        pair = make_key(tmp_path / "key", "ecdsa")
        assert load_key(pair.path).fingerprint == pair.fingerprint
        try:
            paramiko.PKey.from_path(pair.path)
        except (ValueError, paramiko.SSHException):
            refused_by_paramiko += 1
    assert refused_by_paramiko, "paramiko reads them now: the way by PEM can go"


def test_an_encrypted_key_without_a_passphrase_says_what_to_do(tmp_path: Path) -> None:
    path = make_key(tmp_path / "key", passphrase="secret").path
    for ask in (None, lambda path: None):
        with pytest.raises(AuthenticationError, match="encrypted") as raised:
            load_key(path, ask)
        assert "ssh-add" in str(raised.value.hint)


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_wrong_passphrase_is_called_so(tmp_path: Path, kind: str) -> None:
    path = make_key(tmp_path / "key", kind, "right").path
    with pytest.raises(AuthenticationError, match=r"passphrase of the key .* is wrong"):
        load_key(path, lambda path: "wrong")


def test_what_is_no_private_key_is_named(tmp_path: Path) -> None:
    pair = make_key(tmp_path / "key")
    text = pair.path.read_text()
    (tmp_path / "putty").write_text("PuTTY-User-Key-File-3: ssh-ed25519\n")
    (tmp_path / "cut").write_text(text[: len(text) // 2])
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "text").write_text("hello\n")
    (tmp_path / "damaged").write_text(text.replace("\n", "", 1))
    for name, complaint in {
        "key.pub": "is a public key",
        "putty": "PuTTY",
        "cut": "not a private key",
        "empty": "is empty",
        "text": "not a private key",
        "damaged": "not a private key",
        "none": "does not exist",
        ".": "is a folder",
    }.items():
        with pytest.raises(AuthenticationError, match=complaint):
            load_key(tmp_path / name)


def test_a_key_of_a_type_that_is_not_supported_is_named(tmp_path: Path) -> None:
    pem = subprocess.run(["openssl", "genpkey", "-algorithm", "X25519"], capture_output=True, check=True).stdout
    (tmp_path / "x25519").write_bytes(pem)
    with pytest.raises(AuthenticationError, match="type that is not supported"):
        load_key(tmp_path / "x25519")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_key_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = make_key(tmp_path / "key").path
    path.chmod(0)
    with pytest.raises(AuthenticationError, match="cannot be read"):
        load_key(path)


def test_a_key_without_its_public_file_has_no_known_public_half(tmp_path: Path) -> None:
    path = make_key(tmp_path / "key").path
    shutil.move(f"{path}.pub", tmp_path / "elsewhere")
    assert public_blob(path) is None
