"""Filters of ``ansible.utils`` for addresses and networks. What they need is imported when one of them is used."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

_WHERE: Final[dict[str, tuple[str, str]]] = {
    "cidr_merge": ("networks", "merge"),
    "hwaddr": ("hardware", "hardware_address"),
    "ip4_hex": ("networks", "hexadecimal"),
    "ipaddr": ("queries", "ask"),
    "ipcut": ("networks", "cut"),
    "ipmath": ("networks", "add"),
    "ipsubnet": ("networks", "subnet"),
    "ipv6form": ("networks", "version_6_form"),
    "ipwrap": ("queries", "wrap"),
    "network_in_network": ("networks", "network_in_network"),
    "network_in_usable": ("networks", "network_in_usable"),
    "next_nth_usable": ("networks", "next_nth_usable"),
    "nthhost": ("networks", "nth_host"),
    "previous_nth_usable": ("networks", "previous_nth_usable"),
    "reduce_on_network": ("networks", "reduce_on_network"),
    "slaac": ("networks", "slaac"),
    "usable_range": ("networks", "usable_range"),
}
COLLECTIONS: Final = ("ansible.utils.", "ansible.netcommon.")
"""Where they are, and where they were."""


def _late(file: str, name: str) -> Callable[..., Any]:
    """The function `name` of a file of ``templating.addresses``."""

    def call(*args: Any, **keywords: Any) -> Any:
        return getattr(import_module(f"smolrun.templating.addresses.{file}"), name)(*args, **keywords)

    return call


_ask = _late("queries", "ask")
_hardware_address = _late("hardware", "hardware_address")


def ipv4(value: Any, query: Any = "") -> Any:
    return _ask(value, query, 4, "ipv4")


def ipv6(value: Any, query: Any = "") -> Any:
    return _ask(value, query, 6, "ipv6")


def macaddr(value: Any, query: str = "") -> Any:
    return _hardware_address(value, query, "macaddr")


_SHORT: Final[dict[str, Callable[..., Any]]] = {
    **{name: _late(*where) for name, where in _WHERE.items()},
    "ipv4": ipv4,
    "ipv6": ipv6,
    "macaddr": macaddr,
}
FILTERS: Final[dict[str, Callable[..., Any]]] = {
    **_SHORT,
    **{collection + name: function for collection in COLLECTIONS for name, function in _SHORT.items()},
}
