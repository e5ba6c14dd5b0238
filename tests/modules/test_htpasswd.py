"""``htpasswd``: users of web servers, and hashes that openssl and Apache's own tool make and read."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.accounts.htpasswd_hashes import ALIASES, SCHEMES, fits, made
from smolrun.modules.htpasswd import HtpasswdArguments, with_user
from tests.modules.guest import Guest, SystemGuest, sh

FILE = "# users\nanna:{SHA}nU4eI71bcnBGqeO0t9tXvY1u5oQ=\n\nbob:$apr1$xxxxxxxx$dxHfLAsjHkDRmG83UXe8K0\n"


def test_a_user_comes_gets_another_password_and_goes(guest: Guest) -> None:
    user = {"path": guest.path("web/users"), "name": "jane", "password": "9s36?;fyNp", "mode": "0640"}
    assert guest.do("htpasswd", user, check_mode=True).msg.startswith(f"Create {user['path']}")
    assert not guest.here("web").exists()
    done = guest.do("htpasswd", user)
    assert done.msg.startswith(f"Created {user['path']} and added jane")
    assert (done.values["mode"], done.values["path"]) == ("0640", user["path"])
    line = guest.here("web/users").read_text()
    assert re.fullmatch(r"jane:\$apr1\$.{8}\$.{22}\n", line)
    assert guest.round_trips(lambda: guest.do("htpasswd", user)) == 1
    assert guest.do("htpasswd", user).msg == "jane already present"
    assert not guest.do("htpasswd", user | {"hash_scheme": "bcrypt"}).changed
    changed = guest.do("htpasswd", user | {"password": "other"})
    assert (changed.changed, changed.msg) == (True, "Add/update jane")
    assert guest.here("web/users").read_text() != line
    gone = user | {"state": "absent"}
    assert guest.do("htpasswd", gone, check_mode=True).changed
    assert guest.do("htpasswd", gone).msg == "Remove jane"
    assert guest.here("web/users").read_text() == ""
    assert guest.do("htpasswd", gone).msg == "jane not present"


def test_other_lines_stay_as_they_are(guest: Guest) -> None:
    guest.here("users").write_text(FILE)
    user = {"path": guest.path("users"), "name": "bob", "password": "new", "hash_scheme": "ldap_sha1"}
    assert guest.do("htpasswd", user).changed
    lines = guest.here("users").read_text().splitlines()
    assert (
        lines == [*FILE.splitlines()[:3], "bob:{SHA}wqUYrA7RNWDLJKoB2E2Z2jOv6Wc="] or lines[:3] == FILE.splitlines()[:3]
    )
    assert lines[3].startswith("bob:{SHA}")


def test_permissions_are_seen_to_where_the_password_is_right(guest: Guest) -> None:
    user = {"path": guest.path("users"), "name": "jane", "password": "x", "mode": "0644"}
    guest.do("htpasswd", user)
    done = guest.do("htpasswd", user | {"mode": "0600"})
    assert done.changed
    assert done.msg == "ownership, perms or SE linux context changed"
    assert not guest.do("htpasswd", user | {"mode": "0600"}).changed


def test_neither_passwords_nor_hashes_are_shown(guest: Guest) -> None:
    guest.here("users").write_text("jane:plain-old\n")
    user = {"path": guest.path("users"), "name": "jane", "password": "plain-new", "hash_scheme": "plaintext"}
    done = guest.do("htpasswd", user, diff_mode=True)
    assert [(diff.before, diff.after) for diff in done.diffs] == [
        ("jane: the old password\n", "jane: the new password\n")
    ]
    assert "plain" not in repr(done)
    assert guest.here("users").read_text() == "jane:plain-new\n"
    assert not guest.do("htpasswd", user, diff_mode=True).diffs


def test_where_there_is_no_file(guest: Guest) -> None:
    user = {"path": guest.path("users"), "name": "jane"}
    assert "users does not exist" in guest.fails("htpasswd", user | {"password": "x", "create": False})
    done = guest.do("htpasswd", user | {"state": "absent"})
    assert not done.changed
    assert "users does not exist" in done.warnings[0]
    assert not guest.here("users").exists()


@pytest.mark.parametrize("scheme", [*SCHEMES, "portable_apache_22"])
def test_what_is_made_is_known_again(scheme: str) -> None:
    hashed = made(scheme, "pass wörd")
    assert fits(hashed, "pass wörd")
    assert not fits(hashed, "pass word")


def test_names_of_passlib_are_names_of_schemes() -> None:
    assert set(ALIASES.values()) <= set(SCHEMES)
    user = {"path": "/x", "name": "a", "password": "b"}
    for name in ALIASES:
        assert HtpasswdArguments.model_validate({**user, "crypt_scheme": name}).hash_scheme == name


@pytest.mark.parametrize(("option", "scheme"), [("-apr1", "apr1"), ("-1", "1"), ("-5", "5"), ("-6", "6")])
def test_hashes_are_those_of_openssl(option: str, scheme: str) -> None:
    hashed = sh('openssl passwd "$1" -salt abcdefgh "$2"', option, "pass wörd").strip()
    assert hashed.startswith(f"${scheme}$abcdefgh$")
    assert fits(hashed, "pass wörd")
    assert not fits(hashed, "x")


@pytest.mark.parametrize(
    "hashed",
    [
        "", "rEK1ecacw.7.c", "$apr1$short", "$5$rounds=999999999$salt$" + "a" * 43, "$2y$31$" + "a" * 53,
        "$2y$05$" + "!" * 53, "{SHA}", "$6$$", "$7$unknown",
    ],
)  # fmt: skip
def test_what_cannot_be_tried_fits_no_password(hashed: str) -> None:
    assert not fits(hashed, "rasmuslerdorf")


def test_a_user_who_is_there_twice_is_there_once() -> None:
    assert with_user(["a:1", "b:2", "a:3"], "a", "4") == ["a:4", "b:2"]
    assert with_user(["#a:1", "ab:2"], "a", "4") == ["#a:1", "ab:2", "a:4"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "`password` is needed"),
        ({"password": "x", "name": "a:b"}, "`name` is a word"),
        ({"password": "x\nroot:y"}, "`password` is one line"),
        ({"password": "x", "hash_scheme": "des_crypt"}, "`hash_scheme: des_crypt` cannot be made here; there are"),
    ],
)  # fmt: skip
def test_nonsense_is_refused(given: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        HtpasswdArguments.model_validate({"path": "/x", "name": "a", **given})


@pytest.mark.slow
def test_apaches_own_tool_knows_them(walled: SystemGuest) -> None:
    walled.sh("DEBIAN_FRONTEND=noninteractive apt-get install -y -q apache2-utils >/dev/null 2>&1")
    for scheme in ("apr_md5_crypt", "bcrypt", "ldap_sha1", "sha256_crypt", "sha512_crypt"):
        user = {"path": "/tmp/users", "name": scheme, "password": "pass word", "hash_scheme": scheme}
        walled.twice("htpasswd", user)
        walled.sh(f"htpasswd -vb /tmp/users {scheme} 'pass word' 2>&1")
    walled.sh("htpasswd -b -B /tmp/users other 'pass word' 2>&1")
    assert not walled.do("htpasswd", {"path": "/tmp/users", "name": "other", "password": "pass word"}).changed
