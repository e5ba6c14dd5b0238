"""Reads private key files, and says exactly what is wrong with one that cannot be used."""

import base64
import binascii
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from smolrun.errors import AuthenticationError
from smolrun.ssh.library import paramiko

Passphrase = Callable[[str], str | None]

DEFAULT_NAMES = ("id_ed25519", "id_ecdsa", "id_rsa")
"""The files of ``~/.ssh`` that are tried by default (ssh(1), ``-i``), less the types that paramiko cannot use."""

_OPENSSH_BEGIN = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_OPENSSH_END = b"-----END OPENSSH PRIVATE KEY-----"
_MAGIC = b"openssh-key-v1\0"  # PROTOCOL.key of OpenSSH
_PUBLIC_STARTS = (b"ssh-", b"ecdsa-sha2-", b"sk-", b"---- BEGIN SSH2 PUBLIC KEY")


def load_key(path: Path, passphrase: Passphrase | None = None) -> paramiko.PKey:
    """The private key in a file, with its certificate where ``PATH-cert.pub`` lies beside it.

    Args:
        passphrase: asked with the path if the key is encrypted; None or an answer of None means that there is none.

    Raises:
        AuthenticationError: it cannot be used.
    """
    data = _read(path)
    if data.lstrip().startswith(_PUBLIC_STARTS):
        raise AuthenticationError(f"{path} is a public key", hint="give the private key, without .pub")
    if data.lstrip().startswith(b"PuTTY-User-Key-File"):
        raise AuthenticationError(
            f"{path} is a key in PuTTY's format", hint=f"convert it: puttygen {path} -O private-openssh -o NEW"
        )
    secret = None
    if is_encrypted(data):
        secret = passphrase(str(path)) if passphrase is not None else None
        if secret is None:
            raise AuthenticationError(
                f"the key {path} is encrypted and no passphrase is known",
                hint=f"load it into the agent with ssh-add {path} (and name no key file), or use a key without one",
            )
    try:
        return _parse(path, data, None if secret is None else secret.encode())
    except paramiko.pkey.UnknownKeyType as error:
        raise AuthenticationError(
            f"the key {path} is of a type that is not supported", hint="use an ed25519, ecdsa or rsa key"
        ) from error
    except (ValueError, TypeError, paramiko.SSHException) as error:
        if secret is not None:
            raise AuthenticationError(f"the passphrase of the key {path} is wrong") from error
        raise AuthenticationError(
            f"{path} is not a private key that can be read", hint="use an ed25519, ecdsa or rsa key"
        ) from error


def _parse(path: Path, data: bytes, secret: Any) -> paramiko.PKey:
    """The key in `data`, which is the content of `path`; `secret` is bytes, whatever paramiko's annotations say."""
    try:
        return paramiko.PKey.from_path(path, password=secret)
    except (ValueError, paramiko.SSHException):
        return _by_way_of_pem(path, data, secret)


def _by_way_of_pem(path: Path, data: bytes, secret: bytes | None) -> paramiko.PKey:
    """The same key, read by `cryptography` and handed on in another form.

    paramiko 5.1 takes the padding of a file in OpenSSH's format for its last byte even where there is no padding: half
    of all ecdsa keys without a comment cannot be read by it.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_ssh_private_key,
    )

    loaded = load_ssh_private_key(data, secret)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise ValueError("neither ecdsa nor rsa")  # noqa: TRY004 - as for any file that cannot be used
    pem = io.StringIO(loaded.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode())
    kind = paramiko.RSAKey if isinstance(loaded, rsa.RSAPrivateKey) else paramiko.ECDSAKey
    key = kind.from_private_key(pem)
    certificate = path.with_name(path.name + "-cert.pub")
    if certificate.exists():
        key.load_certificate(str(certificate))
    return key


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise AuthenticationError(f"the key file {path} does not exist") from error
    except IsADirectoryError as error:
        raise AuthenticationError(f"{path} is a folder, not a key file") from error
    except OSError as error:
        raise AuthenticationError(f"the key file {path} cannot be read: {error.strerror}") from error
    if not data.strip():
        raise AuthenticationError(f"the key file {path} is empty")
    return data


def is_encrypted(data: bytes) -> bool:
    """Whether a private key needs a passphrase (PROTOCOL.key of OpenSSH; RFC 1421 and PKCS#8 for PEM)."""
    text = data.strip()
    if not text.startswith(_OPENSSH_BEGIN):
        return b"ENCRYPTED" in text
    body = text.removeprefix(_OPENSSH_BEGIN).partition(_OPENSSH_END)[0]
    try:
        raw = base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        return False
    cipher_at = len(_MAGIC) + 4
    length = int.from_bytes(raw[len(_MAGIC) : cipher_at], "big")
    return raw.startswith(_MAGIC) and raw[cipher_at : cipher_at + length] != b"none"


def public_blob(path: Path) -> bytes | None:
    """The public half that lies beside a private key, as it goes over the wire; None if there is none."""
    try:
        return base64.b64decode(path.with_name(path.name + ".pub").read_text().split()[1], validate=True)
    except (OSError, ValueError, IndexError):
        return None
