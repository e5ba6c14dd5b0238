"""Password hashes are those of glibc: the vectors of the specification, and values compared with passlib."""

import subprocess

import bcrypt
import pytest

from smolrun.templating.filters.passwords import password_hash, sha_crypt
from tests.templating.conftest import Render

HELLO = "Hello world!"


@pytest.mark.parametrize(
    ("algorithm", "salt", "rounds", "expected"),
    [
        (
            "sha512",
            "saltstring",
            None,
            "svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
        ),
        (
            "sha512",
            "saltstringsaltst",
            10000,
            "OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
        ),
        ("sha256", "saltstring", None, "5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
        ("sha256", "saltstringsaltst", 10000, "3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA"),
    ],
)
def test_the_hashes_are_those_of_the_specification(
    algorithm: str, salt: str, rounds: int | None, expected: str
) -> None:
    assert sha_crypt(HELLO, salt, algorithm, rounds).rpartition("$")[2] == expected


def test_rounds_are_named_where_they_are_not_the_default() -> None:
    assert sha_crypt(HELLO, "s", "sha256", 1000).startswith("$5$rounds=1000$s$")
    assert sha_crypt(HELLO, "s", "sha256", 5000).startswith("$5$s$")
    assert sha_crypt(HELLO, "s", "sha256", 10).startswith("$5$rounds=1000$")  # the least that is allowed


def test_the_default_is_sha512_with_a_random_salt() -> None:
    first, second = password_hash("secret"), password_hash("secret")
    assert first != second
    assert first.startswith("$6$")
    assert len(first.split("$")[2]) == 16


def test_a_given_salt_gives_the_same_hash(render: Render) -> None:
    expected = "$6$mysalt$rcpTevbqUSSDUIF2LnNYEAp.yrGJ.9BfX/o.ikflzL9Wy9emj/0A9L0B2OefDnOmarge2ZN5kmZroH34ASygu0"
    assert render("{{ 'mypw' | password_hash('sha512', 'mysalt') }}") == expected
    assert render("{{ 'mypw' | password_hash('sha512', 'mysalt', rounds=5000) }}") == expected


def test_bcrypt_verifies() -> None:
    assert bcrypt.checkpw(b"secret", password_hash("secret", "blowfish", rounds=4).encode())


@pytest.mark.parametrize(
    ("salt", "password", "expected"),
    [
        ("saltsalt", "x", "$1$saltsalt$4px9i58NU2Z2/vZOUlGjq."),
        ("abcd", "", None),
        ("s", "a password that is longer than one block of the hash, which has sixteen bytes", None),
    ],
)
def test_md5_is_that_of_crypt(salt: str, password: str, expected: str | None) -> None:
    command = ["openssl", "passwd", "-1", "-salt", salt, password]
    reference = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert password_hash(password, "md5", salt) == (expected or reference) == reference


def test_a_salt_of_bcrypt_may_have_bits_that_mean_nothing() -> None:
    # As passlib, and so Ansible, has it.
    expected = "$2a$05$123456789012345678901unKZ/XDM7kAVdcGzwXdLTY9XyxnDE.ja"
    assert password_hash("x", "bcrypt", "1234567890123456789012", rounds=5, ident="2a") == expected
    assert bcrypt.checkpw(b"x", expected.encode())
    with pytest.raises(ValueError, match="a salt of bcrypt has 22"):
        password_hash("x", "bcrypt", "short")
