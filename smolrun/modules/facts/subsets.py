"""Which facts ``gather_subset`` asks for, as sections of ``facts.sh``."""

from collections.abc import Iterable

MINIMUM = frozenset({"min", "local", "python"})
SECTIONS: dict[str, frozenset[str]] = {
    "all": frozenset({"min", "local", "python", "hardware", "mounts", "network", "virtual"}),
    "min": MINIMUM,
    "hardware": frozenset({"hardware", "mounts"}),
    "network": frozenset({"network"}),
    "virtual": frozenset({"virtual"}),
    **dict.fromkeys(("facter", "ohai"), frozenset[str]()),
    **dict.fromkeys(("mounts", "devices"), frozenset({"mounts"})),
    **dict.fromkeys(("processor", "processor_cores", "processor_count", "memory", "dmi"), frozenset({"hardware"})),
    **dict.fromkeys(("memtotal_mb", "memfree_mb", "swaptotal_mb", "swapfree_mb"), frozenset({"hardware"})),
    **dict.fromkeys(
        ("interfaces", "default_ipv4", "default_ipv6", "all_ipv4_addresses", "all_ipv6_addresses"),
        frozenset({"network"}),
    ),
    **dict.fromkeys(
        ("virtualization_type", "virtualization_role", "virtualization_tech_guest", "virtualization_tech_host"),
        frozenset({"virtual"}),
    ),
    "local": frozenset({"local"}),
    "python": frozenset({"python"}),
    "python_version": frozenset({"python"}),
    **dict.fromkeys(
        (
            "platform", "distribution", "distribution_version", "distribution_release", "distribution_major_version",
            "os_family", "lsb", "user", "user_id", "env", "date_time", "service_mgr", "pkg_mgr", "selinux", "apparmor",
            "fips", "cmdline", "dns", "fqdn", "hostname", "domain", "nodename", "kernel", "machine", "architecture",
            "machine_id", "system", "loadavg", "caps", "chroot", "ssh_pub_keys", "system_capabilities",
            "system_capabilities_enforced",
        ),
        frozenset({"min"}),
    ),
}  # fmt: skip
"""What each word of ``gather_subset`` needs; Ansible's facter and ohai are programs that nobody has here."""


def sections_for(subsets: Iterable[str]) -> frozenset[str]:
    """The sections to read. The minimum always, unless ``!all`` and ``!min`` are there both, as in Ansible.

    Raises:
        KeyError: there is no such subset.
    """
    words = [word.strip() for word in subsets if word.strip()]
    wanted = [word for word in words if not word.startswith("!")]
    unwanted = [word[1:] for word in words if word.startswith("!")]
    for word in unwanted:
        SECTIONS[word]
    chosen = frozenset[str]().union(*(SECTIONS[word] for word in wanted))
    if not wanted and "all" not in unwanted:
        chosen = SECTIONS["all"]
    for word in unwanted:
        if word not in ("all", "min"):
            chosen -= SECTIONS[word] - frozenset().union(*(SECTIONS[kept] for kept in wanted if kept != "all"))
    return chosen if "min" in unwanted else chosen | MINIMUM
