"""``password_hash``: what goes into ``/etc/shadow``.

MD5-crypt is that of FreeBSD's libcrypt (crypt(3), "Modular" format 1), for systems that have nothing better. SHA-crypt
follows Ulrich Drepper's specification (akkadia.org/drepper/SHA-crypt.txt), written out here because
Python's ``crypt`` is gone since 3.13. Without `rounds` it is the system's own default of 5,000, which the hash
then does not name.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, Final

ALPHABET: Final = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DEFAULT_ROUNDS: Final = 5000
_MIN_ROUNDS, _MAX_ROUNDS = 1000, 999_999_999
_MD5_ROUNDS: Final = 1000
_LONGEST_SALT: Final = 16
_LONGEST_MD5_SALT: Final = 8
_BCRYPT_ALPHABET: Final = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_BCRYPT_SALT: Final = 22
_PREFIX: Final = {"sha256": "5", "sha512": "6"}


def _order(size: int, step: int) -> list[tuple[int, int, int]]:
    """The order in which the specification reads the bytes of a digest, three at a time."""
    third = size // 3
    triple = (0, third, 2 * third)
    order = []
    for _ in range(third):
        order.append(triple)
        a, b, c = triple
        triple = (b + 1, c + 1, a + 1) if step == 1 else (c + 1, a + 1, b + 1)
    return order


def _encode(digest: bytes) -> str:
    """The digest in crypt's own base 64."""
    size = len(digest)
    groups = _order(size, 1 if size == 64 else 2)
    text = [_characters(digest[a] << 16 | digest[b] << 8 | digest[c], 4) for a, b, c in groups]
    rest = _characters(digest[63], 2) if size == 64 else _characters(digest[31] << 8 | digest[30], 3)
    return "".join(text) + rest


def _characters(value: int, count: int) -> str:
    return "".join(ALPHABET[value >> (6 * position) & 63] for position in range(count))


def _repeated(digest: bytes, length: int) -> bytes:
    return (digest * (length // len(digest) + 1))[:length]


def sha_crypt(password: str, salt: str, algorithm: str = "sha512", rounds: int | None = None) -> str:
    """A SHA-crypt hash.

    Args:
        password: encoded as UTF-8.
        salt: at most 16 characters of `ALPHABET`.
        algorithm: ``sha256`` or ``sha512``.
        rounds: 1,000 to 999,999,999; None for 5,000 that are not named in the hash.
    """
    new: Callable[..., Any] = getattr(hashlib, algorithm)
    key, seed = password.encode(), salt.encode()
    count = _DEFAULT_ROUNDS if rounds is None else min(max(rounds, _MIN_ROUNDS), _MAX_ROUNDS)
    inner = new(key + seed + key).digest()
    start = new(key + seed + _repeated(inner, len(key)))
    length = len(key)
    while length:
        start.update(inner if length & 1 else key)
        length >>= 1
    digest = start.digest()
    p = _repeated(new(key * len(key)).digest(), len(key))
    s = _repeated(new(seed * (16 + digest[0])).digest(), len(seed))
    digest = _stretched(new, digest, p, s, count)
    named = "" if count == _DEFAULT_ROUNDS else f"rounds={count}$"
    return f"${_PREFIX[algorithm]}${named}{salt}${_encode(digest)}"


def _stretched(new: Callable[..., Any], digest: bytes, p: bytes, s: bytes, rounds: int) -> bytes:
    for number in range(rounds):
        odd = number & 1
        middle = (s if number % 3 else b"") + (p if number % 7 else b"")
        digest = new((p if odd else digest) + middle + (digest if odd else p)).digest()
    return digest


def md5_crypt(password: str, salt: str, variant: str = "1") -> str:
    """An MD5-crypt hash.

    Args:
        password: encoded as UTF-8.
        salt: at most 8 characters of `ALPHABET`.
        variant: ``1``, or ``apr1`` for Apache's own (its documentation, "Password Formats").
    """

    def new(data: bytes) -> Any:
        return hashlib.md5(data, usedforsecurity=False)

    key, seed = password.encode(), salt.encode()
    start = key + f"${variant}$".encode() + seed + _repeated(new(key + seed + key).digest(), len(key))
    length = len(key)
    while length:
        start += b"\0" if length & 1 else key[:1]
        length >>= 1
    digest = _stretched(new, new(start).digest(), key, seed, _MD5_ROUNDS)
    groups = [(first, first + 6, first + 12 if first < 4 else 5) for first in range(5)]
    text = [_characters(digest[a] << 16 | digest[b] << 8 | digest[c], 4) for a, b, c in groups]
    return f"${variant}${salt}${''.join(text)}{_characters(digest[11], 2)}"


def random_salt(size: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(size))


def password_hash(
    password: Any,
    hashtype: str = "sha512",
    salt: Any = None,
    salt_size: int | None = None,
    rounds: int | None = None,
    ident: str | None = None,
) -> str:
    """A password's hash for ``/etc/shadow``.

    Args:
        hashtype: ``sha512``, ``sha256``, ``blowfish`` (``bcrypt``) or ``md5``.
        salt: a random one where none is given: the hash is another one each time then.
        salt_size: characters of a random salt.
        rounds: how often it is stretched; the system's default where none is given.
        ident: the variant of bcrypt, ``2b`` where none is given.
    """
    name = {"bcrypt": "blowfish"}.get(hashtype, str(hashtype).removesuffix("_crypt"))
    if name == "blowfish":
        return _bcrypt(str(password), None if salt is None else str(salt), rounds or 12, ident or "2b")
    if name not in _PREFIX and name != "md5":
        raise ValueError(f"the hash '{hashtype}' is not supported: use sha512, sha256, blowfish or md5")
    longest = _LONGEST_MD5_SALT if name == "md5" else _LONGEST_SALT
    chosen = random_salt(salt_size or longest) if salt is None else str(salt)
    if len(chosen) > longest or not set(chosen) <= set(ALPHABET):
        raise ValueError(f"a salt has at most {longest} letters, digits, dots and slashes, unlike '{chosen}'")
    if name == "md5":
        return md5_crypt(str(password), chosen)
    return sha_crypt(str(password), chosen, name, rounds)


def _bcrypt(password: str, salt: str | None, rounds: int, ident: str) -> str:
    import bcrypt  # comes with paramiko

    if salt is not None and (len(salt) != _BCRYPT_SALT or not set(salt) <= set(_BCRYPT_ALPHABET)):
        raise ValueError(f"a salt of bcrypt has {_BCRYPT_SALT} letters, digits, dots and slashes, unlike '{salt}'")
    start = bcrypt.gensalt(rounds) if salt is None else f"$2b${rounds:02d}${_whole_bytes(salt)}".encode()
    hashed = bcrypt.hashpw(password.encode()[:72], start).decode("ascii")
    return f"${ident}${hashed.split('$', 2)[2]}"


def _whole_bytes(salt: str) -> str:
    """The salt with its last character's lower four bits off, which stand for no byte (128 bits in 22 characters)."""
    last = _BCRYPT_ALPHABET[_BCRYPT_ALPHABET.index(salt[-1]) & 0x30]
    return salt[:-1] + last


FILTERS: Final[dict[str, Callable[..., Any]]] = {"password_hash": password_hash}
