"""``apt_key``: a keyring of the test's own."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.apt_key import AptKeyArguments
from smolrun.modules.packages.keys import fingerprints
from tests.modules.guest import Guest

LISTING = "pub:-:255:22:AAAA:1:::-:::sc::::::23::0:\nfpr:::::::::0123456789ABCDEF0123456789ABCDEF01234567:\n"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """An armoured public key."""
    for tool in ("apt-key", "gpg"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--passphrase", "", "--pinentry-mode", "loopback"]
    subprocess.run([*gpg, "--quick-gen-key", "Test <t@example.com>", "ed25519"], check=True, capture_output=True)
    armoured = subprocess.run([*gpg, "--armor", "--export"], check=True, capture_output=True).stdout
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
    (tmp_path / "key.asc").write_bytes(armoured)
    return tmp_path / "key.asc"


@pytest.mark.root
def test_a_key_is_trusted_once_and_forgotten(local: Guest, key: Path) -> None:
    ring = local.path("ring.gpg")
    wanted = {"data": key.read_text(), "keyring": ring}
    assert local.do("apt_key", wanted, check_mode=True).changed
    first = local.do("apt_key", wanted)
    assert first.changed
    assert not local.do("apt_key", wanted).changed
    fingerprint = first.values["fp"]
    assert not local.do("apt_key", {"id": f"0x{fingerprint[-16:]}", "file": str(key), "keyring": ring}).changed
    message = local.fails("apt_key", {"id": "DEADBEEFDEADBEEF", "file": str(key), "keyring": ring})
    assert f"{fingerprint}, not DEADBEEFDEADBEEF" in message
    gone = {"id": fingerprint, "state": "absent", "keyring": ring}
    assert local.do("apt_key", gone, check_mode=True).changed
    assert local.do("apt_key", gone).changed
    assert not local.do("apt_key", gone).changed
    assert "no key of OpenPGP" in local.fails("apt_key", {"data": "nonsense", "keyring": ring})


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    assert busybox.fails("apt_key", {"data": "x"}) == "`apt-key` is not installed on web1"


def test_fingerprints_are_read() -> None:
    assert fingerprints(LISTING) == ["0123456789ABCDEF0123456789ABCDEF01234567"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "one of `data`"),
        ({"url": "u", "data": "d"}, "cannot be given together"),
        ({"keyserver": "k"}, "needs `id`"),
        ({"id": "xyz", "state": "absent"}, "is no fingerprint"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        AptKeyArguments.model_validate(arguments)
