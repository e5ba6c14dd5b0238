"""``known_hosts``: keys come once, are replaced by type, and go; hashed names are OpenSSH's."""

import subprocess
from pathlib import Path

import pytest
from pydantic import ValidationError

from smolrun.modules.known_hosts import KnownHostsArguments
from tests.modules.guest import Guest
from tests.servers.keys import make_key

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKkBDfLKQ3LN0aSPyQ7vOPVdkHhOEzw2hJm5kJvCnR"


def public(tmp_path: Path, name: str, kind: str = "ed25519") -> str:
    return make_key(tmp_path / name, kind).public


def test_a_key_comes_once_is_replaced_and_goes(guest: Guest, tmp_path: Path) -> None:
    one, other, third = (public(tmp_path, name) for name in ("one", "other", "third"))
    given = {"name": "Web.example.com", "key": f"web.example.com {one}", "path": guest.path("d/known hosts")}
    assert guest.do("known_hosts", given, check_mode=True).changed
    assert guest.do("known_hosts", given).changed
    assert not guest.do("known_hosts", given).changed
    guest.do("known_hosts", {**given, "name": "[b]:2222", "key": f"[b]:2222 {third}"})
    assert guest.do("known_hosts", {**given, "key": f"web.example.com {other}"}).changed
    written = guest.here("d/known hosts").read_text()
    assert written == f"web.example.com {other}\n[b]:2222 {third}\n"
    assert not guest.do("known_hosts", {"name": "nope", "state": "absent", "path": given["path"]}).changed
    gone = {"name": "web.example.com", "state": "absent", "path": given["path"]}
    assert guest.do("known_hosts", gone).changed
    assert not guest.do("known_hosts", gone).changed
    assert guest.here("d/known hosts").read_text() == f"[b]:2222 {third}\n"


def test_keys_of_other_types_stay(guest: Guest, tmp_path: Path) -> None:
    one, other = public(tmp_path, "one"), public(tmp_path, "other", "ecdsa")
    for key in (one, other):
        guest.do("known_hosts", {"name": "a", "key": f"a {key}", "path": guest.path("f")})
    assert guest.here("f").read_text() == f"a {one}\na {other}\n"
    guest.do("known_hosts", {"name": "a", "key": f"a {one}", "path": guest.path("f"), "state": "absent"})
    assert guest.here("f").read_text() == f"a {other}\n"


def test_hashed_names_are_those_of_openssh(local: Guest, tmp_path: Path) -> None:
    key = public(tmp_path, "one")
    given = {"name": "a.example.com", "key": f"a.example.com {key}", "path": local.path("f"), "hash_host": True}
    local.here("f").write_text(f"a.example.com {key}\n")
    assert local.do("known_hosts", given).changed
    assert not local.do("known_hosts", given).changed
    assert "example" not in local.here("f").read_text()
    found = subprocess.run(
        ["ssh-keygen", "-F", "a.example.com", "-f", local.here("f")], capture_output=True, check=False
    )
    assert found.returncode == 0
    assert local.do("known_hosts", {"name": "a.example.com", "path": local.path("f"), "state": "absent"}).changed
    assert local.here("f").read_text() == ""


@pytest.mark.parametrize(
    ("given", "message"),
    [({}, "`key` is needed"), ({"key": "a"}, "one line"), ({"key": f"b {KEY}"}, "is not one of a")],
)
def test_wrong_arguments_are_told(given: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        KnownHostsArguments.model_validate({"name": "a", **given})
