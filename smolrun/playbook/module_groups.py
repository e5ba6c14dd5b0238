"""The groups in which modules are shown; one that is in none of them is shown at the end."""

from collections.abc import Iterable

GROUPS: dict[str, tuple[str, ...]] = {
    "Commands": ("run", "command", "shell", "raw", "script"),
    "Files": (
        "file", "copy", "template", "lineinfile", "blockinfile", "replace", "ini_file", "assemble", "unarchive",
        "archive", "fetch", "slurp", "stat", "find", "tempfile", "acl", "xattr", "htpasswd",
    ),
    "Network": ("get_url", "uri", "wait_for", "known_hosts", "openssh_keypair", "ufw", "iptables"),
    "Packages": (
        "package", "apt", "apt_key", "apt_repository", "deb822_repository", "debconf", "dpkg_selections", "dnf", "yum",
        "apk", "pip", "npm", "make", "package_facts", "alternatives",
    ),
    "Services": ("service", "systemd", "systemd_service", "service_facts"),
    "Users": ("user", "group", "authorized_key", "getent", "pam_limits", "pamd"),
    "System": (
        "cron", "sysctl", "mount", "modprobe", "hostname", "timezone", "locale_gen", "reboot", "wait_for_connection",
        "capabilities", "setup", "gather_facts", "ping",
    ),
    "Version control": ("git",),
    "Proofs": ("probe_command", "probe_file", "probe_http", "probe_package", "probe_port", "probe_service"),
    "Control": (
        "debug", "assert", "fail", "pause", "set_fact", "include_vars", "include_tasks", "import_tasks", "include_role",
        "import_role", "add_host", "group_by", "meta", "async_status", "validate_argument_spec",
    ),
}  # fmt: skip

OTHERS = "Others"


def grouped(names: Iterable[str]) -> dict[str, list[str]]:
    """The names that there are, by group, in the order in which they are shown."""
    rest = dict.fromkeys(names)
    groups: dict[str, list[str]] = {}
    for group, members in GROUPS.items():
        groups[group] = [name for name in members if name in rest]
        for name in groups[group]:
            del rest[name]
    groups[OTHERS] = sorted(rest)
    return {group: members for group, members in groups.items() if members}
