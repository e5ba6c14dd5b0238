"""Which distribution a guest runs (os-release(5)), under the names that Ansible gives them."""

import re
from typing import Any

from smolrun.modules.facts.raw import RawFacts, shell_assignments

UNKNOWN = "NA"

NAMES = {
    "almalinux": "AlmaLinux", "alpine": "Alpine", "altlinux": "Altlinux", "amzn": "Amazon", "arch": "Archlinux",
    "archarm": "Archlinux", "centos": "CentOS", "clear-linux-os": "ClearLinux", "debian": "Debian", "deepin": "Deepin",
    "devuan": "Devuan", "fedora": "Fedora", "flatcar": "Flatcar", "gentoo": "Gentoo", "kali": "Kali",
    "linuxmint": "Linux Mint", "manjaro": "Manjaro", "neon": "KDE neon", "nixos": "NixOS", "ol": "OracleLinux",
    "openeuler": "openEuler", "opensuse": "openSUSE", "opensuse-leap": "openSUSE Leap",
    "opensuse-tumbleweed": "openSUSE Tumbleweed", "openwrt": "OpenWrt", "parrot": "Parrot", "pop": "Pop!_OS",
    "raspbian": "Debian", "rhel": "RedHat", "rocky": "Rocky", "scientific": "Scientific", "slackware": "Slackware",
    "sled": "SLED", "sles": "SLES", "ubuntu": "Ubuntu", "virtuozzo": "Virtuozzo", "void": "Void",
}  # fmt: skip
"""From the ID of os-release."""

FAMILIES = {
    "Debian": {"debian", "raspbian", "ubuntu", "linuxmint", "kali", "devuan", "pop", "neon", "parrot", "deepin"},
    "RedHat": {"rhel", "fedora", "centos", "rocky", "almalinux", "ol", "amzn", "scientific", "virtuozzo", "openeuler"},
    "Suse": {"suse", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "sles", "sled"},
    "Archlinux": {"arch", "archarm", "manjaro"},
    "Alpine": {"alpine"},
    "Gentoo": {"gentoo"},
    "Altlinux": {"altlinux"},
    "Slackware": {"slackware"},
    "ClearLinux": {"clear-linux-os"},
    "Flatcar": {"flatcar"},
}


def distribution_facts(raw: RawFacts) -> dict[str, Any]:
    """``distribution*`` and ``os_family``; ``OtherLinux`` where nothing tells."""
    release = shell_assignments(raw.text("os_release"))
    identity = release.get("ID", "").lower() or _from_old_files(raw)
    name = NAMES.get(identity) or release.get("NAME") or (identity.capitalize() if identity else "OtherLinux")
    version = _version(identity, release, raw) or UNKNOWN
    facts: dict[str, Any] = {
        "distribution": name,
        "distribution_version": version,
        "distribution_major_version": version.partition(".")[0],
        "distribution_release": _codename(identity, release) or UNKNOWN,
        "os_family": _family(identity, release.get("ID_LIKE", "").lower().split()) or name,
    }
    if "." in version:
        facts["distribution_minor_version"] = version.split(".")[1]
    if raw.text("os_release_path"):
        facts["distribution_file_parsed"] = True
        facts["distribution_file_path"] = raw.text("os_release_path")
        facts["distribution_file_variety"] = facts["os_family"] if identity in NAMES else name
    return facts


def _from_old_files(raw: RawFacts) -> str:
    """The ID of systems older than os-release."""
    if raw.text("alpine_release"):
        return "alpine"
    if raw.text("debian_version"):
        return "debian"
    old = raw.text("redhat_release").lower()
    if not old:
        return ""
    return next((word for word in ("centos", "fedora", "rocky", "almalinux", "scientific") if word in old), "rhel")


def _version(identity: str, release: dict[str, str], raw: RawFacts) -> str:
    """The fullest version there is: Debian and Alpine keep theirs in files of their own, CentOS too."""
    if identity == "debian" and re.match(r"\d", raw.text("debian_version")):
        return raw.text("debian_version")
    if identity == "alpine":
        return raw.text("alpine_release") or release.get("VERSION_ID", "")
    found = re.search(r"release (\d+(?:\.\d+)?)", raw.text("redhat_release"))
    if identity == "centos" and found:
        return found[1]
    return release.get("VERSION_ID", "") or (found[1] if found else "")


def _codename(identity: str, release: dict[str, str]) -> str:
    if release.get("VERSION_CODENAME"):
        return release["VERSION_CODENAME"]
    if identity == "fedora":
        return ""
    found = re.search(r"\(([^)]+)\)", release.get("VERSION", "") or release.get("PRETTY_NAME", ""))
    return found[1] if found else ""


def _family(identity: str, like: list[str]) -> str:
    for candidate in (identity, *like):
        for family, members in FAMILIES.items():
            if candidate in members:
                return family
    return ""


def lsb_facts(raw: RawFacts) -> dict[str, Any]:
    """What ``lsb_release`` would say, without the time that it takes."""
    old = shell_assignments(raw.text("lsb_release"))
    if not old and not raw.text("lsb_tool"):
        return {"lsb": {}}
    release = shell_assignments(raw.text("os_release"))
    version = old.get("DISTRIB_RELEASE") or release.get("VERSION_ID", "")
    lsb = {
        "id": old.get("DISTRIB_ID") or NAMES.get(release.get("ID", ""), release.get("ID", "")),
        "description": old.get("DISTRIB_DESCRIPTION") or release.get("PRETTY_NAME", ""),
        "release": version,
        "codename": old.get("DISTRIB_CODENAME") or release.get("VERSION_CODENAME", ""),
        "major_release": version.partition(".")[0],
    }
    return {"lsb": {key: value for key, value in lsb.items() if value}}
