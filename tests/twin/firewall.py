"""Tasks for firewalls: each builds on those before it."""

from collections.abc import Iterator
from typing import Any


def iptables() -> Iterator[tuple[str, dict[str, Any]]]:
    """Rules of iptables; no chain of the kernel's own is closed, since both programs come in over the network.

    Nothing is flushed: to ansible-core that is always a change.
    """
    chain = {"chain": "TWIN"}
    yield from (("iptables", arguments) for arguments in (
        {**chain, "chain_management": True}, {**chain, "jump": "RETURN", "comment": "it's \"a\" $b"},
        {**chain, "protocol": "tcp", "destination_port": "22", "ctstate": ["NEW", "ESTABLISHED"], "jump": "ACCEPT"},
        {**chain, "protocol": "tcp", "destination_ports": [80, "443:445"], "syn": "match", "jump": "ACCEPT"},
        {**chain, "source": "!10.0.0.0/8", "in_interface": "eth+", "limit": "5/minute", "limit_burst": 7},
        {**chain, "match": "state", "ctstate": "RELATED", "action": "insert", "rule_num": 2, "jump": "ACCEPT"},
        {**chain, "protocol": "tcp", "tcp_flags": {"flags": ["SYN", "RST"], "flags_set": ["SYN"]}, "jump": "DROP"},
        {**chain, "protocol": "icmp", "icmp_type": "echo-request", "jump": "DROP"},
        {**chain, "protocol": "icmp", "icmp_type": "echo-request", "jump": "DROP", "state": "absent"},
        {**chain, "log_prefix": "twin ", "log_level": "info", "jump": "LOG", "action": "insert"},
        {**chain, "reject_with": "icmp-port-unreachable", "protocol": "udp"},
        {**chain, "src_range": "10.0.0.1-10.0.0.5", "dst_range": "!10.0.1.1-10.0.1.2", "goto": "TWIN2"},
        {"chain": "TWIN2", "chain_management": True},
        {**chain, "src_range": "10.0.0.1-10.0.0.5", "dst_range": "!10.0.1.1-10.0.1.2", "goto": "TWIN2"},
        {**chain, "uid_owner": "root", "gid_owner": "!daemon", "jump": "ACCEPT"},
        {"chain": "OUTPUT", "uid_owner": "!root", "jump": "TWIN"},
        {"chain": "FORWARD", "policy": "DROP"}, {"chain": "TWIN", "policy": "DROP"},
        {"table": "nat", "chain": "PREROUTING", "protocol": "tcp", "destination_port": 8080, "jump": "REDIRECT",
         "to_ports": "80"},
        {"table": "nat", "chain": "POSTROUTING", "source": "10.9.0.0/16", "jump": "SNAT", "to_source": "192.0.2.7"},
        {"table": "mangle", "chain": "OUTPUT", "jump": "DSCP", "set_dscp_mark_class": "CS1"},
        {"ip_version": "ipv6", "chain": "INPUT", "protocol": "ipv6-icmp", "icmp_type": "echo-reply", "jump": "ACCEPT"},
        {**chain, "jump": "NO-SUCH-CHAIN"}, {**chain, "protocol": "nonsense"}, {"chain": "NONE", "jump": "ACCEPT"},
        {**chain, "jump": "NO-SUCH-CHAIN", "state": "absent"}, {"chain": "TWIN2", "chain_management": True},
        {**chain, "state": "absent", "chain_management": True},
    ))  # fmt: skip


def ufw() -> Iterator[tuple[str, dict[str, Any]]]:
    """Rules before the firewall is on, and after; policies and the log only after: before, ansible-core is wrong."""
    yield from (("community.general.ufw", arguments) for arguments in (
        {"rule": "allow", "port": "ssh", "proto": "tcp"}, {"rule": "allow", "to_port": 22, "proto": "tcp"},
        {"rule": "deny", "src": "192.0.2.0/24", "port": "25", "comment": "no mail", "log": True},
        {"state": "enabled"}, {"state": "enabled", "policy": "deny"}, {"default": "reject", "direction": "outgoing"},
        {"default": "allow", "direction": "outgoing"}, {"logging": "medium"}, {"logging": "on"}, {"logging": "off"},
        {"rule": "limit", "name": "OpenSSH"}, {"rule": "allow", "name": "No Such"},
        {"rule": "deny", "src": "192.0.2.0/24", "port": "25", "comment": "still no mail", "log": True},
        {"rule": "reject", "proto": "tcp", "port": 20, "to_ip": "::", "insert": 0, "insert_relative_to": "first-ipv6"},
        {"rule": "reject", "proto": "tcp", "port": 20, "to_ip": "0.0.0.0", "insert": -1,
         "insert_relative_to": "last-ipv4"},
        {"rule": "allow", "port": 99, "insert": 77},
        {"rule": "allow", "port": "60000:60010,61000", "proto": "udp", "interface": "eth7", "direction": "in"},
        {"rule": "allow", "route": True, "interface_in": "eth7", "interface_out": "eth8"},
        {"rule": "allow", "port": 1, "interface_in": "eth7", "interface_out": "eth8"},
        {"rule": "allow", "port": 1, "direction": "incoming"}, {"rule": "allow", "from_port": "no-such"},
        {"rule": "limit", "name": "OpenSSH", "delete": True}, {"rule": "limit", "name": "OpenSSH", "delete": True},
        {"state": "reloaded"}, {"state": "disabled"},
    ))  # fmt: skip
