"""Writing Ansible Vault, version 1.1 and, where the password has an id of its own, 1.2.

The format: docs.ansible.com, "Protecting sensitive data with Ansible vault", section "Format of files encrypted
with Ansible Vault". The text is padded as PKCS #7 says (RFC 5652, section 6.3).
"""

import binascii
import hashlib
import hmac
import os
import re

from smolrun.source.vault import (
    BLOCK_BYTES,
    DEFAULT_LABEL,
    KEY_BYTES,
    VaultError,
    VaultSecret,
    derive_key,
)

SALT_BYTES = 32
_LINE = 80
_LABEL = re.compile(r"[^\s;]+\Z")
_INDENT = " " * 10
"""Of a vaulted value in YAML, as ansible-vault writes it; it fits below every key that is indented less."""


def encrypt(content: bytes, secret: VaultSecret, *, salt: bytes | None = None) -> bytes:
    """A vaulted text, header line and final line end included.

    Args:
        content: what is to be hidden.
        secret: its label becomes part of the header unless it is ``default``.
        salt: for known answers in tests; a random one otherwise.

    Raises:
        VaultError: the label cannot stand in a header.
    """
    if not _LABEL.match(secret.label):
        raise VaultError(f"the vault id {secret.label!r} has a space or a semicolon in it")
    salt = os.urandom(SALT_BYTES) if salt is None else salt
    key = derive_key(secret.password, salt)
    cipher = _encipher(key, content)
    mac = hmac.new(key[KEY_BYTES : 2 * KEY_BYTES], cipher, hashlib.sha256).digest()
    body = binascii.hexlify(b"\n".join(map(binascii.hexlify, (salt, mac, cipher)))).decode()
    version, label = ("1.1", "") if secret.label == DEFAULT_LABEL else ("1.2", f";{secret.label}")
    lines = [f"$ANSIBLE_VAULT;{version};AES256{label}"]
    lines += [body[start : start + _LINE] for start in range(0, len(body), _LINE)]
    return ("\n".join(lines) + "\n").encode()


def as_yaml(vaulted: bytes, name: str | None = None) -> str:
    """A vaulted text as a value for a YAML file, behind its name if it has one."""
    lines = [f"{name}: !vault |" if name else "!vault |"]
    return "\n".join(lines + [_INDENT + line for line in vaulted.decode().splitlines()]) + "\n"


def _encipher(key: bytes, content: bytes) -> bytes:
    # Imported here: a run that encrypts nothing should not pay for it when starting.
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CTR

    padding = BLOCK_BYTES - len(content) % BLOCK_BYTES
    encryptor = Cipher(AES(key[:KEY_BYTES]), CTR(key[2 * KEY_BYTES :])).encryptor()
    return encryptor.update(content + bytes([padding]) * padding) + encryptor.finalize()
