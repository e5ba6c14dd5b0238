"""Tests of ``ansible.utils`` for addresses (docs.ansible.com, the tests of "ansible.utils")."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    Ip = IPv4Address | IPv6Address
    Network = IPv4Network | IPv6Network

_MAC: Final = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}|[0-9a-f]{12}", re.I)


def _address(value: Any) -> "Ip | None":
    from ipaddress import ip_address

    try:
        return ip_address(str(value))
    except ValueError:
        return None


def _network(value: Any) -> "Network | None":
    from ipaddress import ip_network

    try:
        return ip_network(str(value))
    except ValueError:
        return None


def _is_address(holds: Callable[[Any], Any]) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        address = _address(value)
        try:
            return address is not None and bool(holds(address))
        except AttributeError:  # a question to IPv6 alone
            return False

    return test


def _is_network(version: int | None = None) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        network = _network(value)
        return network is not None and version in (None, network.version)

    return test


def in_network(value: Any, network: Any) -> bool:
    """Whether an address or a network lies in a network."""
    inner, outer = _network(value), _network(network)
    if inner is None or outer is None or inner.version != outer.version:
        return False
    return int(outer[0]) <= int(inner[0]) and int(inner[-1]) <= int(outer[-1])


def in_any_network(value: Any, networks: Any) -> bool:
    return any(in_network(value, network) for network in networks)


def in_one_network(value: Any, networks: Any) -> bool:
    return sum(in_network(value, network) for network in networks) == 1


def supernet_of(value: Any, network: Any) -> bool:
    return in_network(network, value)


def _mask(value: Any, *, of_hosts: bool) -> bool:
    from ipaddress import IPv4Address

    address = _address(value)
    if not isinstance(address, IPv4Address):
        return False
    number = int(address) if of_hosts else int(address) ^ 0xFFFFFFFF
    return number & (number + 1) == 0


def is_mac(value: Any) -> bool:
    return _MAC.fullmatch(str(value)) is not None


def resolvable(value: Any) -> bool:
    """Whether this machine knows the name of the address, or an address of the name."""
    import socket

    try:
        if _address(value) is not None:
            socket.gethostbyaddr(str(value))
        else:
            socket.getaddrinfo(str(value), None)
    except OSError:
        return False
    return True


_SHORT: Final[dict[str, Callable[..., bool]]] = {
    "in_any_network": in_any_network,
    "in_network": in_network,
    "in_one_network": in_one_network,
    "ip": _is_network(),
    "ip_address": _is_address(lambda address: True),
    "ipv4": _is_network(4),
    "ipv4_address": _is_address(lambda address: address.version == 4),
    "ipv4_hostmask": lambda value: _mask(value, of_hosts=True),
    "ipv4_netmask": lambda value: _mask(value, of_hosts=False),
    "ipv6": _is_network(6),
    "ipv6_address": _is_address(lambda address: address.version == 6),
    "ipv6_ipv4_mapped": _is_address(lambda address: address.ipv4_mapped is not None),
    "ipv6_sixtofour": _is_address(lambda address: address.sixtofour is not None),
    "ipv6_teredo": _is_address(lambda address: address.teredo is not None),
    "loopback": _is_address(lambda address: address.is_loopback),
    "mac": is_mac,
    "multicast": _is_address(lambda address: address.is_multicast),
    "private": _is_address(lambda address: address.is_private),
    "public": _is_address(lambda address: address.is_global),
    "reserved": _is_address(lambda address: address.is_reserved),
    "resolvable": resolvable,
    "subnet_of": in_network,
    "supernet_of": supernet_of,
    "unspecified": _is_address(lambda address: address.is_unspecified),
}
TESTS: Final[dict[str, Callable[..., bool]]] = {"ansible.utils." + name: test for name, test in _SHORT.items()}
"""By their full names alone, as in Ansible, where these short names are nobody's."""
