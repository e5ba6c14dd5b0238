"""A rule as iptables(8) is told it.

The order, and the matches that are loaded twice, are Ansible's: a rule that it has made is to be found again.
"""

from collections.abc import Iterator

from smolrun.modules.system.iptables_arguments import IptablesArguments


def rule_words(wanted: IptablesArguments) -> list[str]:
    """The words of a rule after the chain; none where the arguments describe no rule."""
    return [*_packets(wanted), *_target(wanted), *_more(wanted), *_states(wanted), *_matches(wanted), *_end(wanted)]


def _packets(wanted: IptablesArguments) -> Iterator[str]:
    yield from option("-p", wanted.protocol)
    yield from option("-s", wanted.source)
    yield from option("-d", wanted.destination)
    for name in wanted.match:
        yield from option("-m", name)
    if wanted.tcp_flags:
        yield from ("--tcp-flags", ",".join(wanted.tcp_flags.flags), ",".join(wanted.tcp_flags.flags_set))


def _target(wanted: IptablesArguments) -> Iterator[str]:
    target = wanted.target
    yield from option("-j", target)
    if target and target.lower() == "tee":
        yield from option("--gateway", wanted.gateway)
    yield from option("--log-prefix", wanted.log_prefix)
    yield from option("--log-level", wanted.log_level)
    yield from option("--to-destination", wanted.to_destination)


def _more(wanted: IptablesArguments) -> Iterator[str]:
    if wanted.destination_ports:
        yield from ("-m", "multiport", "--dports", ",".join(wanted.destination_ports))
    yield from option("--to-source", wanted.to_source)
    yield from option("-g", wanted.goto)
    yield from option("-i", wanted.in_interface)
    yield from option("-o", wanted.out_interface)
    if wanted.fragment:
        yield from ("!", "-f") if wanted.fragment.startswith("!") else ("-f",)
    if wanted.set_counters:
        yield from ("-c", *wanted.set_counters.split())
    yield from option("--source-port", wanted.source_port)
    yield from option("--destination-port", wanted.destination_port)
    yield from option("--to-ports", wanted.to_ports)
    yield from option("--set-dscp", wanted.set_dscp_mark)
    yield from option("--set-dscp-class", wanted.set_dscp_mark_class)
    yield from {"match": ["--syn"], "negate": ["!", "--syn"]}.get(wanted.syn, [])


def _states(wanted: IptablesArguments) -> Iterator[str]:
    if not wanted.ctstate:
        return
    if not {"conntrack", "state"} & set(wanted.match):
        yield from ("-m", "conntrack")
    old = "state" in wanted.match and "conntrack" not in wanted.match
    yield from ("--state" if old else "--ctstate", ",".join(wanted.ctstate))


def _matches(wanted: IptablesArguments) -> Iterator[str]:
    if wanted.src_range or wanted.dst_range:
        if "iprange" not in wanted.match:
            yield from ("-m", "iprange")
        yield from option("--src-range", wanted.src_range)
        yield from option("--dst-range", wanted.dst_range)
    if wanted.match_set and wanted.match_set_flags:
        if "set" not in wanted.match:
            yield from ("-m", "set")
        yield from (*option("--match-set", wanted.match_set), wanted.match_set_flags)
    if wanted.limit or wanted.limit_burst:
        yield from ("-m", "limit")
    yield from option("--limit", wanted.limit)
    yield from option("--limit-burst", wanted.limit_burst)
    for flag, owner in (("--uid-owner", wanted.uid_owner), ("--gid-owner", wanted.gid_owner)):
        if owner:
            yield from ("-m", "owner", *option(flag, owner))


def _end(wanted: IptablesArguments) -> Iterator[str]:
    if wanted.reject_with:
        yield from ("-j", "REJECT") if wanted.target is None else ()
        yield from option("--reject-with", wanted.reject_with)
    yield from option("--icmp-type" if wanted.ip_version == "ipv4" else "--icmpv6-type", wanted.icmp_type)
    if wanted.comment:
        yield from ("-m", "comment", "--comment", wanted.comment)


def option(flag: str, value: str | None) -> list[str]:
    """An option and its value; ``!`` before the value turns it round."""
    if not value:
        return []
    return ["!", flag, value[1:].strip()] if value.startswith("!") else [flag, value]
