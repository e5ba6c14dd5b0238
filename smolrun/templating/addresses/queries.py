"""The filters ``ipaddr``, ``ipv4``, ``ipv6`` and ``ipwrap``: an address, and what is asked of it.

The questions and their answers: docs.ansible.com, "ansible.utils.ipaddr filter", measured against ansible.utils 6.
Answers are false or nothing where the question does not fit, as playbooks look for.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from netaddr import AddrConversionError, IPAddress, IPNetwork, IPSet

from smolrun.templating.addresses.address import Address, read_address

Query = Callable[[Address], Any]


def ask(value: Any, query: Any = "", version: Literal[4, 6] | None = None, alias: str = "ipaddr") -> Any:
    """What `query` finds out about an address, or about each of a list of them.

    Args:
        value: a text, a number, or a list; items that it does not fit are left out.
        query: one of `QUERIES`; a network that it has to be in; or a number, of a host in the network.
        version: 4 or 6, where others do not count.
        alias: the name of the filter, for messages.

    Returns:
        False or None where the question does not fit.

    Raises:
        ValueError: there is no such question.
    """
    if isinstance(value, list | tuple):
        return [answer for answer in (ask(item, query, version) for item in value) if answer]
    address = read_address(value, version)
    if address is None:
        return False
    query = str(query)
    network = None if query in QUERIES or query.isdigit() else read_address(query)
    if version and address.network.version != version:
        return False
    if network is not None:
        inside = address.network in IPSet([IPNetwork(query)])
        return address.text if inside else None
    if query in QUERIES:
        return QUERIES[query](address)
    return _host_number(address, query, alias)


def _host_number(address: Address, query: str, alias: str) -> Any:
    try:
        float(query)
    except ValueError:
        raise ValueError(f"{alias} has no query '{query}'") from None
    if address.network.size == 1:
        return address.ip if address.kind == "address" else str(address.network)
    try:
        return f"{address.network[int(query)]}/{address.network.prefixlen}"
    except (IndexError, ValueError):
        return False


# --- hosts of a network ------------------------------------------------------------------------------------


def usable(network: IPNetwork) -> tuple[int, int]:
    """The first and the last address that hosts of a network of more than one can have."""
    return (network.first, network.last) if network.size == 2 else (network.first + 1, network.last - 1)


def _text(network: IPNetwork, number: int) -> str:
    return str(IPAddress(number, network.version))


def _of_network(query: Query) -> Query:
    """A question that only a network with its prefix has an answer to."""

    def answer(address: Address) -> Any:
        if address.kind == "address":
            raise ValueError(f"'{address.text}' is not a network address")
        return query(address) if address.network.size > 1 else None

    return answer


def neighbour(network: IPNetwork, steps: int) -> str | None:
    """The address so many steps on, if a host of the network can have it."""
    first, last = usable(network)
    number = int(network.ip) + steps
    return _text(network, number) if first <= number <= last else None


def _peer(address: Address) -> str:
    number, size = int(address.network.ip), address.network.size
    if address.kind == "address":
        raise ValueError(f"'{address.text}' is not a network address")
    if size == 2:
        return _text(address.network, number ^ 1)
    if size != 4:
        raise ValueError(f"'{address.text}' is not a point-to-point network")
    if number % 4 in (0, 3):
        which = "network" if number % 4 == 0 else "broadcast"
        raise ValueError(f"the {which} address of a /30 has no peer")
    return _text(address.network, number ^ 3)


def _first_usable(address: Address) -> str:
    return _text(address.network, usable(address.network)[0])


def _last_usable(address: Address) -> str:
    return _text(address.network, usable(address.network)[1])


def _size_usable(address: Address) -> int:
    size = int(address.network.size)
    return {1: 0, 2: 2}.get(size, size - 2)


# --- forms -------------------------------------------------------------------------------------------------


def _address(address: Address) -> str | None:
    network = address.network
    if network.size == 1 or address.is_host or not network.broadcast or network.version == 6:
        return address.ip
    return None


def _own(address: Address) -> str:
    return address.ip if address.kind == "address" else str(address.network)


def _with_prefix(address: Address) -> str | bool:
    ends = (address.network.network, address.network.broadcast)
    return False if address.network.size > 2 and address.network.ip in ends else address.with_prefix


def _host(address: Address) -> str | None:
    if address.network.size == 1:
        return str(address.network)
    return address.with_prefix if address.is_host or not address.network.broadcast else None


def _is_in_use(address: Address) -> bool:
    return bool(address.network.size == 2 or (address.network.size > 1 and address.is_host))


def _ip_prefix(address: Address) -> str | None:
    return address.with_prefix if _is_in_use(address) else None


def _ip_netmask(address: Address) -> str | None:
    return f"{address.ip} {address.network.netmask}" if _is_in_use(address) else None


def _net(address: Address) -> str | None:
    network = address.network
    return f"{network.network}/{network.prefixlen}" if network.size > 1 and not address.is_host else None


def _broadcast(address: Address) -> str | None:
    return str(address.network.broadcast) if address.network.size > 2 else None


def _number(address: Address) -> int | str:
    number = int(address.network.ip)
    return number if address.kind == "address" else f"{number}/{address.network.prefixlen}"


def _type(address: Address) -> str:
    return "network" if address.network.size > 1 and not address.is_host else "address"


def _wrapped(address: Address) -> str:
    if address.network.version == 4:
        return address.text
    return f"[{address.ip}]" if address.kind == "address" else f"[{address.ip}]/{address.network.prefixlen}"


def _as_version_4(address: Address) -> str | bool:
    if address.network.version == 4:
        return address.text
    try:
        return str(address.network.ipv4())
    except AddrConversionError:
        return False


def _as_version_6(address: Address) -> str:
    return str(address.network.ipv6()) if address.network.version == 4 else address.text


def _six_to_four(address: Address) -> str | bool:
    """RFC 3056, section 2: the prefix 2002::/16 and the 32 bits of the IPv4 address."""
    network = address.network
    if network.version == 4:
        if network.size > 1 and not address.is_host:
            return False
        a, b, c, d = network.ip.words
        return f"2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1/48"
    inside = network.ip in IPNetwork("2002::/16")
    return address.text if inside and (address.kind == "address" or address.is_host) else False


# --- kinds of addresses ------------------------------------------------------------------------------------


def _if(holds: Callable[[IPAddress], bool]) -> Query:
    """A question that the address itself is the answer to, where it holds."""
    return lambda address: address.text if holds(address.network.ip) else None


def _is_public(ip: IPAddress) -> bool:
    special = ip.is_loopback() or ip.is_netmask() or ip.is_hostmask()
    return bool(ip.is_unicast() and ip.is_global() and not special)


def _is_link_local(ip: IPAddress) -> bool:
    """RFC 3927 and RFC 4291, section 2.5.6."""
    return ip in IPNetwork("169.254.0.0/16" if ip.version == 4 else "fe80::/10")


QUERIES: Final[Mapping[str, Query]] = {
    "": _own,
    "6to4": _six_to_four,
    "address": _address,
    "address/prefix": _with_prefix,
    "bool": lambda address: True,
    "broadcast": _broadcast,
    "cidr": lambda address: str(address.network),
    "first_usable": _of_network(_first_usable),
    "gateway": _with_prefix,
    "gw": _with_prefix,
    "host": _host,
    "host/prefix": _with_prefix,
    "hostmask": lambda address: str(address.network.hostmask),
    "hostnet": _with_prefix,
    "int": _number,
    "ip": _address,
    "ip/prefix": _ip_prefix,
    "ip_netmask": _ip_netmask,
    "ipv4": _as_version_4,
    "ipv6": _as_version_6,
    "last_usable": _of_network(_last_usable),
    "link-local": _if(_is_link_local),
    "lo": _if(lambda ip: ip.is_loopback()),
    "loopback": _if(lambda ip: ip.is_loopback()),
    "multicast": _if(lambda ip: ip.is_multicast()),
    "net": _net,
    "netmask": lambda address: str(address.network.netmask),
    "network": lambda address: str(address.network.network),
    "network/prefix": lambda address: str(address.network.cidr),
    "network_id": lambda address: str(address.network.network),
    "network_netmask": lambda address: f"{address.network.network} {address.network.netmask}",
    "network_wildcard": lambda address: f"{address.network.network} {address.network.hostmask}",
    "next_usable": _of_network(lambda address: neighbour(address.network, 1)),
    "peer": _peer,
    "prefix": lambda address: int(address.network.prefixlen),
    "previous_usable": _of_network(lambda address: neighbour(address.network, -1)),
    "private": _if(lambda ip: not ip.is_global()),
    "public": _if(_is_public),
    "range_usable": _of_network(lambda address: f"{_first_usable(address)}-{_last_usable(address)}"),
    "revdns": lambda address: str(address.network.ip.reverse_dns),
    "router": _with_prefix,
    "size": lambda address: int(address.network.size),
    "size_usable": _size_usable,
    "subnet": lambda address: str(address.network.cidr),
    "type": _type,
    "unicast": _if(lambda ip: ip.is_unicast()),
    "v4": _as_version_4,
    "v6": _as_version_6,
    "version": lambda address: int(address.network.version),
    "wildcard": lambda address: str(address.network.hostmask),
    "wrap": _wrapped,
}


def wrap(value: Any, query: Any = "") -> Any:
    """IPv6 addresses in brackets, all else as it is. `query` is taken and says nothing, as in Ansible."""
    if isinstance(value, list | tuple):
        return [wrap(item) for item in value]
    address = read_address(value) if isinstance(value, str) else None
    return value if address is None else _wrapped(address)
