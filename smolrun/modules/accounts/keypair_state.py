"""What a guest has of a pair of keys, as ssh-keygen(1) tells it."""

import re
from dataclasses import field

from smolrun.lazy_dataclass import dataclass
from smolrun.modules.facts.raw import RawFacts

_LISTED = re.compile(r"(?P<size>\d+) (?P<fingerprint>\S+) .*\((?P<type>[A-Za-z0-9-]+)\)")
_FORMATS = {"OPENSSH PRIVATE KEY": "ssh", "RSA PRIVATE KEY": "pkcs1", "EC PRIVATE KEY": "pkcs1", "PRIVATE KEY": "pkcs8"}


@dataclass(frozen=True)
class Keypair:
    """A pair of keys.

    Attributes:
        path: of the private key.
        problem: why there cannot be one: ``parent`` (the folder is missing) or ``folder`` (there is one).
        exists: the private key is there.
        size: in bits; 0 where it cannot be told.
        type: ``rsa``, ``ed25519``, …
        format: of the private key: ``ssh``, ``pkcs1`` or ``pkcs8``.
        derived: the public key, made from the private one; empty where that has a passphrase or is broken.
        complaint: why not.
        public: the public key that lies beside it.
    """

    path: str
    problem: str = ""
    exists: bool = False
    size: int = 0
    type: str = ""
    fingerprint: str = ""
    format: str = ""
    derived: str = field(default="", repr=False)
    complaint: str = ""
    public: str = ""

    @classmethod
    def told(cls, raw: RawFacts) -> "Keypair":
        listed = _LISTED.match(raw.text("listed"))
        begin = re.match(r"-----BEGIN (.*)-----", raw.text("begin"))
        return cls(
            path=raw.text("path"),
            problem=raw.text("problem"),
            exists=raw.text("exists") == "yes",
            size=int(listed["size"]) if listed else 0,
            type=listed["type"].lower() if listed else "",
            fingerprint=listed["fingerprint"] if listed else "",
            format=_FORMATS.get(begin[1], "") if begin else "",
            derived=raw.text("derived"),
            complaint=" ".join(raw.text("complaint").split()),
            public=raw.text("public"),
        )

    @property
    def comment(self) -> str:
        return " ".join(self.public.split()[2:])

    @property
    def belong_together(self) -> bool:
        """Whether the public key is that of the private one."""
        return bool(self.derived) and self.public.split()[:2] == self.derived.split()[:2]

    def shown(self) -> str:
        """For people; empty where there is no key."""
        if not self.exists:
            return ""
        return f"{self.type} {self.size} {self.fingerprint}\n{self.public}\n"
