"""What a text or a number stands for: an address, or a network."""

import re
from typing import Any, Literal

from netaddr import AddrFormatError, IPNetwork

from smolrun.lazy_dataclass import dataclass

_WIDTH = {4: 32, 6: 128}
_NUMBER_AND_PREFIX = re.compile(r"(\d+)/(\d+)")


@dataclass(frozen=True)
class Address:
    """Attributes:
    network: the address with the network around it; a bare address has one of its own.
    kind: whether a prefix was written.
    text: as it was written; numbers are written out.
    """

    network: IPNetwork
    kind: Literal["address", "network"]
    text: str

    @property
    def ip(self) -> str:
        return str(self.network.ip)

    @property
    def with_prefix(self) -> str:
        """The address itself, and the length of the prefix."""
        return f"{self.network.ip}/{self.network.prefixlen}"

    @property
    def is_host(self) -> bool:
        """Whether it is no network's own address; netaddr gives a network of two no broadcast address."""
        return bool(self.network.ip != self.network.network)


def read_address(value: Any, version: Literal[4, 6] | None = None) -> Address | None:
    """The address that `value` stands for; None where it stands for none.

    Args:
        version: 4 or 6: what a number is taken for; None: the first that it fits.
    """
    if not value or value is True:
        return None
    text = str(value)
    if text.isdigit():
        network = _numbered(int(text), None, version)
        return None if network is None else Address(network, "address", str(network))
    if not isinstance(value, str):
        return None
    try:
        return Address(IPNetwork(text), "network" if text.count("/") == 1 else "address", text)
    except (AddrFormatError, ValueError):
        pair = _NUMBER_AND_PREFIX.fullmatch(text)
    network = _numbered(int(pair[1]), int(pair[2]), None) if pair else None
    return None if network is None else Address(network, "network", str(network))


def _numbered(number: int, prefix: int | None, version: Literal[4, 6] | None) -> IPNetwork | None:
    families: tuple[Literal[4, 6], ...] = (version, 6) if version else (4, 6)
    for family in families:
        length = _WIDTH[family] if prefix is None else prefix
        if number < 1 << _WIDTH[family] and length <= _WIDTH[family]:
            network = IPNetwork((number, length), version=family)
            network.value = number
            return network
    return None
