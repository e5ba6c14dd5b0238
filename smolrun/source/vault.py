"""Reading Ansible Vault, versions 1.1 and 1.2: AES-256-CTR under PBKDF2-HMAC-SHA256, checked by an HMAC.

The format: docs.ansible.com, "Protecting sensitive data with Ansible vault", section "Format of files encrypted
with Ansible Vault". Nothing is decrypted before its HMAC was found right.
"""

import binascii
import hashlib
import hmac
from dataclasses import field
from typing import NamedTuple

from smolrun.errors import SmolVMError
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location

HEADER = b"$ANSIBLE_VAULT;"
_VERSIONS = ("1.1", "1.2")
DEFAULT_LABEL = "default"
"""The id of passwords that are given without one; a header does not name it."""
_ROUNDS = 10_000
KEY_BYTES = 32
_COUNTER_BYTES = 16
BLOCK_BYTES = 16


class VaultError(SmolVMError):
    """A vaulted value or file cannot be opened: no password, a wrong one, or a damaged text."""


class VaultSecret(NamedTuple):
    """One vault password.

    Attributes:
        label: the vault id that it is for (``dev``), or ``default``.
        password: its bytes, without a final line end.
    """

    label: str
    password: bytes


@dataclass
class VaultSecrets:
    """The vault passwords of a run. Derived keys are kept, since each costs about 100 ms.

    Attributes:
        secrets: tried in order, those whose label the vaulted text names first.
        match: a text that names an id is tried with the passwords of that id only.
        revealed: the vaulted values that were opened so far: what must never be shown.
    """

    secrets: tuple[VaultSecret, ...] = field(default=(), repr=False)
    match: bool = False
    revealed: set[str] = field(default_factory=set, repr=False)
    _keys: dict[tuple[bytes, bytes], bytes] = field(default_factory=dict, repr=False)

    def candidates(self, label: str | None) -> list[VaultSecret]:
        if self.match and label is not None:
            return [secret for secret in self.secrets if secret.label == label]
        return sorted(self.secrets, key=lambda secret: secret.label != label)

    def derived_key(self, password: bytes, salt: bytes) -> bytes:
        key = self._keys.get((password, salt))
        if key is None:
            key = self._keys[password, salt] = derive_key(password, salt)
        return key


def derive_key(password: bytes, salt: bytes) -> bytes:
    """The keys of the cipher and of the HMAC, and the first counter, one behind the other."""
    return hashlib.pbkdf2_hmac("sha256", password, salt, _ROUNDS, 2 * KEY_BYTES + _COUNTER_BYTES)


class VaultText:
    """A vaulted value (``!vault``): cipher text that is opened when, and only when, it is used.

    Attributes:
        location: where it was written.
    """

    __slots__ = ("_cipher", "_secrets", "location")

    def __init__(self, cipher: str, secrets: VaultSecrets | None = None, location: Location | None = None) -> None:
        self._cipher = cipher
        self._secrets = secrets
        self.location = location

    @property
    def cipher(self) -> str:
        """The vaulted text, its header line included."""
        return self._cipher

    def reveal(self) -> str:
        """The text. Raises `VaultError`."""
        try:
            text = decrypt(self._cipher.encode(), self._secrets).decode("utf-8")
        except VaultError as error:
            raise VaultError(error.message, hint=error.hint, location=self.location) from None
        except UnicodeDecodeError:
            raise VaultError("the vaulted value is not text in UTF-8", location=self.location) from None
        if self._secrets is not None:
            self._secrets.revealed.add(text)
        return text

    def __repr__(self) -> str:
        return "VaultText(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VaultText) and self._cipher == other._cipher

    def __hash__(self) -> int:
        return hash(self._cipher)


def check_form(cipher: str) -> None:
    """Raises `VaultError` for a text that no password can open."""
    _parse(cipher.encode())


def decrypt(content: bytes, secrets: VaultSecrets | None) -> bytes:
    """What is inside a vaulted text, its header line included. Raises `VaultError`."""
    return unlock(content, secrets).content


class Unlocked(NamedTuple):
    """Attributes:
    content: what is inside.
    secret: the password that fitted, under the id that the text names.
    """

    content: bytes
    secret: VaultSecret


def unlock(content: bytes, secrets: VaultSecrets | None) -> Unlocked:
    """What is inside a vaulted text, and which password opened it. Raises `VaultError`."""
    envelope = _parse(content)
    candidates = secrets.candidates(envelope.label) if secrets else []
    if not secrets or not candidates:
        named = f" for the vault id '{envelope.label}'" if secrets and secrets.secrets else ""
        hint = "give one with --vault-password-file or --ask-vault-pass"
        raise VaultError(f"there is no vault password{named}", hint=hint)
    for secret in candidates:
        key = secrets.derived_key(secret.password, envelope.salt)
        mac = hmac.new(key[KEY_BYTES : 2 * KEY_BYTES], envelope.cipher, hashlib.sha256).digest()
        if hmac.compare_digest(mac, envelope.mac):
            known_as = VaultSecret(envelope.label or DEFAULT_LABEL, secret.password)
            return Unlocked(_decipher(key, envelope.cipher), known_as)
    raise VaultError(
        "no vault password fits, or the text was changed",
        hint=f"it was made with the vault id '{envelope.label}'" if envelope.label else None,
    )


class _Envelope(NamedTuple):
    label: str | None
    salt: bytes
    mac: bytes
    cipher: bytes


def _parse(content: bytes) -> _Envelope:
    lines = content.strip().splitlines()
    header = lines[0].decode("ascii", "replace").strip().split(";") if lines else []
    if len(header) < 3 or header[0] != "$ANSIBLE_VAULT":
        raise VaultError("a vaulted text begins with $ANSIBLE_VAULT;1.1;AES256")
    if header[1] not in _VERSIONS or header[2] != "AES256":
        raise VaultError(f"vault format {header[1]} with {header[2]} is not supported, only 1.1 and 1.2 with AES256")
    try:
        salt, mac, cipher = binascii.unhexlify(b"".join(line.strip() for line in lines[1:])).split(b"\n", 2)
        return _Envelope(
            header[3] if len(header) > 3 else None,
            binascii.unhexlify(salt),
            binascii.unhexlify(mac),
            binascii.unhexlify(cipher),
        )
    except ValueError:
        raise VaultError("the vaulted text is damaged: it is not the hexadecimal text that a vault holds") from None


def _decipher(key: bytes, cipher: bytes) -> bytes:
    # Imported here: a run without vaulted values should not pay for it when starting.
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CTR

    decryptor = Cipher(AES(key[:KEY_BYTES]), CTR(key[2 * KEY_BYTES :])).decryptor()
    padded = decryptor.update(cipher) + decryptor.finalize()
    padding = padded[-1] if padded else 0
    if not 1 <= padding <= BLOCK_BYTES or padded[-padding:] != bytes([padding]) * padding:
        raise VaultError("the vaulted text is damaged: its padding is wrong")
    return padded[:-padding]
