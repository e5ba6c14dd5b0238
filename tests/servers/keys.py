"""Throw-away key pairs."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key file and its public half.

    Attributes:
        path: the private key, in OpenSSH's format.
        public: ``type base64``, without a comment.
        fingerprint: as OpenSSH shows it, ``SHA256:…``.
    """

    path: Path
    public: str
    fingerprint: str

    @property
    def type(self) -> str:
        return self.public.split()[0]


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> KeyPair:
    """Generate a key pair at `path` (and ``path.pub``), replacing what is there."""
    path.unlink(missing_ok=True)
    arguments = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", str(path)]
    if kind == "rsa":
        arguments += ["-b", "2048"]
    subprocess.run(arguments, check=True)
    public = " ".join(path.with_name(path.name + ".pub").read_text().split()[:2])
    shown = subprocess.run(["ssh-keygen", "-lf", str(path)], check=True, capture_output=True, text=True).stdout
    return KeyPair(path, public, shown.split()[1])
