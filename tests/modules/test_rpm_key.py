"""``rpm_key``: the real rpm, with a key of the test's own."""

import re

import pytest
from pydantic import ValidationError

from smolrun.modules.rpm_key import RpmKeyArguments
from tests.modules.guest import Guest, SystemGuest

MAKE_KEY = r"""
export GNUPGHOME=$(mktemp -d)
gpg --batch -q --passphrase '' --quick-gen-key 'Test <t@example.com>' rsa2048 sign never 2>/dev/null
gpg --armor --export >'/tmp/a key'
gpg --with-colons --list-keys | sed -n 's/^fpr:*\([0-9A-F]*\):/\1/p'
gpgconf --kill all
rm -r "$GNUPGHOME"
"""


@pytest.mark.slow
def test_a_key_is_trusted_once_and_forgotten(fedora: SystemGuest) -> None:
    fingerprint = fedora.sh(MAKE_KEY).strip()
    assert re.fullmatch("[0-9A-F]{40}", fingerprint)
    task = {"key": "/tmp/a key", "fingerprint": " ".join(re.findall("....", fingerprint))}
    assert "has not the fingerprint" in fedora.fails("rpm_key", {**task, "fingerprint": "0" * 40})
    assert fedora.sh("rpm -qa gpg-pubkey") == ""
    fedora.twice("rpm_key", task)
    assert fedora.sh("rpm -qa gpg-pubkey").startswith(f"gpg-pubkey-{fingerprint[-8:].lower()}")
    for key in (fingerprint, fingerprint[-8:], f"0x{fingerprint[-16:].lower()}", "file:///tmp/a key"):
        assert not fedora.do("rpm_key", {"key": key}).changed
    fedora.twice("rpm_key", {"key": fingerprint[-8:], "state": "absent"})
    assert fedora.sh("rpm -qa gpg-pubkey") == ""
    assert "a path is needed" in fedora.fails("rpm_key", {"key": fingerprint})
    fedora.sh("echo nonsense >/tmp/nonsense")
    assert "holds no key" in fedora.fails("rpm_key", {"key": "/tmp/nonsense"})
    assert "cannot get the key" in fedora.fails("rpm_key", {"key": "/tmp/none"})
    assert fedora.fails("rpm_key", {"key": "http://127.0.0.1:1/key"}) == "`wget` is not installed on web1"


def test_a_guest_without_gpg_is_told(busybox: Guest) -> None:
    assert busybox.fails("rpm_key", {"key": "/x"}) == "`gpg` is not installed on web1"


def test_fingerprints_are_hexadecimal() -> None:
    with pytest.raises(ValidationError, match="no fingerprint"):
        RpmKeyArguments.model_validate({"key": "/x", "fingerprint": "xyz"})
