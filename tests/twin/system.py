"""Tasks that change the system; each builds on those before."""

from collections.abc import Iterator
from typing import Any


def system() -> Iterator[tuple[str, dict[str, Any]]]:
    """Accounts, crontabs, services, packages."""
    yield from (("group", arguments) for arguments in (
        {"name": "alpha", "gid": 3001}, {"name": "beta", "system": True, "gid": 401},
        {"name": "alpha", "gid": 3002},
        {"name": "gone", "state": "absent"}, {"name": "beta", "state": "absent"}, {"name": "gamma", "gid": 3003},
    ))  # fmt: skip
    yield from (("user", arguments) for arguments in (
        {"name": "anna", "uid": 3001, "comment": "Anna, A.", "shell": "/bin/sh"},
        {"name": "anna", "groups": ["alpha"], "append": True},
        {"name": "anna", "groups": ["gamma"], "append": True},
        {"name": "anna", "groups": "gamma"},
        {"name": "bert", "uid": 3002, "group": "alpha", "home": "/srv/bert", "create_home": False},
        {"name": "bert", "home": "/srv/bert2", "create_home": True},
        {"name": "carl", "uid": 402, "system": True, "shell": "/usr/sbin/nologin"},
        {"name": "carl", "password": "*", "update_password": "on_create"},
        {"name": "anna", "password": "$5$abc$4n1hxsaltedhashedvalue", "comment": ""},
        {"name": "anna", "password_lock": True},
        {"name": "bert", "expires": 1893456000},
        {"name": "dora", "uid": 3004, "skeleton": "/etc/skel", "umask": "0077"},
        {"name": "dora", "state": "absent", "remove": True},
        {"name": "nobody-here", "state": "absent"},
    ))  # fmt: skip
    yield from (("cron", arguments) for arguments in (
        {"name": "one", "job": "/bin/true", "minute": "5", "hour": "1"},
        {"name": "one", "job": "/bin/false", "minute": "*/5"},
        {"name": "two", "job": "echo 'a b'", "special_time": "daily"},
        {"name": "two", "job": "echo 'a b'", "disabled": True, "special_time": "daily"},
        {"name": "MAILTO", "env": True, "job": "root"},
        {"name": "PATH", "env": True, "job": "/bin", "insertbefore": "MAILTO"},
        {"name": "three", "job": "x", "user": "root", "cron_file": "twin"},
        {"name": "four", "job": "y", "user": "daemon", "cron_file": "twin", "weekday": "1-5"},
        {"name": "three", "state": "absent", "cron_file": "twin", "user": "root"},
        {"name": "none", "state": "absent"},
        {"name": "MAILTO", "env": True, "state": "absent"},
        {"name": "of anna", "job": "z", "user": "anna", "month": "2"},
    ))  # fmt: skip
    yield from (("systemd", arguments) for arguments in (
        {"name": "twin", "enabled": True}, {"name": "twin", "state": "started"},
        {"name": "twin.service", "state": "stopped"}, {"name": "twin", "masked": True},
        {"name": "twin", "masked": False, "enabled": False}, {"name": "no-such", "enabled": True},
        {"daemon_reload": True}, {"name": "twin", "state": "restarted", "enabled": True},
    ))  # fmt: skip
    yield from (("service", arguments) for arguments in (
        {"name": "twin", "state": "started"}, {"name": "twin", "enabled": False},
        {"name": "no-such", "state": "started"},
        {"name": "twin", "state": "stopped", "enabled": True},
    ))  # fmt: skip
    yield from (("apt", arguments) for arguments in (
        {"name": "hello"}, {"name": ["hello", "time"], "install_recommends": False},
        {"name": "hello", "state": "latest"},
        {"name": "time", "state": "absent", "purge": True}, {"name": "no-such-package"},
        {"name": "hello=9.9"},
        {"autoremove": True}, {"autoclean": True},
    ))  # fmt: skip
