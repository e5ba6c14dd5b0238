"""``getent``, ``hostname`` and ``timezone``."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.getent import parse_entries
from smolrun.modules.hostname import HostnameArguments
from smolrun.modules.timezone import TimezoneArguments
from tests.modules.guest import Guest, SystemGuest


def test_entries_are_looked_up(guest: Guest) -> None:
    root = guest.do("getent", {"database": "passwd", "key": "root"}).ansible_facts["getent_passwd"]["root"]
    assert (root[1], root[4]) == ("0", "/root")
    groups = guest.do("getent", {"database": "group"}).ansible_facts["getent_group"]
    assert groups["root"][1] == "0"
    assert "could not be found in the database: nope" in guest.fails("getent", {"database": "passwd", "key": "nope"})
    asked = {"database": "passwd", "key": "nope", "fail_key": False}
    assert guest.do("getent", asked).ansible_facts == {"getent_passwd": {"nope": None}}


def test_a_database_that_is_none(local: Guest, busybox: Guest) -> None:
    assert "database `nonsense` unknown" in local.fails("getent", {"database": "nonsense"})
    assert busybox.fails("getent", {"database": "ahosts"}) == "`getent` is not installed on web1"


def test_lines_with_the_same_key_are_all_told() -> None:
    text = "127.0.0.1 localhost\n# note\n127.0.0.1 other name\n"
    assert parse_entries(text, "hosts", None) == {"127.0.0.1": [["localhost"], ["other", "name"]]}
    assert parse_entries("a;b;c\n", "x", ";") == {"a": ["b", "c"]}


@pytest.mark.slow
def test_the_guest_gets_a_name(system: SystemGuest) -> None:
    first = system.twice("hostname", {"name": "sr-web.example.com"})
    assert system.sh("cat /etc/hostname; uname -n") == "sr-web.example.com\nsr-web.example.com\n"
    assert (first.ansible_facts["hostname"], first.ansible_facts["nodename"]) == ("sr-web", "sr-web.example.com")
    system.twice("hostname", {"name": "debian12", "use": "debian"})
    assert system.sh("cat /etc/hostname; uname -n") == "debian12\ndebian12\n"


@pytest.mark.slow
def test_the_guest_gets_a_time_zone(system: SystemGuest) -> None:
    system.sh(
        "mkdir -p /usr/share/zoneinfo/Sr; echo TZif > /usr/share/zoneinfo/Sr/Test; cp -a /etc/localtime /run/lt; :"
    )
    system.twice("timezone", {"name": "Sr/Test"})
    assert system.sh("readlink /etc/localtime; cat /etc/timezone") == "/usr/share/zoneinfo/Sr/Test\nSr/Test\n"
    assert "there is no time zone Nowhere/Land" in system.fails("timezone", {"name": "Nowhere/Land"})
    assert system.do("timezone", {"hwclock": "local"}, check_mode=True).changed
    assert not system.do("timezone", {"hwclock": "UTC"}).changed
    system.sh("rm -rf /usr/share/zoneinfo/Sr /etc/timezone /etc/localtime")


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        (HostnameArguments, {"name": "a b"}, "cannot be the name of a host"),
        (HostnameArguments, {"name": "x" * 65}, "at most 64"),
        (TimezoneArguments, {}, "`name` or `hwclock` is needed"),
        (TimezoneArguments, {"name": "../etc/passwd"}, "is no time zone"),
    ],
)
def test_wrong_arguments_are_told(model: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        model.model_validate(arguments)
