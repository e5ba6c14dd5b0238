"""Hashes of passwords as web servers read them (Apache's documentation, "Password Formats")."""

import base64
import hashlib
import hmac
import re

from smolrun.templating.filters.passwords import md5_crypt, password_hash, random_salt, sha_crypt

ALIASES = {
    "portable": "bcrypt",
    "portable_apache_24": "bcrypt",
    "portable_apache_22": "apr_md5_crypt",
    "host": "bcrypt",
    "host_apache_24": "bcrypt",
    "host_apache_22": "bcrypt",
}
"""passlib's names for the best that a server can read."""

SCHEMES = ("apr_md5_crypt", "bcrypt", "ldap_sha1", "md5_crypt", "plaintext", "sha256_crypt", "sha512_crypt")

_MD5 = re.compile(r"\$(?P<variant>1|apr1)\$(?P<salt>[^$]{0,8})\$[./0-9A-Za-z]{22}")
_SHA = re.compile(r"\$(?P<kind>[56])\$(?:rounds=(?P<rounds>\d+)\$)?(?P<salt>[^$]{0,16})\$[./0-9A-Za-z]{43,86}")
_BCRYPT = re.compile(r"\$2[abxy]\$(?P<cost>\d\d)\$[./0-9A-Za-z]{53}")
_SHA1 = "{SHA}"
_MOST_ROUNDS, _HIGHEST_COST = 2_000_000, 15
"""What is dearer is not tried: whoever writes the file would choose how long a task takes."""


def made(scheme: str, password: str) -> str:
    """A hash of the password.

    Args:
        scheme: one of `SCHEMES` or `ALIASES`.
    """
    name = ALIASES.get(scheme, scheme)
    if name == "plaintext":
        return password
    if name == "ldap_sha1":
        return _sha1(password)
    if name == "apr_md5_crypt":
        return md5_crypt(password, random_salt(8), "apr1")
    return password_hash(password, name, ident="2y" if name == "bcrypt" else None)


def fits(hashed: str, password: str) -> bool:
    """Whether it is a hash of the password, by whichever scheme; False for one that is unknown, or too dear to try."""
    try:
        again = _again(hashed, password)
    except ValueError:  # not a hash after all: it only begins like one
        return False
    return hmac.compare_digest(again.rpartition("$")[2].encode(), hashed.rpartition("$")[2].encode())


def _again(hashed: str, password: str) -> str:
    """The password by the scheme and with the salt of the hash."""
    if found := _MD5.fullmatch(hashed):
        return md5_crypt(password, found["salt"], found["variant"])
    if found := _SHA.fullmatch(hashed):
        rounds = int(found["rounds"]) if found["rounds"] else None
        if (rounds or 0) > _MOST_ROUNDS:
            return ""
        return sha_crypt(password, found["salt"], "sha256" if found["kind"] == "5" else "sha512", rounds)
    if found := _BCRYPT.fullmatch(hashed):
        import bcrypt  # comes with paramiko

        if int(found["cost"]) > _HIGHEST_COST:
            return ""
        return bcrypt.hashpw(password.encode()[:72], hashed.encode()).decode("ascii")
    return _sha1(password) if hashed.startswith(_SHA1) else password


def _sha1(password: str) -> str:
    return _SHA1 + base64.b64encode(hashlib.sha1(password.encode(), usedforsecurity=False).digest()).decode("ascii")
