"""The ``known_hosts`` format: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT."""

import base64
import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.patterns import matches_any

REVOKED = "@revoked"
AUTHORITY = "@cert-authority"


@dataclass(frozen=True)
class KnownKey:
    """A line of the file.

    Attributes:
        marker: `REVOKED`, `AUTHORITY` or nothing.
        names: the patterns or the hashed name, as written.
        key_type: e.g. ``ssh-ed25519``.
        blob: the public key as it goes over the wire.
        place: ``file:line``, for messages.
    """

    marker: str
    names: str
    key_type: str
    blob: bytes
    place: str = ""

    def covers(self, name: str) -> bool:
        """Whether this line is about the host of that name (``web1`` or ``[web1]:2222``)."""
        if self.names.startswith("|"):
            return _hash_matches(self.names, name.lower())
        return matches_any(self.names.split(","), name)


def parse_line(line: str, place: str = "") -> KnownKey | None:
    """What a line says; None for comments and for what cannot be understood (OpenSSH passes over both)."""
    words = line.split()
    marker = words.pop(0) if words and words[0].startswith("@") else ""
    if len(words) < 3 or words[0].startswith("#") or marker not in {"", REVOKED, AUTHORITY}:
        return None
    names, key_type, encoded = words[:3]
    try:
        blob = base64.b64decode(encoded, validate=True)
    except ValueError:  # binascii.Error is one, and so is text beyond ASCII
        return None
    # The blob begins with the type's own name (RFC 4253, section 6.6); a line that lies about it is damaged.
    if not blob.startswith(len(key_type).to_bytes(4, "big") + key_type.encode()):
        return None
    return KnownKey(marker, names, key_type, blob, place)


def read_known_hosts(paths: Iterable[Path]) -> Iterator[KnownKey]:
    """All lines of these files; one that does not exist or may not be read is passed over, as in OpenSSH."""
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            known = parse_line(line, f"{path}:{number}")
            if known is not None:
                yield known


def hash_name(name: str, salt: bytes | None = None) -> str:
    """A host name as ``HashKnownHosts`` writes it: ``|1|salt|HMAC-SHA1``, both in base64."""
    salt = secrets.token_bytes(20) if salt is None else salt
    digest = hmac.new(salt, name.lower().encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


def _hash_matches(hashed: str, name: str) -> bool:
    pieces = hashed.split("|")
    if len(pieces) != 4 or pieces[1] != "1":
        return False
    try:
        salt = base64.b64decode(pieces[2], validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(hash_name(name, salt).encode(), hashed.encode())


def add_key(path: Path, name: str, key_type: str, blob: bytes, *, hashed: bool = False) -> None:
    """Append a key unless the very same line is there by now; other processes may do so at the same moment.

    Raises:
        OSError: the file cannot be written.
    """
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        present = file.read() if path.is_file() else b""
        for line in present.decode("utf-8", "replace").splitlines():
            known = parse_line(line)
            if known is not None and known.blob == blob and not known.marker and known.covers(name):
                return
        line = f"{hash_name(name) if hashed else name} {key_type} {base64.b64encode(blob).decode()}\n"
        # A last line without its newline would swallow ours. One write, so that a reader never sees half a line.
        start = b"\n" if present and not present.endswith(b"\n") else b""
        os.write(file.fileno(), start + line.encode())
