"""Keys that live as long as one guest."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from smolrun.ssh.library import paramiko


def write_key(path: Path) -> paramiko.Ed25519Key:
    """Make an Ed25519 key pair and keep its private half in `path`, readable by its owner alone."""
    private = Ed25519PrivateKey.generate()
    content = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(content)
    return paramiko.Ed25519Key.from_private_key_file(str(path))


def public_line(path: Path) -> str:
    """The public half of a key that `write_key` made, as a line of authorized_keys."""
    key = paramiko.Ed25519Key.from_private_key_file(str(path))
    return f"{key.get_name()} {key.get_base64()}\n"
