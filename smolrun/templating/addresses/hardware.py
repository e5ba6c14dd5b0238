"""The filters ``hwaddr`` and ``macaddr``: hardware addresses in the notations of systems."""

from typing import Any, Final

import netaddr


class _Linux(netaddr.mac_unix):
    """``02:00:00:00:00:0a``: with the zeros that netaddr's own notation of Unix leaves out."""

    word_fmt = "%.2x"


_NOTATIONS: Final[dict[str, Any]] = {
    "bare": netaddr.mac_bare,
    "cisco": netaddr.mac_cisco,
    "eui48": netaddr.mac_eui48,
    "linux": _Linux,
    "pgsql": netaddr.mac_pgsql,
    "postgresql": netaddr.mac_pgsql,
    "psql": netaddr.mac_pgsql,
    "unix": netaddr.mac_unix,
    "win": netaddr.mac_eui48,
}


def hardware_address(value: Any, query: str = "", alias: str = "hwaddr") -> Any:
    """A hardware address in another notation, or as a number.

    Args:
        query: a notation, ``int``, or ``bool``; without it the address itself where it is one.

    Returns:
        None without `query`, and with ``bool``, where it is none.
    """
    try:
        address = netaddr.EUI(value)
    except (netaddr.AddrFormatError, ValueError, TypeError):
        if query not in ("", "bool"):
            raise ValueError(f"{value!r} is no hardware address") from None
        return None
    if query in _NOTATIONS:
        address.dialect = _NOTATIONS[query]
        return str(address)
    match query:
        case "":
            return value
        case "bool":
            return True
        case "int":
            return int(address)
        case _:
            raise ValueError(f"{alias} has no query '{query}'")
