"""Interfaces, addresses and default routes."""

import ipaddress
import re
from typing import Any

from smolrun.modules.facts.raw import RawFacts

ETHERNET = "1"
LOOPBACK = "772"
KINDS = {ETHERNET: "ether", LOOPBACK: "loopback", "65534": "unknown"}
"""From /sys/class/net/*/type (if_arp.h)."""

UP = 0x1
PROMISCUOUS = 0x100
PER_INTERFACE = frozenset({"address", "mtu", "flags", "kind", "bridge", "bonding"})


def network_facts(raw: RawFacts) -> dict[str, Any]:
    """``interfaces``, one fact for each of them, ``default_ipv4``, ``default_ipv6`` and all addresses."""
    interfaces = _interfaces(raw)
    for name, address in _addresses(raw):
        _add(interfaces.setdefault(name, {"device": name}), address)
    facts: dict[str, Any] = {
        "interfaces": list(interfaces),
        "all_ipv4_addresses": _all(interfaces, "ipv4"),
        "all_ipv6_addresses": _all(interfaces, "ipv6"),
        "default_ipv4": _default(raw, interfaces, 4),
        "default_ipv6": _default(raw, interfaces, 6),
    }
    for name, interface in interfaces.items():
        facts[re.sub(r"[^A-Za-z0-9_]", "_", name)] = interface
    return facts


def _interfaces(raw: RawFacts) -> dict[str, dict[str, Any]]:
    found = {}
    for group in raw.groups("interface", PER_INTERFACE):
        name = group["interface"]
        flags = int(group["flags"], 16) if re.fullmatch(r"0x[0-9a-fA-F]+", group.get("flags", "")) else 0
        kind = "bridge" if "bridge" in group else "bonding" if "bonding" in group else KINDS.get(group.get("kind", ""))
        interface: dict[str, Any] = {"device": name, "active": bool(flags & UP), "promisc": bool(flags & PROMISCUOUS)}
        if kind:
            interface["type"] = kind
        if group.get("address") and group.get("kind") != LOOPBACK:
            interface["macaddress"] = group["address"]
        if group.get("mtu", "").isdigit():
            interface["mtu"] = int(group["mtu"])
        found[name] = interface
    return found


def _addresses(raw: RawFacts) -> list[tuple[str, dict[str, Any]]]:
    """Interface and address: from ``ip -o addr``, else from ``ifconfig``."""
    found = []
    for line in raw.text("ip_addresses").splitlines():
        match = re.match(r"\d+:\s+(\S+?)(?:@\S+)?\s+(inet6?)\s+(\S+)(.*)", line)
        if match:
            rest = match[4].split()
            broadcast = rest[rest.index("brd") + 1] if "brd" in rest[:-1] else ""
            scope = rest[rest.index("scope") + 1] if "scope" in rest[:-1] else ""
            found.append((match[1], _address(match[3], broadcast, scope)))
    if not found:
        found = _of_ifconfig(raw.text("ifconfig"))
    return [(name, address) for name, address in found if address]


_V4 = re.compile(r"inet (?:addr:)?(?P<address>[\d.]+).*?(?:Mask:|netmask )(?P<mask>\S+)")
_V6 = re.compile(
    r"inet6 (?:addr: ?)?(?P<address>[0-9a-fA-F:]+)(?:/| *prefixlen )(?P<prefix>\d+)(?:.*(?:Scope:|<)(?P<scope>\w+))?"
)


def _of_ifconfig(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The two forms there are: net-tools 2 and BusyBox (which writes as net-tools 1 did)."""
    found = []
    name = ""
    for line in text.splitlines():
        if line[:1].strip():
            name = line.split()[0].rstrip(":")
        broadcast = re.search(r"(?:Bcast:|broadcast )([\d.]+)", line)
        if v4 := _V4.search(line):
            found.append((name, _address(f"{v4['address']}/{v4['mask']}", broadcast[1] if broadcast else "", "")))
        elif v6 := _V6.search(line):
            found.append((name, _address(f"{v6['address']}/{v6['prefix']}", "", (v6["scope"] or "").lower())))
    return found


def _address(text: str, broadcast: str, scope: str) -> dict[str, Any]:
    """Empty for what is no address; a guest may say anything."""
    try:
        interface = ipaddress.ip_interface(text)
    except ValueError:
        return {}
    prefix = str(interface.network.prefixlen)
    if interface.version == 6:
        return {"address": str(interface.ip), "prefix": prefix, "scope": scope}
    return {
        "address": str(interface.ip),
        "broadcast": broadcast,
        "netmask": str(interface.netmask),
        "network": str(interface.network.network_address),
        "prefix": prefix,
    }


def _add(interface: dict[str, Any], address: dict[str, Any]) -> None:
    if ":" in address["address"]:
        interface.setdefault("ipv6", []).append(address)
    elif "ipv4" in interface:
        interface.setdefault("ipv4_secondaries", []).append(address)
    else:
        interface["ipv4"] = address


def _all(interfaces: dict[str, dict[str, Any]], kind: str) -> list[str]:
    """Every address but those that only mean this machine."""
    found: list[str] = []
    for interface in interfaces.values():
        held = interface.get(kind, [])
        addresses = [*([held] if isinstance(held, dict) else held), *interface.get(f"{kind}_secondaries", [])]
        found += [one["address"] for one in addresses if not ipaddress.ip_address(one["address"]).is_loopback]
    return found


def _default(raw: RawFacts, interfaces: dict[str, dict[str, Any]], version: int) -> dict[str, Any]:
    gateway, name, source = _route(raw, version)
    interface = interfaces.get(name)
    if interface is None:
        return {}
    shared: dict[str, Any] = {key: interface[key] for key in ("macaddress", "mtu", "type") if key in interface}
    default: dict[str, Any] = {"interface": name, "alias": name, "gateway": gateway, **shared}
    held = interface.get(f"ipv{version}", [])
    addresses = [*([held] if isinstance(held, dict) else held), *interface.get("ipv4_secondaries", [])]
    if version == 6:
        addresses = sorted(interface.get("ipv6", []), key=lambda one: one["scope"] != "global")
    chosen = next((one for one in addresses if one["address"] == source), addresses[0] if addresses else None)
    return {**default, **chosen} if chosen else {}


def _route(raw: RawFacts, version: int) -> tuple[str, str, str]:
    """Gateway, interface and source address of the default route."""
    for line in raw.text(f"ip_route{version}").splitlines():
        words = line.split()
        if words[:1] == ["default"] and "dev" in words[:-1]:
            after = {key: words[words.index(key) + 1] for key in ("via", "dev", "src") if key in words[:-1]}
            return after.get("via", ""), after["dev"], after.get("src", "")
    if version == 4:
        for line in raw.text("route4").splitlines()[1:]:
            words = line.split()
            if len(words) > 2 and words[1] == "00000000" and re.fullmatch(r"[0-9A-F]{8}", words[2]):
                return str(ipaddress.IPv4Address(bytes.fromhex(words[2])[::-1])), words[0], ""
    return "", "", ""
