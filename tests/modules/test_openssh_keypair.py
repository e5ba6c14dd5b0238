"""``openssh_keypair``: real keys, made by ssh-keygen."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.openssh_keypair import OpensshKeypairArguments
from tests.modules.guest import Guest, sh


def public_of(private: Path) -> list[str]:
    return sh('ssh-keygen -y -P "" -f "$1"', str(private)).split()[:2]


@pytest.mark.parametrize(
    ("type_", "size", "bits"),
    [("ed25519", None, 256), ("ecdsa", None, 256), ("ecdsa", 384, 384), ("rsa", 1024, 1024), ("ed25519", 999, 256)],
)
def test_a_pair_is_made_once(debian: Guest, type_: str, size: int | None, bits: int) -> None:
    wanted = {"path": debian.path("key"), "type": type_, "size": size, "comment": "it's me"}
    foreseen = debian.do("openssh_keypair", wanted, check_mode=True)
    assert (foreseen.changed, foreseen.values["public_key"]) == (True, "")
    assert not debian.here("key").exists()
    done = debian.do("openssh_keypair", wanted, diff_mode=True)
    private, public = debian.here("key"), debian.here("key.pub")
    assert public.read_text().split(maxsplit=2) == [*public_of(private), "it's me\n"]
    assert (private.stat().st_mode & 0o777, public.stat().st_mode & 0o777) == (0o600, 0o644)
    listed = sh('ssh-keygen -l -f "$1"', str(private)).split()
    assert done.values == {
        "size": bits, "type": type_, "filename": wanted["path"], "fingerprint": listed[1],
        "public_key": " ".join(public_of(private)), "comment": "it's me",
    }  # fmt: skip
    assert "PRIVATE" not in repr(done)
    assert debian.round_trips(lambda: debian.do("openssh_keypair", wanted)) == 1
    again = debian.do("openssh_keypair", wanted, diff_mode=True)
    assert (again.changed, again.diffs, again.values) == (False, (), done.values)
    assert sorted(path.name for path in debian.here().iterdir()) == ["key", "key.pub"]


@pytest.mark.root
def test_a_new_key_belongs_to_whom_the_old_one_did(debian: Guest) -> None:
    wanted = {"path": debian.path("key"), "type": "ed25519"}
    debian.do("openssh_keypair", wanted | {"owner": "nobody"})
    assert debian.do("openssh_keypair", wanted | {"force": True}).changed
    for name in ("key", "key.pub"):
        assert debian.here(name).owner() == "nobody"


def test_a_key_of_another_kind_is_replaced(debian: Guest) -> None:
    path = debian.path("key")
    debian.do("openssh_keypair", {"path": path, "type": "ecdsa"})
    debian.here("key.pub").chmod(0o640)
    wanted = {"path": path, "type": "ed25519"}
    assert not debian.do("openssh_keypair", wanted | {"regenerate": "never"}).changed
    assert "Key has wrong type and/or size" in debian.fails("openssh_keypair", wanted | {"regenerate": "fail"})
    assert debian.do("openssh_keypair", wanted).changed
    assert public_of(debian.here("key"))[0] == "ssh-ed25519"
    assert debian.here("key").stat().st_mode & 0o777 == 0o600
    assert debian.here("key.pub").stat().st_mode & 0o777 == 0o640
    before = debian.here("key").read_text()
    assert debian.do("openssh_keypair", wanted | {"force": True}, check_mode=True).changed
    assert debian.here("key").read_text() == before
    assert debian.do("openssh_keypair", wanted | {"regenerate": "always"}).changed
    assert debian.here("key").read_text() != before


@pytest.mark.parametrize("spoil", ["broken", "passphrase"])
def test_a_key_that_cannot_be_read_is_replaced_only_where_that_is_said(debian: Guest, spoil: str) -> None:
    wanted = {"path": debian.path("key"), "type": "ed25519"}
    if spoil == "broken":
        debian.here("key").write_text("nonsense\n")
    else:
        sh('ssh-keygen -q -t ed25519 -N secret -f "$1"', str(debian.here("key")))
    for when in ("never", "fail", "partial_idempotence"):
        assert "Unable to read the key" in debian.fails("openssh_keypair", wanted | {"regenerate": when})
    assert debian.do("openssh_keypair", wanted | {"regenerate": "full_idempotence"}).changed
    assert debian.here("key").stat().st_mode & 0o777 == 0o600
    assert not debian.do("openssh_keypair", wanted).changed


def test_the_public_key_is_made_anew_from_the_private_one(debian: Guest) -> None:
    wanted = {"path": debian.path("key"), "type": "ed25519"}
    first = debian.do("openssh_keypair", wanted | {"comment": "one"}).values
    debian.here("key.pub").unlink()
    assert debian.do("openssh_keypair", wanted | {"comment": "one"}, check_mode=True).changed
    assert debian.do("openssh_keypair", wanted | {"comment": "one"}).values == first
    assert debian.do("openssh_keypair", wanted | {"comment": "two"}).values["comment"] == "two"
    assert not debian.do("openssh_keypair", wanted | {"comment": "two"}).changed
    assert not debian.do("openssh_keypair", wanted).changed
    assert debian.do("openssh_keypair", wanted).values["fingerprint"] == first["fingerprint"]
    debian.here("key.pub").write_text("ssh-ed25519 AAAA other\n")
    assert debian.do("openssh_keypair", wanted).changed
    assert debian.here("key.pub").read_text().split()[:2] == public_of(debian.here("key"))


@pytest.mark.parametrize(
    ("name", "begin"), [("pkcs1", "BEGIN RSA PRIVATE"), ("pkcs8", "BEGIN PRIVATE"), ("ssh", "OPENSSH")]
)
def test_the_format_of_the_private_key(debian: Guest, name: str, begin: str) -> None:
    wanted = {"path": debian.path("key"), "type": "rsa", "size": 1024, "private_key_format": name}
    debian.do("openssh_keypair", wanted)
    assert begin in debian.here("key").read_text()
    assert not debian.do("openssh_keypair", wanted).changed
    assert debian.do("openssh_keypair", wanted | {"comment": "new"}).changed
    assert not debian.do("openssh_keypair", wanted | {"comment": "new"}).changed


def test_owner_and_mode_are_those_of_both_files(debian: Guest) -> None:
    wanted = {"path": debian.path("key"), "type": "ed25519", "mode": "0600"}
    debian.do("openssh_keypair", wanted)
    assert debian.here("key.pub").stat().st_mode & 0o777 == 0o600
    assert not debian.do("openssh_keypair", wanted).changed
    assert debian.do("openssh_keypair", wanted | {"mode": "0400"}, check_mode=True).changed


def test_a_pair_is_removed(debian: Guest) -> None:
    wanted = {"path": debian.path("key"), "type": "ed25519", "state": "absent"}
    debian.do("openssh_keypair", wanted | {"state": "present"})
    assert debian.do("openssh_keypair", wanted, check_mode=True).changed
    assert debian.do("openssh_keypair", wanted).changed
    assert list(debian.here().iterdir()) == []
    assert not debian.do("openssh_keypair", wanted).changed


def test_where_there_cannot_be_a_key(debian: Guest, busybox: Guest) -> None:
    assert "is a folder on web1" in debian.fails("openssh_keypair", {"path": debian.folder})
    message = debian.fails("openssh_keypair", {"path": debian.path("no/key")}, check_mode=True)
    assert "no/key lies in a folder that is not there on web1" in message
    assert busybox.fails("openssh_keypair", {"path": "/key"}) == "`ssh-keygen` is not installed on web1"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"passphrase": "x"}, "`passphrase` is not supported: ssh-keygen would show it"),
        ({"size": 512}, "an RSA key has at least 1024 bits, not 512"),
        ({"type": "ecdsa", "size": 2048}, "an ECDSA key has 256, 384 or 521 bits, not 2048"),
        ({"type": "dsa", "size": 2048}, "a DSA key has exactly 1024 bits"),
        ({"comment": "a\nb"}, "`comment` is one line"),
    ],
)
def test_what_cannot_be_made_is_refused(given: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        OpensshKeypairArguments.model_validate({"path": "/x", **given})
