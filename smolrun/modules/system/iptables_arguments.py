"""The arguments of ``iptables``, under Ansible's names."""

from typing import Literal

from pydantic import Field, model_validator

from smolrun.modules.base import Arguments, mistake
from smolrun.source.coercions import Boolean, Text, TextList

LogLevel = Literal[
    "0", "1", "2", "3", "4", "5", "6", "7", "emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"
]
INVERTED = "; `!` before it means all others"


class TcpFlags(Arguments):
    """Flags of TCP."""

    flags: TextList = Field(description="Those that are looked at")
    flags_set: TextList = Field(description="Those of them that have to be set, and no others")


class IptablesArguments(Arguments):
    """See to it that a chain of iptables has a rule or a policy, is empty, or exists; in the running kernel only.

    Example:
        ```yaml
        - iptables:
            chain: INPUT
            ctstate: ESTABLISHED,RELATED
            jump: ACCEPT
        - iptables:
            chain: INPUT
            protocol: tcp
            destination_ports: ["80", "443"]
            source: "!192.0.2.0/24"
            jump: ACCEPT
            comment: the web
        - iptables:
            table: nat
            chain: POSTROUTING
            out_interface: eth0
            jump: MASQUERADE
        - iptables:
            chain: INPUT
            policy: DROP
        ```

    Returns: ``rule``, as iptables was told; ``chain``, ``table``, ``ip_version``, ``state``, ``flush``,
    ``chain_management``.

    The guest needs: `iptables` (`ip6tables` for `ip_version: ipv6`), and root's rights.
    """

    chain: Text | None = Field(None, description="The chain; needed for all but `flush`")
    table: Literal["filter", "nat", "mangle", "raw", "security"] = Field("filter", description="The table it is in")
    ip_version: Literal["ipv4", "ipv6"] = Field("ipv4", description="Which packets: iptables, or ip6tables")
    state: Literal["absent", "present"] = Field("present", description="Whether the rule is to be there")
    action: Literal["append", "insert"] = Field("append", description="Where a new rule goes: last, or first")
    rule_num: Text | None = Field(None, description="The number that a rule is inserted as")
    flush: Boolean = Field(False, description="Take all rules out of the chain, or of all chains of the table")
    policy: Literal["ACCEPT", "DROP", "QUEUE", "RETURN"] | None = Field(
        None, description="What becomes of packets at the end of a chain of the kernel's own; all else is passed over"
    )
    chain_management: Boolean = Field(
        False, description="Make the chain where it is not there; with `absent`, and no rule, delete it"
    )
    protocol: Text | None = Field(None, description=f"A protocol by name or number{INVERTED}")
    source: Text | None = Field(None, description=f"Address or network the packets come from{INVERTED}")
    destination: Text | None = Field(None, description=f"Address or network they go to{INVERTED}")
    in_interface: Text | None = Field(None, description=f"Interface they come in by; `eth+` is any eth…{INVERTED}")
    out_interface: Text | None = Field(None, description=f"Interface they go out by{INVERTED}")
    source_port: Text | None = Field(None, description=f"Port they come from, or a range `first:last`{INVERTED}")
    destination_port: Text | None = Field(None, description=f"Port they go to, or a range `first:last`{INVERTED}")
    destination_ports: TextList = Field([], description="Several ports and ranges (match `multiport`)")
    src_range: Text | None = Field(None, description=f"Addresses they come from, `first-last`{INVERTED}")
    dst_range: Text | None = Field(None, description=f"Addresses they go to, `first-last`{INVERTED}")
    match_set: Text | None = Field(None, description=f"A set of ipset(8){INVERTED}")
    match_set_flags: Literal["src", "dst", "src,dst", "dst,src", "src,src", "dst,dst"] | None = Field(
        None, description="Which of a packet's addresses have to be in the set"
    )
    match: TextList = Field(
        [], description="Extensions of iptables to load; where others need one, it is loaded anyway"
    )
    ctstate: TextList = Field([], description="States of their connection: `NEW`, `ESTABLISHED`, `RELATED`, …")
    syn: Literal["ignore", "match", "negate"] = Field("ignore", description="Whether they begin a connection of TCP")
    tcp_flags: TcpFlags | None = Field(None, description="Flags of TCP: `flags` and, of these, `flags_set`")
    icmp_type: Text | None = Field(None, description=f"A type of ICMP, by name or number{INVERTED}")
    fragment: Text | None = Field(None, description="Second and later fragments; `!` means all others")
    uid_owner: Text | None = Field(None, description=f"The user whose process made them{INVERTED}")
    gid_owner: Text | None = Field(None, description=f"The group whose process made them{INVERTED}")
    limit: Text | None = Field(None, description="How often, on average, the rule matches: `5/minute`")
    limit_burst: Text | None = Field(None, description="How often it matches at first, before `limit` counts")
    jump: Text | None = Field(None, description="What becomes of them: `ACCEPT`, `DROP`, another chain, …")
    goto: Text | None = Field(None, description="A chain that does not come back to this one")
    gateway: Text | None = Field(None, description="Where `jump: TEE` sends the copies")
    log_prefix: Text | None = Field(None, description="Begins the line of the log; means `jump: LOG`")
    log_level: LogLevel | None = Field(None, description="Level of that line; means `jump: LOG`")
    reject_with: Text | None = Field(None, description="What is answered; means `jump: REJECT`")
    to_destination: Text | None = Field(None, description="The address that `jump: DNAT` writes")
    to_source: Text | None = Field(None, description="The address that `jump: SNAT` writes")
    to_ports: Text | None = Field(None, description="The port that `REDIRECT` and `MASQUERADE` write")
    set_dscp_mark: Text | None = Field(None, description="A number for the DSCP field; means `jump: DSCP`")
    set_dscp_mark_class: Text | None = Field(None, description="A DiffServ class for it; means `jump: DSCP`")
    set_counters: Text | None = Field(None, description="What the counters of a new rule begin with: `packets bytes`")
    comment: Text | None = Field(None, description="Kept with the rule")
    wait: Text | None = Field(None, description="Seconds that another program may hold the lock")
    numeric: Boolean = Field(False, description="Kept for compatibility: nothing here asks for names of addresses")

    @model_validator(mode="after")
    def _belong_together(self) -> "IptablesArguments":
        if self.chain is None and not self.flush:
            raise mistake("`chain` is needed")
        if self.flush and self.policy:
            raise mistake("`flush` and `policy` cannot be given together")
        if self.set_dscp_mark and self.set_dscp_mark_class:
            raise mistake("`set_dscp_mark` and `set_dscp_mark_class` cannot be given together")
        if (self.match_set is None) != (self.match_set_flags is None):
            raise mistake("`match_set` and `match_set_flags` need each other")
        if self.jump in ("TEE", "tee") and self.gateway is None:
            raise mistake("`jump: TEE` needs `gateway`")
        if self.wait is not None and not self.wait.isdecimal():
            raise mistake(f"`wait` is a number of seconds, not '{self.wait}'")
        for names, target in _TARGETS.items():
            given = next((name for name in names if getattr(self, name)), None)
            if given and self.jump is not None and self.jump.upper() != target:
                raise mistake(f"`{given}` goes with `jump: {target}` alone, not with `{self.jump}`")
        return self

    @property
    def target(self) -> str | None:
        """What `jump` is, said or meant."""
        meant = (target for names, target in _TARGETS.items() if any(getattr(self, name) for name in names))
        return self.jump or next(meant, None)


_TARGETS = {
    ("log_prefix", "log_level"): "LOG",
    ("set_dscp_mark", "set_dscp_mark_class"): "DSCP",
}
"""Options that only one target has."""
