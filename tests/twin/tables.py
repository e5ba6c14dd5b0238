"""The arguments of modules that keep lines in files of the system, each in a file of its own."""

from typing import Any

from tests.twin.spaces import Space, each, ways

KEYS = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB6EZ3X8sUq1wHBpdyPjCqZiGWe8xJhHXzJJqFcYbVjK one",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINyvqHnFVJcFqqQAGcPYzvDBkBBKJFn6XvWmKbDT6kHP two words",
]
PREPARE = f"""
printf 'web1 {KEYS[0].rsplit(" ", 1)[0]}\\n# note\\nweb2 {KEYS[0].rsplit(" ", 1)[0]}\\n' >hosts
case $((i % 3)) in
0) mkdir -p home/.ssh && chmod 755 home/.ssh ;;
1) mkdir -p home/.ssh && chmod 700 home/.ssh && chown -R 5000 home ;;
2) mkdir home ;;
esac
[ ! -d home/.ssh ] || printf '# mine\\nno-pty,from="10.*" {KEYS[0]}\\n' >home/.ssh/authorized_keys
id "twin$i" >/dev/null 2>&1 || useradd -M -o -u 5000 -d "/twin/$i/home" "twin$i"
printf '# mine\\nno-pty,from="10.*" {KEYS[0]}\\n\\n' >keys
printf '; note\\ntop = 1\\n\\n[main]\\nold = 1\\n#off = 2\\nold = 3\\nbare\\n\\n[empty]\\n[last]\\na=b\\n' >ini
printf '# settings\\nkernel.panic=1\\nvm.swappiness=10\\n' >sysctl
printf '# devices\\n/dev/vda1 / ext4 defaults 0 1\\n' >fstab
printf 'tmpfs /mnt/a\\\\040b tmpfs size=1m 0 0\\nnone none swap sw 0 0\\n' >>fstab
"""
"""Further lines for the folder of each task."""


# What a link leads to is edited here, and the link stays; Ansible's known_hosts, ini_file and sysctl replace the link.


def known_hosts() -> Space:
    key = KEYS[1].rsplit(" ", 2)[0]
    names = ("web1", "web2", "new", "[new]:2222")
    for arguments in each(
        [{"path": place} for place in ("hosts", "empty", "missing")],
        [{"name": name} for name in names],
        [{"state": "present"}, {"state": "absent"}],
    ):
        name = arguments["name"]
        if arguments["state"] == "present":
            yield {**arguments, "key": f"{name} {key}"}
            yield {**arguments, "key": f"{name} {KEYS[0].rsplit(' ', 1)[0]}"}
        else:
            yield arguments
    yield {"path": "hosts", "name": "web1", "key": "web1 nonsense"}


def authorized_key() -> Space:
    # With `path`, the file and its folder keep their owner and mode here.
    yield from each(
        [{"user": "twin"}],
        [{"key": KEYS[0]}, {"key": KEYS[1]}, {"key": "\n".join(KEYS)}, {"key": "nonsense"}],
        ways("state", "absent"),
        [{}, {"exclusive": True}, {"key_options": "no-pty"}, {"comment": "other"}, {"manage_dir": False},
         {"key_options": 'command="a b",no-pty'}],
    )  # fmt: skip


def ini_file() -> Space:
    yield from each(
        [{"path": "ini"}],
        [{"section": "main"}, {"section": "new"}, {"section": "last"}, {}],
        [{"option": "old", "value": "1"}, {"option": "old", "value": "9"}, {"option": "off", "value": "2"},
         {"option": "new", "value": "a b"}, {"option": "top", "value": "2"}, {"option": "old", "values": ["3", "4"]},
         {"option": "bare", "allow_no_value": True}, {"option": "old", "state": "absent"}, {"state": "absent"}],
        [{}, {"no_extra_spaces": True}, {"exclusive": False}, {"backup": True}, {"mode": "0600"},
         {"modify_inactive_option": False}, {"ignore_spaces": True}, {"create": False}],
    )  # fmt: skip


def sysctl() -> Space:
    yield from each(
        [{"sysctl_file": place, "reload": False} for place in ("@sysctl", "@empty", "@missing")],
        [{"name": "kernel.panic", "value": "1"}, {"name": "kernel.panic", "value": "5"},
         {"name": "vm.swappiness", "value": 10}, {"name": "net.ipv4.ip_local_port_range", "value": "1024 6000"},
         {"name": "new.setting", "value": True}, {"name": "kernel.panic", "state": "absent"},
         {"name": "none", "state": "absent"}],
    )  # fmt: skip


def mount() -> Space:
    for arguments in each(
        [{"fstab": place} for place in ("@fstab", "@empty", "@missing")],
        [{"path": "/"}, {"path": "/mnt/a b"}, {"path": "/mnt/new"}, {"path": "none"}],
        [{"state": "present", "src": "tmpfs", "fstype": "tmpfs"}, {"state": "present", "src": "/dev/vda1",
          "fstype": "ext4"}, {"state": "absent_from_fstab"}, {"state": "present", "src": "none", "fstype": "swap"}],
        [{}, {"opts": "size=1m"}, {"opts": "defaults,noatime", "passno": 1, "dump": "0"}, {"boot": False},
         {"backup": True}],
    ):  # fmt: skip
        # Ansible makes an empty file, to have something that a line is not in.
        if (arguments["fstab"], arguments["state"]) != ("@missing", "absent_from_fstab"):
            yield arguments


ALL: dict[str, Any] = {
    "known_hosts": known_hosts, "authorized_key": authorized_key, "ini_file": ini_file, "sysctl": sysctl,
    "mount": mount,
}  # fmt: skip
NAMES = {
    "authorized_key": "ansible.posix.authorized_key",
    "ini_file": "community.general.ini_file",
    "sysctl": "ansible.posix.sysctl",
    "mount": "ansible.posix.mount",
}
