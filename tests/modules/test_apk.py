"""``apk``: what it asks of apk, which Debian does not have; a stand-in answers as apk-tools 2 does."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.apk import ApkArguments
from tests.modules.guest import Guest

APK = r"""#!/bin/sh
echo "$*" >>/tmp/apk.log
simulate=
words=
for word; do
	case $word in --simulate) simulate=yes ;; --*) ;; *) words="$words $word" ;; esac
done
set -- $words
case $1 in
info) ls /tmp/apk.installed ;;
add)
	shift
	for name; do
		base=${name%%=*}
		if [ "$base" = nope ]; then echo "ERROR: unable to select packages: nope (no such package)" >&2; exit 1; fi
		[ -e "/tmp/apk.installed/$base" ] || echo "(1/1) Installing $base (1.0-r0)"
		[ -z "$simulate" ] || continue
		: >"/tmp/apk.installed/$base"
		grep -qx "$name" /etc/apk/world || echo "$name" >>/etc/apk/world
	done ;;
del)
	shift
	for name; do
		echo "(1/1) Purging $name (1.0-r0)"
		[ -z "$simulate" ] || continue
		rm -f "/tmp/apk.installed/$name"
		grep -vx "$name" /etc/apk/world >/tmp/w
		cat /tmp/w >/etc/apk/world
	done ;;
upgrade | update) echo "OK: 5 MiB in 10 packages" ;;
esac
"""


@pytest.fixture
def alpine(busybox: Guest) -> Guest:
    root = busybox.root
    (root / "bin/apk").write_text(APK)
    (root / "bin/apk").chmod(0o755)
    for folder in ("etc/apk", "tmp/apk.installed"):
        (root / folder).mkdir(exist_ok=True)
    for left in (root / "tmp/apk.installed").iterdir():
        left.unlink()
    (root / "tmp/apk.installed/musl").touch()
    (root / "etc/apk/world").write_text("")
    (root / "tmp/apk.log").write_text("")
    return busybox


def asked(guest: Guest) -> list[str]:
    lines = (guest.root / "tmp/apk.log").read_text().splitlines()
    (guest.root / "tmp/apk.log").write_text("")
    return [line for line in lines if line != "info"]


def test_packages_come_once_and_go(alpine: Guest) -> None:
    try:
        assert alpine.do("apk", {"name": "curl,git"}, check_mode=True).changed
        assert asked(alpine) == ["--simulate add curl git"]
        assert alpine.do("apk", {"name": "curl,git", "update_cache": True}).values["packages"] == ["curl", "git"]
        assert asked(alpine) == ["update", "add curl git"]
        assert alpine.round_trips(lambda: alpine.do("apk", {"name": "curl"})) == 1
        assert not alpine.do("apk", {"name": ["curl"]}).changed
        assert alpine.do("apk", {"name": "musl"}).changed  # it was there for others only
        assert not alpine.do("apk", {"name": "musl"}).changed
        assert not alpine.do("apk", {"name": "curl", "state": "latest"}).changed
        assert (
            alpine.do("apk", {"name": "git", "state": "absent"}, diff_mode=True)
            .diffs[0]
            .after.startswith("(1/1) Purging")
        )
        assert not alpine.do("apk", {"name": "git", "state": "removed"}).changed
        assert "no such package" in alpine.fails("apk", {"name": "nope"})
        assert not alpine.do("apk", {"upgrade": True}).changed
        assert not alpine.do("package", {"name": "curl"}).changed
    finally:
        (alpine.root / "bin/apk").unlink()


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    assert busybox.fails("apk", {"name": "x"}) == "`apk` is not installed on web1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "one of `name`"),
        ({"name": "a", "upgrade": True}, "cannot be given together"),
        ({"name": "a", "world": "/x"}, "`world`"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ApkArguments.model_validate(arguments)
