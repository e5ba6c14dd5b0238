"""Modules that write where the system keeps its files, on a disk that is full or read-only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.modules.guest import SystemGuest
from tests.modules.hard_cases.writers import KEY

pytestmark = [pytest.mark.slow, pytest.mark.root]


@dataclass(frozen=True)
class Change:
    """A task that changes the system.

    Attributes:
        folder: what it writes to.
        undo: the script that takes it back.
        only_links: it makes nothing but links, which take no room.
    """

    module: str
    arguments: dict[str, Any]
    folder: str = "/etc"
    prepare: str = ":"
    undo: str = ":"
    only_links: bool = False

    def __str__(self) -> str:
        return self.module


CHANGES = [
    Change("hostname", {"name": "hard-case", "use": "debian"}, undo="echo debian12 >/etc/hostname; hostname debian12"),
    Change(
        "timezone",
        {"name": "Sr/Test"},
        prepare="mkdir -p /usr/share/zoneinfo/Sr; echo TZif >/usr/share/zoneinfo/Sr/Test; "
        "cp -a /etc/localtime /run/lt; echo Etc/UTC >/etc/timezone",
        undo="cp -a /run/lt /etc/localtime; rm -rf /etc/timezone /usr/share/zoneinfo/Sr",
    ),
    Change("user", {"name": "hard", "uid": 3210, "create_home": False}, undo="userdel hard"),
    Change("group", {"name": "hard", "gid": 3211}, undo="groupdel hard"),
    Change("sysctl", {"name": "kernel.panic", "value": "1", "reload": False}, undo="rm -f /etc/sysctl.conf"),
    Change("mount", {"path": "/srv/hard", "src": "none", "fstype": "tmpfs", "state": "present"}, undo=":>/etc/fstab"),
    Change("cron", {"name": "hard", "job": "true", "cron_file": "hard", "user": "root"}, undo="rm /etc/cron.d/hard"),
    Change(
        "authorized_key",
        {"user": "smol", "key": KEY},
        "/home/smol/.ssh",
        undo="sed -i '$d' /home/smol/.ssh/authorized_keys",
    ),
    Change("known_hosts", {"name": "web1", "key": f"web1 {KEY}"}, "/root/.ssh", undo="rm -f /root/.ssh/known_hosts"),
    Change(
        "apt_repository",
        {"repo": "deb http://localhost/debian hard main", "update_cache": False, "filename": "hard"},
        undo="rm /etc/apt/sources.list.d/hard.list",
    ),
    Change(
        "deb822_repository",
        {"name": "hard", "uris": "http://localhost/debian", "suites": "hard", "components": "main"},
        undo="rm /etc/apt/sources.list.d/hard.sources",
    ),
    Change(
        "alternatives",
        {"name": "hard", "path": "/bin/true", "link": "/etc/hard-link"},
        undo="update-alternatives --quiet --remove-all hard",
        only_links=True,
    ),
    Change(
        "systemd",
        {"name": "hard", "enabled": True},
        prepare="mkdir -p /run/systemd/system; printf '[Service]\\nExecStart=/bin/true\\n[Install]\\n"
        "WantedBy=multi-user.target\\n' >/usr/lib/systemd/system/hard.service; systemctl daemon-reload",
        undo="systemctl -q disable hard; rm /usr/lib/systemd/system/hard.service; systemctl daemon-reload",
        only_links=True,
    ),
    Change(
        "dpkg_selections",
        {"name": "sed", "selection": "hold"},
        "/var/lib/dpkg",
        undo="echo 'sed install' | dpkg --set-selections",
    ),
    Change(
        "debconf",
        {"name": "hard", "question": "hard/case", "vtype": "string", "value": "x" * 9000},
        "/var/cache/debconf",
        undo="echo PURGE | debconf-communicate hard >/dev/null",
    ),
]


@pytest.fixture(params=CHANGES, ids=str)
def change(request: pytest.FixtureRequest, system: SystemGuest) -> Iterator[Change]:
    change: Change = request.param
    system.sh(change.prepare)
    yield change
    system.sh(f"{change.undo}\n:")


def seen(system: SystemGuest, folder: str) -> str:
    """Names, modes, owners, where links lead and what files hold; without what the system's own tools leave behind."""
    theirs = "'*-' '*-old' '*-new' '*lock*' 'passwd.*' 'group.*' 'tmp.i'"
    names = "".join(f" ! -name {name}" for name in theirs.split())
    return system.sh(
        f"cd {folder} && find . {names} -printf '%p %y %m %U %G %l\\n' | sort; "
        f"find . -type f {names} -exec sha256sum {{}} + | sort"
    )


@contextmanager
def read_only(system: SystemGuest, folder: str) -> Iterator[None]:
    system.sh(f"mount --bind {folder} {folder} && mount -o remount,bind,ro {folder}")
    try:
        yield
    finally:
        system.sh(f"umount {folder}")


@contextmanager
def full(system: SystemGuest, folder: str) -> Iterator[None]:
    """A copy of the folder on a disk of its own, where nothing is left."""
    system.sh(
        f"mkdir -p /run/full && mount -t tmpfs -o size=64m none /run/full && cp -a {folder}/. /run/full/ && "
        "mount -o remount,size=1k /run/full 2>/dev/null; dd if=/dev/zero of=/run/full/.filler bs=4096 2>/dev/null; "
        f"chmod --reference={folder} /run/full; chown --reference={folder} /run/full; mount --bind /run/full {folder}"
    )
    try:
        yield
    finally:
        system.sh(f"umount {folder}; umount /run/full")


def test_a_read_only_system(system: SystemGuest, change: Change) -> None:
    before = seen(system, change.folder)
    with read_only(system, change.folder):
        assert system.do(change.module, change.arguments, check_mode=True).changed
        message = system.fails(change.module, change.arguments)
        assert "ead-only file system" in message
        assert seen(system, change.folder) == before
    assert system.do(change.module, change.arguments).changed
    assert not system.do(change.module, change.arguments).changed


def test_a_full_system(system: SystemGuest, change: Change) -> None:
    if change.only_links:
        pytest.skip("links take no room")
    with full(system, change.folder):
        before = seen(system, change.folder)
        assert system.do(change.module, change.arguments, check_mode=True).changed
        message = system.fails(change.module, change.arguments)
        assert "o space left" in message
        assert seen(system, change.folder) == before
    assert system.do(change.module, change.arguments).changed
    assert not system.do(change.module, change.arguments).changed
