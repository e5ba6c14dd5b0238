"""``ufw``: the real one on a guest of its own, and what its words mean."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.system.ufw_settings import Settings, is_six, place
from smolrun.modules.ufw import UfwArguments
from tests.modules.guest import Guest, SystemGuest

FRESH = """
{
	ufw -f reset
	rm -f /etc/ufw/*.rules.2*
	for each in 'deny incoming' 'allow outgoing' 'deny routed'; do ufw default $each; done
	ufw logging low
} >/dev/null
"""
ON = f"{FRESH}ufw allow 22/tcp >/dev/null; ufw -f enable >/dev/null"
RULES = "grep -h '^### tuple' /etc/ufw/user.rules /etc/ufw/user6.rules | cut -c 15-"


RULES_TRIED: list[dict[str, Any]] = [
    {"rule": "allow", "port": "80,443", "proto": "tcp", "comment": 'the web, "here" & $there'},
    {"rule": "deny", "src": "192.0.2.0/24", "dest": "198.51.100.7", "from_port": 1, "to_port": "domain"},
    {"rule": "reject", "to_ip": "::", "port": 20, "proto": "tcp", "log": True},
    {"rule": "limit", "name": "OpenSSH"},
    {"rule": "allow", "interface": "eth9", "direction": "out", "proto": "gre"},
    {"rule": "allow", "route": True, "interface_in": "eth8", "interface_out": "eth9"},
]


@pytest.mark.slow
def test_rules_come_and_go(walled: SystemGuest) -> None:
    walled.sh(FRESH)
    for rule in RULES_TRIED:
        walled.twice("ufw", rule)
    assert "allow tcp 80,443 0.0.0.0/0 any 0.0.0.0/0 in comment=" in walled.sh(RULES)
    assert len(walled.sh(RULES).splitlines()) == 10
    for rule in RULES_TRIED:
        walled.twice("ufw", rule | {"delete": True, "insert": 1})
    assert walled.sh(RULES) == ""


@pytest.mark.slow
def test_rules_hold_at_once_where_the_firewall_is_on(walled: SystemGuest) -> None:
    walled.sh(ON)
    done = walled.twice("ufw", RULES_TRIED[0])
    assert '# the web, "here" & $there' in done.msg
    assert "--dports 80,443 -j ACCEPT" in walled.sh("iptables -S ufw-user-input")
    walled.twice("ufw", RULES_TRIED[0] | {"delete": True})
    assert "443" not in walled.sh("iptables -S ufw-user-input")


@pytest.mark.slow
def test_the_firewall_is_turned_on_and_off(walled: SystemGuest) -> None:
    walled.sh(FRESH)
    walled.do("ufw", {"rule": "allow", "port": "ssh", "proto": "tcp"})
    done = walled.twice("ufw", {"state": "enabled", "policy": "deny"})
    assert done.msg.startswith("Status: active\n")
    assert done.values["commands"] == ["ufw -f enable", "ufw default deny"]
    assert walled.sh("grep ENABLED= /etc/ufw/ufw.conf") == "ENABLED=yes\n"
    assert "ufw-user-input" in walled.sh("iptables -S ufw-user-input")
    assert walled.do("ufw", {"state": "reloaded"}, check_mode=True).changed
    assert walled.do("ufw", {"state": "reloaded"}).changed
    walled.twice("ufw", {"state": "disabled"})
    assert walled.do("ufw", {"state": "reset"}).changed
    assert walled.sh(RULES) == ""


@pytest.mark.slow
def test_policies_and_the_log_are_known_while_it_is_off_too(walled: SystemGuest) -> None:
    walled.sh(FRESH)
    for direction in ("incoming", "outgoing", "routed"):
        walled.twice("ufw", {"default": "reject", "direction": direction})
    walled.twice("ufw", {"default": "allow"})
    assert walled.sh("grep -c 'POLICY=.REJECT' /etc/default/ufw") == "2\n"
    walled.twice("ufw", {"logging": "off"})
    walled.twice("ufw", {"logging": True})
    assert not walled.do("ufw", {"logging": "low"}).changed
    walled.twice("ufw", {"logging": "high"})
    assert not walled.do("ufw", {"logging": "on"}).changed


@pytest.mark.slow
def test_policies_and_the_log_change_while_it_is_on(walled: SystemGuest) -> None:
    walled.sh(ON)
    assert "reject (incoming)" in walled.twice("ufw", {"default": "reject"}).msg
    assert "Logging: on (full)" in walled.twice("ufw", {"logging": "full"}).msg


@pytest.mark.slow
def test_a_rule_is_put_where_it_is_told(walled: SystemGuest) -> None:
    walled.sh(f"{ON}; ufw allow 80/tcp >/dev/null")
    web = {"rule": "deny", "port": 7, "proto": "tcp"}
    walled.twice("ufw", web | {"to_ip": "0.0.0.0", "insert": 0, "insert_relative_to": "last-ipv4"})
    walled.twice("ufw", web | {"to_ip": "::", "insert": 0, "insert_relative_to": "first-ipv6"})
    walled.twice("ufw", web | {"port": 8, "to_ip": "0.0.0.0", "insert": 1})
    walled.twice("ufw", web | {"port": 9, "to_ip": "::", "insert": 1, "insert_relative_to": "last-ipv6"})
    ports = [line.split()[2] for line in walled.sh(RULES).splitlines()]
    assert ports == ["8", "22", "7", "80", "7", "22", "80", "9"]
    assert "Invalid position" in walled.fails("ufw", web | {"port": 99, "insert": 50})


@pytest.mark.slow
def test_while_it_is_off_there_is_nothing_to_count_from(walled: SystemGuest) -> None:
    walled.sh(FRESH)
    rule = {"rule": "allow", "port": 22, "insert": 0, "insert_relative_to": "first-ipv4"}
    assert "this one is off" in walled.do("ufw", rule).warnings[0]


@pytest.mark.slow
def test_what_ufw_refuses_is_told_in_its_words(walled: SystemGuest) -> None:
    message = walled.fails("ufw", {"rule": "allow", "port": "no-such-port"})
    assert message.startswith(
        "setting up the firewall failed on web1: ufw allow from any to any port no-such-port: ERROR"
    )
    message = walled.fails("ufw", {"rule": "allow", "port": "no-such-port"}, check_mode=True)
    assert "--dry-run allow" in message


@pytest.mark.slow
def test_each_task_is_one_round_trip(walled: SystemGuest) -> None:
    rule = {"rule": "allow", "port": 22}
    assert walled.round_trips(lambda: walled.do("ufw", rule)) == 1
    assert walled.round_trips(lambda: walled.do("ufw", rule, check_mode=True)) == 1


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    assert busybox.fails("ufw", {"state": "enabled"}) == "`ufw` is not installed on web1"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"port": 22}, "one of `state`, `default`, `rule` and `logging` is needed"),
        ({"rule": "allow", "name": "x", "proto": "tcp"}, "`name` and `proto` cannot be given together"),
        ({"rule": "allow", "interface": "x"}, "`interface` needs `direction`"),
        ({"rule": "allow", "if_in": "x", "direction": "in"}, "`direction` has no meaning beside"),
        ({"rule": "allow", "if_in": "x", "if_out": "y"}, "Only route rules"),
        ({"rule": "allow", "direction": "incoming"}, "of a `rule` is `in` or `out`"),
        ({"policy": "allow", "direction": "in"}, "of `default` is `incoming`"),
        ({"rule": "allow", "comment": "it's"}, "ufw takes no ' in a `comment`"),
    ],
)
def test_what_does_not_belong_together_is_refused(given: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        UfwArguments.model_validate(given)


@pytest.mark.parametrize(("written", "meant"), [(True, "on"), (False, "off"), ("True", "on"), ("full", "full")])
def test_on_and_off_may_stand_there_without_quotes(written: object, meant: str) -> None:
    assert UfwArguments.model_validate({"logging": written}).logging == meant


NUMBERED = """Status: active

     To                         Action      From
[ 1] 22/tcp                     ALLOW IN    Anywhere                   # not 2001:db8::1
[ 2] 80/tcp                     ALLOW IN    10.0.0.0/8
[ 3] 22/tcp (v6)                ALLOW IN    Anywhere (v6)
[ 4] Anywhere (v6)              DENY IN     2001:db8::/32
"""


@pytest.mark.parametrize(
    ("insert", "relative_to", "number"),
    [(0, "first-ipv4", 1), (-1, "last-ipv4", 1), (0, "first-ipv6", 3), (0, "last-ipv6", 4), (1, "last-ipv6", None)],
)
def test_places_are_counted_from_rules(insert: int, relative_to: str, number: int | None) -> None:
    assert place(insert, relative_to, NUMBERED) == number


def test_without_rules_the_place_is_the_last() -> None:
    four_only = "".join(f"{line}\n" for line in NUMBERED.splitlines()[:5])
    assert place(0, "first-ipv6", four_only) is None
    assert place(-1, "first-ipv6", four_only) == 2
    assert place(0, "last-ipv6", "Status: active\n") is None


def test_rules_for_ipv6_are_known() -> None:
    assert is_six("[ 3] 2001:db8::1 25/tcp  ALLOW IN  Anywhere")
    assert not is_six("60000:61000/tcp  ALLOW IN  10.0.0.1")


def test_a_comment_that_cannot_be_read_is_shown_as_it_is() -> None:
    raw = RawFacts([("x_user", "### tuple ### allow any 1 a b c in comment=abc\n### tuple ### deny comment=6869")])
    assert Settings.told(raw, "x").shown().splitlines()[-2:] == ["allow any 1 a b c in # abc", "deny # hi"]
