"""The filters about networks: parts of them, hosts in them, several of them together.

docs.ansible.com, the filters of "ansible.utils"; measured against ansible.utils 6.
"""

import ipaddress
from typing import Any

import netaddr
from netaddr import AddrFormatError, IPAddress, IPNetwork

from smolrun.templating.addresses.address import Address, read_address
from smolrun.templating.addresses.queries import neighbour, usable
from smolrun.templating.limits import check_size


def _required(value: Any) -> Address:
    address = read_address(value)
    if address is None:
        raise ValueError(f"{value!r} is neither an address nor a network")
    return address


def _network(address: Address) -> IPNetwork:
    """The network itself, or the host with its prefix."""
    return IPNetwork(str(address.network) if address.is_host else str(address.network.cidr))


def subnet(value: Any, query: Any = "", index: Any = None) -> Any:
    """``ipsubnet``: parts of a network.

    Args:
        query: the prefix length of the parts, or a network that `value` is part of.
        index: which of the parts; without it their number, or the network of that prefix around an address.

    Returns:
        With a network as `query`: which of its parts of this size `value` is, from 1. False where nothing fits.
    """
    address = read_address(value)
    if address is None:
        return False
    network = IPNetwork(str(address.network)).cidr
    query = str(query)
    if not query:
        return str(network)
    if not query.isdigit():
        return _rank(network, query)
    length, width = int(query), 128 if network.version == 6 else 32
    if length > width:
        return False
    single = network.size == 1
    if index is None:
        return str(network.supernet(length)[0]) if single else _number_of_parts(network, length)
    number = int(index)
    if single:
        around = network.supernet(length)
        return str(around[number]) if -len(around) <= number < len(around) else False
    parts = 2 ** (length - network.prefixlen)
    number += parts if number < 0 else 0
    if not 0 <= number < parts:
        return False
    return f"{IPAddress(network.first + (number << width - length), network.version)}/{length}"


def _number_of_parts(network: IPNetwork, length: int) -> str:
    if length < network.prefixlen:
        raise ValueError(f"{network} has no parts with the prefix length {length}")
    return str(2 ** (length - network.prefixlen))


def _rank(network: IPNetwork, around: str) -> str:
    whole = IPNetwork(str(_required(around).network)).cidr
    width = 128 if network.version == 6 else 32
    shift = width - network.prefixlen
    if network.version != whole.version or network.first >> width - whole.prefixlen != whole.first >> (
        width - whole.prefixlen
    ):
        raise ValueError(f"{network} is not in {whole}")
    return str(((network.first - whole.first) >> shift) + 1)


def nth_host(value: Any, query: Any = "") -> Any:
    """``nthhost``: the address of that number in a network, negative ones from its end; false where there is none."""
    address = read_address(value)
    if address is None or not str(query).lstrip("-").isdigit() or str(query) == "":
        return False
    network, number = _network(address), int(query)
    if number == 0 and not isinstance(query, str):
        return False  # as in Ansible, where 0 is taken for no query at all
    return str(network[number]) if -network.size <= number < network.size else False


def next_nth_usable(value: Any, offset: Any) -> Any:
    """The address so many hosts on; nothing where the network has no such host."""
    return _away(value, _integer(offset))


def previous_nth_usable(value: Any, offset: Any) -> Any:
    return _away(value, -_integer(offset))


def _away(value: Any, steps: int) -> Any:
    address = read_address(value)
    if address is None:
        return False
    network = _network(address)
    return neighbour(network, steps) if network.size > 1 else None


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not str(value).lstrip("-").isdigit():
        raise ValueError(f"{value!r} is no whole number")
    return int(value)


def add(value: Any, amount: Any) -> str:
    """``ipmath``: the address so many further on."""
    try:
        address = IPNetwork(value).ip if "/" in value else IPAddress(value)
    except (AddrFormatError, AttributeError, ValueError, TypeError):  # netaddr's own, and those of what is no text
        raise ValueError(f"{value!r} is no address") from None
    return str(address + _integer(amount))


# --- one network in another --------------------------------------------------------------------------------


def _ends(address: Address, *, of_hosts: bool = False) -> tuple[int, int]:
    network = address.network.cidr
    if of_hosts and network.size > 1:
        return usable(network)
    return network.first, network.last


def network_in_network(value: Any, test: Any) -> bool:
    """Whether the address or network `test` lies in the network `value`, its first and last address too."""
    return _within(value, test, of_hosts=False)


def network_in_usable(value: Any, test: Any) -> bool:
    """Whether all addresses of `test` can be hosts of `value`."""
    return _within(value, test, of_hosts=True)


def _within(value: Any, test: Any, *, of_hosts: bool) -> bool:
    outer, inner = read_address(value), read_address(test)
    if outer is None or inner is None:
        return False
    first, last = _ends(outer, of_hosts=of_hosts)
    inner_first, inner_last = _ends(inner)
    return first <= inner_first and inner_last <= last


def reduce_on_network(value: Any, network: Any) -> list[Any]:
    """Those of a list of addresses that lie in a network."""
    return [item for item in value if _within(network, item, of_hosts=False)]


def merge(value: Any, action: str = "merge") -> Any:
    """``cidr_merge``: as few networks as a list of them comes to, or with ``span`` the one around them all."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise TypeError(f"a list of networks is needed, not {value!r}")
    networks = list(value)
    if action == "merge":
        return [str(network) for network in netaddr.cidr_merge(networks)]
    if action != "span":
        raise ValueError(f"action is '{action}', and should be merge or span")
    if len(networks) < 2:
        return str(IPNetwork(networks[0])) if networks else None
    return str(netaddr.spanning_cidr(networks))


def usable_range(value: Any) -> dict[str, Any]:
    """All the addresses of a network, and their number."""
    network = ipaddress.ip_network(str(value))
    check_size(network.num_addresses * 64, "the filter 'usable_range'")
    return {"usable_ips": [str(address) for address in network], "number_of_ips": network.num_addresses}


# --- other forms -------------------------------------------------------------------------------------------


def hexadecimal(value: Any, delimiter: str = "") -> str:
    """``ip4_hex``."""
    try:
        return delimiter.join(f"{part:02x}" for part in ipaddress.IPv4Address(str(value)).packed)
    except ValueError:
        raise ValueError(f"{value!r} is no IPv4 address") from None


def cut(value: Any, amount: Any) -> str:
    """``ipcut``: the first bits of an address, or the last where `amount` is negative, in its own notation."""
    try:
        address = ipaddress.ip_address(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is no address") from None
    width, number = (16, "{:x}") if address.version == 6 else (8, "{}")
    bits, count = f"{int(address):0{address.max_prefixlen}b}", _integer(amount)
    taken = bits[count:] if count < 0 else bits[:count]
    parts = [taken[start : start + width] for start in range(0, len(taken), width)]
    return (":" if address.version == 6 else ".").join(number.format(int(part, 2)) for part in parts)


def version_6_form(value: Any, form: str) -> str:
    """``ipv6form``: ``expand``, ``compress`` or ``x509`` (no group left out, no zeros before)."""
    try:
        address = ipaddress.ip_address(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is no address") from None
    match form:
        case "expand":
            return address.exploded
        case "compress":
            return address.compressed
        case "x509":
            return ":".join(f"{int(part, 16):x}" for part in address.exploded.split(":"))
        case _:
            raise ValueError(f"the form is '{form}', and should be expand, compress or x509")


def slaac(value: Any, query: Any = "") -> Any:
    """The address that a host with the MAC address `query` gives itself in a network (RFC 4862); false for none."""
    address = read_address(value)
    if address is None or address.network.version != 6 or not query:
        return False
    try:
        hardware = netaddr.EUI(query)
    except (AddrFormatError, ValueError, TypeError):
        return False
    return str(hardware.ipv6(_network(address).network))
