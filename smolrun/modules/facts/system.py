"""The machine's names, its users, its clock, and what runs and installs things on it."""

import os.path
import re
from datetime import UTC, datetime
from typing import Any

from smolrun.modules.facts.raw import RawFacts, shell_assignments, table

I386 = re.compile(r"i([3456]86|86pc)\Z")
INIT_NAMES = {"procd": "openwrt_init", "runit-init": "runit", "svscan": "svc", "openrc-init": "openrc"}
"""From the name of process 1, where it is not the service manager's own."""

SYSTEMD_SIGNS = {"/run/systemd/system", "/dev/.run/systemd", "/dev/.systemd"}
SERVICE_SIGNS = (("/sbin/openrc", "openrc"), ("/etc/init.d", "sysvinit"), ("/etc/dinit.d", "dinit"))

PACKAGE_MANAGERS = {
    "apk": "apk", "apt-get": "apt", "pacman": "pacman", "zypper": "zypper", "opkg": "opkg", "xbps-install": "xbps",
    "emerge": "portage", "swupd": "swupd", "dnf5": "dnf5", "dnf": "dnf", "microdnf": "dnf", "yum": "yum",
}  # fmt: skip
"""Ansible's names, by the program that is there; the first that is there wins."""


def platform_facts(raw: RawFacts) -> dict[str, Any]:
    nodename, fqdn = raw.text("nodename"), raw.text("fqdn") or raw.text("nodename")
    machine = raw.text("machine")
    bits = raw.text("bits") or ("64" if "64" in machine or machine in ("s390x",) else "32")
    facts: dict[str, Any] = {
        "system": raw.text("system"),
        "kernel": raw.text("kernel"),
        "kernel_version": raw.text("kernel_version"),
        "machine": machine,
        "architecture": "i386" if I386.match(machine) else machine,
        "userspace_bits": bits,
        "userspace_architecture": "i386" if bits == "32" and machine == "x86_64" else machine,
        "nodename": nodename,
        "hostname": nodename.partition(".")[0],
        "fqdn": fqdn,
        "domain": fqdn.partition(".")[2],
        "machine_id": raw.text("machine_id") or None,
        "fips": raw.text("fips") == "1",
        "apparmor": {"status": raw.text("apparmor") or "disabled"},
        "dns": _dns(raw.text("resolv_conf")),
        **_command_line(raw.text("cmdline")),
        **_host_keys(raw),
    }
    uptime = raw.text("uptime").partition(".")[0]
    if uptime.isdigit():
        facts["uptime_seconds"] = int(uptime)
    load = raw.text("loadavg").split()[:3]
    if len(load) == 3:
        facts["loadavg"] = dict(zip(("1m", "5m", "15m"), map(float, load), strict=True))
    return facts


def _command_line(text: str) -> dict[str, Any]:
    pairs = [word.partition("=") for word in text.split()]
    seen: dict[str, Any] = {}
    for name, separator, value in pairs:
        one = value if separator else True
        if name in seen:
            seen[name] = [*(seen[name] if isinstance(seen[name], list) else [seen[name]]), one]
        else:
            seen[name] = one
    return {"cmdline": {name: value if mark else True for name, mark, value in pairs}, "proc_cmdline": seen}


def _dns(text: str) -> dict[str, Any]:
    """resolv.conf(5)."""
    dns: dict[str, Any] = {}
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if len(words) < 2:
            continue
        match words[0]:
            case "nameserver":
                dns.setdefault("nameservers", []).append(words[1])
            case "domain":
                dns["domain"] = words[1]
            case "search":
                dns["search"] = words[1:]
            case "options":
                dns["options"] = {name: value or True for name, _, value in (word.partition(":") for word in words[1:])}
    return dns


def _host_keys(raw: RawFacts) -> dict[str, str]:
    facts = {}
    for line in raw.texts("ssh_host_key"):
        kind, _, rest = line.partition(" ")
        name = {"ssh-rsa": "rsa", "ssh-ed25519": "ed25519", "ssh-dss": "dsa"}.get(kind, "ecdsa")
        facts[f"ssh_host_key_{name}_public"] = rest.split(" ")[0]
        facts[f"ssh_host_key_{name}_public_keytype"] = kind
    return facts


def user_facts(raw: RawFacts) -> dict[str, Any]:
    entry = (raw.text("passwd").split(":") + [""] * 7)[:7]
    environment = (pair.partition("=") for pair in raw.text("environment").split("\0") if "=" in pair)
    own = {"SMOLRUN_TASK", "LC_SMOLRUN_TASK"}  # another value each time; nobody's but ours
    return {
        "user_id": raw.text("user_id") or entry[0],
        "user_uid": raw.number("user_uid"),
        "user_gid": raw.number("user_gid"),
        "user_gecos": entry[4],
        "user_dir": entry[5] or raw.text("home"),
        "user_shell": entry[6],
        "real_user_id": raw.number("real_user_id"),
        "real_group_id": raw.number("real_group_id"),
        "effective_user_id": raw.number("user_uid"),
        "effective_group_id": raw.number("user_gid"),
        "env": {name: value for name, _, value in environment if name not in own},
    }


def service_facts(raw: RawFacts, family: str) -> dict[str, Any]:
    return {
        "service_mgr": _service_manager(raw),
        "pkg_mgr": _package_manager(raw, family),
        "selinux": _selinux(raw),
        "selinux_python_present": True,
    }


def _service_manager(raw: RawFacts) -> str:
    """By process 1, unless it says nothing (``init``, or a shell: a container); then by what lies around."""
    first = os.path.basename(raw.text("init_name"))  # noqa: PTH119  a name, not a path of this machine
    signs = set(raw.texts("sign"))
    if first and first != "init" and not first.endswith("sh"):
        return INIT_NAMES.get(first, first)
    if signs & SYSTEMD_SIGNS:
        return "systemd"
    if "initctl" in raw.texts("tool") and "/etc/init" in signs:
        return "upstart"
    if raw.text("init_link").endswith("systemd") and "/sbin/openrc" not in signs:
        return "systemd"
    return next((name for sign, name in SERVICE_SIGNS if sign in signs), "service")


def _package_manager(raw: RawFacts, family: str) -> str:
    tools = set(raw.texts("tool"))
    if "/run/ostree-booted" in raw.texts("sign"):
        return "atomic_container"
    if family == "RedHat" and tools & {"dnf", "dnf5", "yum", "microdnf"}:
        tools -= {"apt-get", "pacman", "zypper"}  # may be installed there to build for others
    return next((name for tool, name in PACKAGE_MANAGERS.items() if tool in tools), "unknown")


def _selinux(raw: RawFacts) -> dict[str, Any]:
    enforce = raw.text("selinux_enforce")
    if not enforce:
        return {"status": "disabled"}
    config = shell_assignments(raw.text("selinux_config"))
    return {
        "status": "enabled",
        "mode": "enforcing" if enforce == "1" else "permissive",
        "config_mode": config.get("SELINUX", "unknown"),
        "type": config.get("SELINUXTYPE", "unknown"),
        "policyvers": raw.number("selinux_version") or "unknown",
    }


def date_facts(raw: RawFacts) -> dict[str, Any]:
    """The guest's clock."""
    words = raw.text("date").split()
    if len(words) != 12 or not words[6].isdigit():  # a `date` that does not know every letter
        return {}
    year, month, day, hour, minute, second, epoch, zone, offset, weekday, weekday_number, week = words
    utc = datetime.fromtimestamp(int(epoch), UTC)
    date, time = f"{year}-{month}-{day}", f"{hour}:{minute}:{second}"
    return {
        "date_time": {
            "year": year, "month": month, "day": day, "hour": hour, "minute": minute, "second": second,
            "weekday": weekday, "weekday_number": weekday_number, "weeknumber": week,
            "date": date, "time": time, "epoch": epoch, "epoch_int": epoch,
            "tz": zone, "tz_dst": zone, "tz_offset": offset,
            "iso8601": utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "iso8601_micro": utc.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
            "iso8601_basic": f"{year}{month}{day}T{hour}{minute}{second}000000",
            "iso8601_basic_short": f"{year}{month}{day}T{hour}{minute}{second}",
        }
    }  # fmt: skip


def memory_facts(raw: RawFacts) -> dict[str, Any]:
    """``/proc/meminfo`` (proc(5)), in MB."""
    kilobytes = {name: value.split(" ")[0] for name, value in table(raw.text("meminfo")).items()}
    sizes = {name: int(value) // 1024 for name, value in kilobytes.items() if value.isdigit()}
    if "MemTotal" not in sizes:
        return {}
    total, free = sizes["MemTotal"], sizes.get("MemFree", 0)
    cached = sizes.get("Cached", 0) + sizes.get("Buffers", 0)
    swap, swap_free = sizes.get("SwapTotal", 0), sizes.get("SwapFree", 0)
    return {
        "memtotal_mb": total,
        "memfree_mb": free,
        "swaptotal_mb": swap,
        "swapfree_mb": swap_free,
        "memory_mb": {
            "real": {"total": total, "used": total - free, "free": free},
            "nocache": {"free": free + cached, "used": total - free - cached},
            "swap": {
                "total": swap, "free": swap_free, "used": swap - swap_free, "cached": sizes.get("SwapCached", 0),
            },
        },
    }  # fmt: skip
