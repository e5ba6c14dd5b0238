"""``iptables``: the real one on a guest with a network of its own."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.system.iptables_arguments import IptablesArguments
from smolrun.modules.system.iptables_rule import rule_words
from tests.modules.guest import Guest, SystemGuest

EMPTY = """
ufw disable >/dev/null
for tool in iptables ip6tables; do
	for table in filter nat mangle raw; do "$tool" -t "$table" -F; "$tool" -t "$table" -X; done
	for chain in INPUT FORWARD OUTPUT; do "$tool" -P "$chain" ACCEPT; done
done
"""
ACCEPT = {"chain": "INPUT", "jump": "ACCEPT"}


@pytest.fixture
def filtered(walled: SystemGuest) -> SystemGuest:
    walled.sh(EMPTY)
    return walled


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ({"source": "!192.0.2.0/24", "protocol": "tcp", "destination_port": "80"},
         "! -s 192.0.2.0/24 -p tcp -m tcp --dport 80"),
        ({"protocol": "tcp", "destination_ports": ["80", "443", "8081:8085"]},
         "-p tcp -m multiport --dports 80,443,8081:8085"),
        ({"ctstate": "ESTABLISHED,RELATED"}, "-m conntrack --ctstate RELATED,ESTABLISHED"),
        ({"match": "state", "ctstate": ["NEW"]}, "-m state --state NEW"),
        ({"protocol": "tcp", "syn": "negate", "in_interface": "eth+"},
         "-i eth+ -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN"),
        ({"protocol": "tcp", "tcp_flags": {"flags": "ALL", "flags_set": ["ACK", "SYN"]}},
         "-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG SYN,ACK"),
        ({"src_range": "10.0.0.1-10.0.0.9", "comment": 'the "web" of $here'},
         '-m iprange --src-range 10.0.0.1-10.0.0.9 -m comment --comment "the \\"web\\" of $here"'),
        ({"limit": "2/second", "limit_burst": 20}, "-m limit --limit 2/sec --limit-burst 20"),
        ({"chain": "OUTPUT", "uid_owner": "!smol"}, "-m owner ! --uid-owner 1000"),
        ({"protocol": "icmp", "icmp_type": "echo-request"}, "-p icmp -m icmp --icmp-type 8"),
        ({"fragment": "yes", "destination": "10.1.1.1"}, "-d 10.1.1.1/32 -f"),
    ],
)  # fmt: skip
def test_rules_come_and_go(filtered: SystemGuest, rule: dict[str, Any], shown: str) -> None:
    wanted = {**ACCEPT, **rule}
    filtered.twice("iptables", wanted)
    assert filtered.sh(f"iptables -S {wanted['chain']} 1") == f"-A {wanted['chain']} {shown} -j ACCEPT\n"
    filtered.twice("iptables", wanted | {"state": "absent"})
    assert filtered.sh(f"iptables -S {wanted['chain']} 1; true") == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ({"reject_with": "tcp-reset", "protocol": "tcp", "source": "192.0.2.1"},
         "-s 192.0.2.1/32 -p tcp -j REJECT --reject-with tcp-reset"),
        ({"log_prefix": "SR: ", "log_level": "info"}, '-j LOG --log-prefix "SR: " --log-level 6'),
        ({"table": "mangle", "set_dscp_mark_class": "CS1"}, "-j DSCP --set-dscp 0x08"),
        ({"table": "mangle", "set_dscp_mark": "8", "jump": "DSCP"}, "-j DSCP --set-dscp 0x08"),
        ({"table": "mangle", "jump": "TEE", "gateway": "192.0.2.1"}, "-j TEE --gateway 192.0.2.1"),
        ({"table": "nat", "chain": "PREROUTING", "protocol": "tcp", "destination_port": 8080, "jump": "REDIRECT",
          "to_ports": 80}, "-p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 80"),
        ({"table": "nat", "chain": "POSTROUTING", "out_interface": "eth0", "jump": "SNAT", "to_source": "192.0.2.7"},
         "-o eth0 -j SNAT --to-source 192.0.2.7"),
        ({"table": "nat", "chain": "PREROUTING", "source": "192.0.2.1", "jump": "DNAT", "to_destination": "192.0.2.7"},
         "-s 192.0.2.1/32 -j DNAT --to-destination 192.0.2.7"),
        ({"ip_version": "ipv6", "protocol": "ipv6-icmp", "icmp_type": "echo-request", "jump": "DROP", "wait": "2"},
         "-p ipv6-icmp -m icmp6 --icmpv6-type 128 -j DROP"),
    ],
)  # fmt: skip
def test_targets_of_every_table(filtered: SystemGuest, rule: dict[str, Any], shown: str) -> None:
    wanted = {"chain": "INPUT", **rule}
    tool = "ip6tables" if "ip_version" in rule else "iptables"
    filtered.twice("iptables", wanted)
    listed = filtered.sh(f"{tool} -t {wanted.get('table', 'filter')} -S {wanted['chain']} 1")
    assert listed == f"-A {wanted['chain']} {shown}\n"
    filtered.twice("iptables", wanted | {"state": "absent"})


@pytest.mark.slow
def test_a_rule_is_put_where_it_is_told(filtered: SystemGuest) -> None:
    for port, more in ((1, {}), (2, {}), (3, {"action": "insert"}), (4, {"action": "insert", "rule_num": 2})):
        filtered.twice("iptables", {**ACCEPT, "protocol": "tcp", "destination_port": port, **more})
    ports = re.findall(r"--dport (\d+)", filtered.sh("iptables -S INPUT"))
    assert ports == ["3", "4", "1", "2"]


@pytest.mark.slow
def test_what_was_done_is_told(filtered: SystemGuest) -> None:
    wanted = {**ACCEPT, "protocol": "tcp", "destination_port": 22}
    done = filtered.do("iptables", wanted, check_mode=True, diff_mode=True)
    assert done.diffs[0].after == "-A INPUT -p tcp -j ACCEPT --destination-port 22\n"
    assert filtered.round_trips(lambda: filtered.do("iptables", wanted)) == 2
    assert filtered.round_trips(lambda: filtered.do("iptables", wanted)) == 1
    assert filtered.do("iptables", wanted).values == {
        "chain": "INPUT", "table": "filter", "ip_version": "ipv4", "state": "present", "flush": False,
        "chain_management": False, "rule": "-p tcp -j ACCEPT --destination-port 22",
    }  # fmt: skip


@pytest.mark.slow
def test_policies(filtered: SystemGuest) -> None:
    shown = filtered.do("iptables", {"chain": "FORWARD", "policy": "DROP"}, check_mode=True, diff_mode=True).diffs[0]
    assert (shown.before, shown.after) == ("-P FORWARD ACCEPT\n", "-P FORWARD DROP\n")
    filtered.twice("iptables", {"chain": "FORWARD", "policy": "DROP"})
    assert filtered.sh("iptables -S FORWARD") == "-P FORWARD DROP\n"
    assert "has no policy on web1" in filtered.fails("iptables", {"chain": "OWN", "policy": "DROP"})


@pytest.mark.slow
def test_chains_are_made_filled_emptied_and_deleted(filtered: SystemGuest) -> None:
    chain = {"chain": "OWN", "chain_management": True}
    filtered.twice("iptables", chain)
    filtered.twice("iptables", {"chain": "OWN", "jump": "RETURN", "protocol": "udp"})
    assert "failed on web1" in filtered.fails("iptables", chain | {"state": "absent"})
    filtered.twice("iptables", {"chain": "OWN", "flush": True})
    filtered.twice("iptables", chain | {"state": "absent"})
    filtered.twice("iptables", chain | {"jump": "RETURN"})
    assert filtered.sh("iptables -S OWN") == "-N OWN\n-A OWN -j RETURN\n"
    assert not filtered.do("iptables", {"chain": "NONE"}).changed


@pytest.mark.slow
def test_a_whole_table_is_emptied(filtered: SystemGuest) -> None:
    filtered.do("iptables", {**ACCEPT, "source": "10.0.0.1"})
    filtered.do("iptables", {**ACCEPT, "chain": "OUTPUT"})
    filtered.twice("iptables", {"flush": True})
    assert "-A" not in filtered.sh("iptables -S")
    assert "there is no chain NONE in the table filter" in filtered.fails("iptables", {"flush": True, "chain": "NONE"})


@pytest.mark.slow
def test_what_iptables_refuses_is_told_in_its_words(filtered: SystemGuest) -> None:
    message = filtered.fails("iptables", {**ACCEPT, "protocol": "nonsense"})
    assert message.startswith("`iptables -A INPUT -p nonsense -j ACCEPT` failed on web1: iptables v1.8")
    assert 'unknown protocol "nonsense"' in message
    assert not filtered.do("iptables", {"chain": "INPUT", "jump": "NO-SUCH-CHAIN", "state": "absent"}).changed


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    assert busybox.fails("iptables", ACCEPT) == "`iptables` is not installed on web1"
    assert busybox.fails("iptables", {**ACCEPT, "ip_version": "ipv6"}) == "`ip6tables` is not installed on web1"


@pytest.mark.parametrize(
    ("version", "waits"),
    [
        ("v1.4.7", ""), ("v1.4.19.1", ""), ("v1.4.20", "-w"), ("v1.4.21", "-w"), ("v1.6.1", "-w 7"),
        ("v1.8.9 (nf_tables)", "-w 7"), ("v1.8.10 (legacy)", "-w 7"),
    ],
)  # fmt: skip
def test_old_versions_wait_as_they_can(busybox: Guest, version: str, waits: str) -> None:
    tool = busybox.root / "bin/iptables"
    tool.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "iptables {version}" && exit\necho "$*" >>/tmp/calls\n'
        'case " $* " in *" -C "*) exit 1 ;; esac\nexit 0\n'
    )
    tool.chmod(0o755)
    try:
        assert busybox.do("iptables", {**ACCEPT, "wait": 7}).changed
        calls = (busybox.root / "tmp/calls").read_text().splitlines()
        assert calls[-1] == " ".join(f"-t filter {waits} -A INPUT -j ACCEPT".split())
    finally:
        tool.unlink()
        (busybox.root / "tmp/calls").unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"jump": "ACCEPT"}, "`chain` is needed"),
        ({"chain": "A", "flush": True, "policy": "DROP"}, "`flush` and `policy`"),
        ({"chain": "A", "match_set": "x"}, "need each other"),
        ({"chain": "A", "jump": "TEE"}, "needs `gateway`"),
        ({"chain": "A", "log_prefix": "x", "jump": "DROP"}, "`log_prefix` goes with `jump: LOG` alone"),
        ({"chain": "A", "set_dscp_mark": 8, "set_dscp_mark_class": "CS1"}, "cannot be given together"),
        ({"chain": "A", "wait": "long"}, "`wait` is a number of seconds, not 'long'"),
        ({"chain": "A", "tcp_flags": {"flags": ["SYN"]}}, "flags_set"),
    ],
)
def test_what_does_not_belong_together_is_refused(given: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        IptablesArguments.model_validate(given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"match_set": "!bad", "match_set_flags": "src"}, "-m set ! --match-set bad src"),
        ({"match": ["set", "comment"], "match_set": "a", "match_set_flags": "src,dst", "goto": "OTHER"},
         "-m set -m comment -g OTHER --match-set a src,dst"),
        ({"set_counters": "10 1000", "gid_owner": 5}, "-c 10 1000 -m owner --gid-owner 5"),
        ({"fragment": "!"}, "! -f"),
        ({"source": "! 10.0.0.0/8"}, "! -s 10.0.0.0/8"),
        ({"wait": "5"}, ""),
    ],
)  # fmt: skip
def test_what_a_guest_need_not_have_for_a_test(given: Mapping[str, Any], words: str) -> None:
    assert " ".join(rule_words(IptablesArguments.model_validate({"chain": "A", **given}))) == words
