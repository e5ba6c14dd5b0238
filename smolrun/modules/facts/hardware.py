"""Processors, the machine's maker, mounted file systems, and what machine it is inside of."""

import re
from typing import Any

from smolrun.modules.facts.raw import RawFacts, table

DMI_NAMES = {
    "bios_date": "bios_date", "bios_vendor": "bios_vendor", "bios_version": "bios_version", "board_name": "board_name",
    "board_serial": "board_serial", "board_vendor": "board_vendor", "board_version": "board_version",
    "chassis_vendor": "chassis_vendor", "product_name": "product_name", "product_serial": "product_serial",
    "product_uuid": "product_uuid", "product_version": "product_version", "sys_vendor": "system_vendor",
}  # fmt: skip
"""From /sys/class/dmi/id to Ansible's names."""

NOT_MOUNTS = frozenset({"none", "rootfs"})


def processor_facts(raw: RawFacts) -> dict[str, Any]:
    """``/proc/cpuinfo``: x86 tells sockets and cores, ARM and others only that there are processors."""
    processors = [table(block) for block in raw.text("cpuinfo").split("\n\n") if "processor" in block]
    if not processors:
        return {"processor_vcpus": raw.number("nproc") or 1, "processor_nproc": raw.number("nproc") or 1}
    shown: list[str] = []
    for number, one in enumerate(processors):
        shown.append(one.get("processor", str(number)))
        shown += [one[key] for key in ("vendor_id", "model name", "Processor", "cpu") if key in one]
    sockets = {one["physical id"] for one in processors if "physical id" in one}
    count = len(sockets) or len(processors)
    cores = _number(processors[0].get("cpu cores")) or 1
    siblings = _number(processors[0].get("siblings")) or cores
    threads = max(1, siblings // cores) if sockets else 1
    return {
        "processor": shown,
        "processor_count": count,
        "processor_cores": cores,
        "processor_threads_per_core": threads,
        "processor_vcpus": count * cores * threads if sockets else len(processors),
        "processor_nproc": raw.number("nproc") or len(processors),
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def maker_facts(raw: RawFacts) -> dict[str, Any]:
    found = {name: raw.text(f"dmi_{key}") for key, name in DMI_NAMES.items()}
    return {name: text or "NA" for name, text in found.items()}


def mount_facts(raw: RawFacts) -> dict[str, Any]:
    """``/proc/mounts`` (fstab(5) escapes) with the sizes that ``df`` tells; what has no device is left out."""
    sizes = _table_of_df(raw.text("df"))
    inodes = _table_of_df(raw.text("df_inodes"))
    names = {device: uuid for uuid, _, device in (line.partition(" ") for line in raw.texts("uuid"))}
    mounts = []
    for line in raw.text("mounts").splitlines():
        words = [_unescaped(word) for word in line.split()]
        if len(words) < 4 or words[0] in NOT_MOUNTS:
            continue
        device, mount, kind, options = words[:4]
        if not (device.startswith(("/", "\\")) or ":/" in device or kind in ("overlay", "zfs", "btrfs")):
            continue
        entry: dict[str, Any] = {"mount": mount, "device": device, "fstype": kind, "options": options}
        entry |= {"dump": 0, "passno": 0, "uuid": names.get(device, "N/A")}
        if mount in sizes:
            total, _, available = sizes[mount]
            entry |= {"size_total": total * 1024, "size_available": available * 1024, "block_size": 1024}
            entry |= {"block_total": total, "block_available": available, "block_used": total - available}
        if mount in inodes:
            total, used, available = inodes[mount]
            entry |= {"inode_total": total, "inode_used": used, "inode_available": available}
        mounts.append(entry)
    return {"mounts": mounts}


def _table_of_df(text: str) -> dict[str, tuple[int, int, int]]:
    """Total, used and available by mount point (POSIX.1-2017, df -P: columns parted by blanks, one line each)."""
    found = {}
    for line in text.splitlines()[1:]:
        match = re.match(r".*?\s(\d+)\s+(\d+)\s+(\d+)\s+\S+\s+(/.*)", line)
        if match:
            found[match[4]] = (int(match[1]), int(match[2]), int(match[3]))
    return found


def _unescaped(word: str) -> str:
    """Blanks in fstab(5) fields are written in octal."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), word)


def virtual_facts(raw: RawFacts) -> dict[str, Any]:
    """``virtualization_*``: the innermost first, as Ansible tells it."""
    signs = set(raw.texts("virtual_sign"))
    container = _container(raw, signs)
    machine = _machine(raw, signs)
    guests = [tech for tech in (container, machine) if tech]
    if container and container != "container":
        guests.append("container")
    hosts = ["kvm"] if "/dev/kvm" in signs else []
    if guests:
        kind, role = guests[0], "guest"
    elif hosts:
        kind, role = hosts[0], "host"
    else:
        kind, role = "NA", "NA"
    return {
        "virtualization_type": kind,
        "virtualization_role": role,
        "virtualization_tech_guest": sorted(set(guests)),
        "virtualization_tech_host": hosts,
    }


def _container(raw: RawFacts, signs: set[str]) -> str:
    environment = dict(
        pair.partition("=")[::2] for pair in raw.text("init_environment").split("\0") if pair.startswith("container=")
    )
    control = raw.text("cgroup")
    if signs & {"/.dockerenv", "/.dockerinit"} or re.search(r"/docker[/-]", control):
        return "docker"
    if "/run/.containerenv" in signs or "/libpod" in control:
        return "podman"
    if "lxc" in control or environment.get("container") == "lxc":
        return "lxc"
    if "/proc/vz" in signs and "/proc/bc" not in signs:
        return "openvz"
    return environment.get("container", "")


_MAKERS = (
    (r"KVM|RHEV|oVirt", "kvm"), (r"QEMU", "kvm"), (r"VMware", "VMware"), (r"VirtualBox|innotek", "virtualbox"),
    (r"Xen", "xen"), (r"Microsoft Corporation", "VirtualPC"), (r"Parallels", "parallels"), (r"OpenStack", "openstack"),
    (r"Amazon EC2", "kvm"), (r"Google|DigitalOcean|Hetzner", "kvm"), (r"BHYVE", "bhyve"),
)  # fmt: skip
"""What the firmware says of its maker, in the order in which it is believed."""


def _machine(raw: RawFacts, signs: set[str]) -> str:
    if "/proc/xen" in signs or raw.text("hypervisor") == "xen":
        return "xen"
    firmware = " ".join(raw.text(name) for name in ("product", "vendor", "bios"))
    for pattern, kind in _MAKERS:
        if re.search(pattern, firmware):
            return kind
    processors = raw.text("cpu_virtual")
    if "QEMU" in processors or signs & {"/dev/vport0p1", "/sys/firmware/qemu_fw_cfg"}:
        return "kvm"
    return "kvm" if re.search(r"^flags\s*:.*\bhypervisor\b", processors, re.MULTILINE) else ""
