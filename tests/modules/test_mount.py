"""``mount`` and ``modprobe``."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.mount import MountArguments
from smolrun.modules.system.fstab import Entry, mounted_at, parse_line, with_entry, without_entry
from tests.modules.guest import Guest, SystemGuest

slow = pytest.mark.slow


@pytest.fixture
def mounts(system: SystemGuest) -> Iterator[SystemGuest]:
    yield system
    system.sh(
        "umount /srv/sr* 2>/dev/null; umount '/srv/a b' 2>/dev/null; "
        "rmdir /srv/sr '/srv/a b' 2>/dev/null; : > /etc/fstab"
    )


def is_mounted(guest: SystemGuest, path: str = "/srv/sr") -> bool:
    return guest.sh(f"grep -c ' {path} ' /proc/mounts || :").strip() == "1"


@slow
def test_a_file_system_is_mounted_and_goes(mounts: SystemGuest) -> None:
    wanted = {"path": "/srv/sr", "src": "tmpfs", "fstype": "tmpfs", "opts": "size=1m", "state": "mounted"}
    mounts.twice("mount", wanted)
    assert mounts.sh("cat /etc/fstab") == "tmpfs /srv/sr tmpfs size=1m 0 0\n"
    assert is_mounted(mounts)
    mounts.twice("mount", wanted | {"opts": "size=2m"})
    assert "size=2048k" in mounts.sh("grep /srv/sr /proc/mounts")
    assert mounts.do("mount", {"path": "/srv/sr", "state": "remounted"}).changed
    mounts.twice("mount", {"path": "/srv/sr", "state": "unmounted"})
    assert not is_mounted(mounts)
    mounts.twice("mount", {"path": "/srv/sr", "state": "absent"})
    assert mounts.sh("cat /etc/fstab; ls -d /srv/sr 2>/dev/null || :") == ""


@slow
def test_only_in_fstab_or_only_now(mounts: SystemGuest) -> None:
    wanted = {"path": "/srv/a b", "src": "tmpfs", "fstype": "tmpfs"}
    mounts.twice("mount", wanted | {"state": "present", "boot": False})
    assert mounts.sh("cat /etc/fstab") == "tmpfs /srv/a\\040b tmpfs defaults,noauto 0 0\n"
    assert not is_mounted(mounts, "/srv/a.040b")
    mounts.twice("mount", {"path": "/srv/a b", "state": "absent_from_fstab"})
    assert mounts.do("mount", wanted | {"state": "ephemeral"}).changed
    assert mounts.sh("cat /etc/fstab; grep -c 'a.040b' /proc/mounts") == "1\n"


@slow
def test_what_cannot_be_mounted_leaves_fstab_alone(mounts: SystemGuest) -> None:
    wanted = {"path": "/srv/sr", "src": "/dev/nope", "fstype": "ext4", "state": "mounted"}
    assert "/dev/nope" in mounts.fails("mount", wanted)
    assert mounts.sh("cat /etc/fstab") == ""


@slow
def test_modules_are_kept_for_the_next_start(system: SystemGuest) -> None:
    name = system.sh("cut -d' ' -f1 /proc/modules | head -1; ls /sys/module | head -1").split()[0]
    assert not system.do("modprobe", {"name": name}).changed
    system.twice("modprobe", {"name": name, "persistent": "present", "params": "a=1"})
    assert (
        system.sh(f"cat /etc/modules-load.d/{name}.conf /etc/modprobe.d/{name}.conf") == f"{name}\noptions {name} a=1\n"
    )
    system.twice("modprobe", {"name": name, "persistent": "absent"})
    assert system.do("modprobe", {"name": "sr_none"}, check_mode=True).changed
    assert "`modprobe` is not installed on web1" in system.fails("modprobe", {"name": "sr_none"})


def test_busybox_tells_what_fails(busybox: Guest) -> None:
    assert "sr_none" in busybox.fails("modprobe", {"name": "sr_none"})


def test_lines_are_read_and_written() -> None:
    assert parse_line(r"/dev/a /x\040y ext4 ro 0 2") == Entry("/dev/a", "/x y", "ext4", "ro", "0", "2")
    assert parse_line("# /dev/a /x ext4") is None
    entry = Entry("/dev/a", "/x y", "ext4")
    assert with_entry("# note\n", entry) == "# note\n/dev/a /x\\040y ext4 defaults 0 0\n"
    assert with_entry(f"{entry.line}\n", entry) == f"{entry.line}\n"
    assert with_entry("s1 none swap sw 0 0\n", Entry("s2", "none", "swap")).count("\n") == 2
    assert without_entry("s1 none swap sw 0 0\ns2 none swap\n", "none", "s1") == "s2 none swap\n"
    assert without_entry("a /x/ ext4\n", "/x", None) == ""


def test_the_last_mount_hides_the_others() -> None:
    found = mounted_at("a /x ext4 rw 0 0\nb /x tmpfs rw 0 0\n", "/x/")
    assert found is not None
    assert found.source == "b"


@pytest.mark.parametrize("state", ["mounted", "present", "ephemeral"])
def test_a_source_is_needed(state: str) -> None:
    arguments: dict[str, Any] = {"path": "/x", "state": state}
    with pytest.raises(ValidationError, match="needs `src` and `fstype`"):
        MountArguments.model_validate(arguments)
