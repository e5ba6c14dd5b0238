"""Tasks that change settings of the system; each builds on those before."""

from collections.abc import Iterator
from typing import Any


def settings() -> Iterator[tuple[str, dict[str, Any]]]:
    """Names, answers, holds, repositories, alternatives, groups and users once more."""
    yield from (("hostname", arguments) for arguments in (
        {"name": "twin-one"}, {"name": "twin-one"}, {"name": "twin.example.com", "use": "debian"},
        {"name": "debian12", "use": "systemd"},
    ))  # fmt: skip
    yield from (("debconf", arguments) for arguments in (
        {"name": "twin", "question": "twin/one", "vtype": "string", "value": "a b"},
        {"name": "twin", "question": "twin/one", "vtype": "string", "value": "a b"},
        {"name": "twin", "question": "twin/one", "vtype": "string", "value": "c", "unseen": True},
        {"name": "twin", "question": "twin/two", "vtype": "boolean", "value": "true"},
        {"name": "twin", "question": "twin/two", "vtype": "boolean", "value": True},
        {"name": "twin", "question": "twin/three", "vtype": "select", "value": "ü ☃"},
        {"name": "twin"},
    ))  # fmt: skip
    yield from (("dpkg_selections", arguments) for arguments in (
        {"name": "sed", "selection": "hold"}, {"name": "sed", "selection": "hold"},
        {"name": "grep", "selection": "install"}, {"name": "sed", "selection": "install"},
        {"name": "no-such-package", "selection": "hold"},
    ))  # fmt: skip
    local = {"update_cache": False}
    yield from (("apt_repository", {**local, **arguments}) for arguments in (
        {"repo": "deb http://twin.invalid/debian one main", "filename": "twin"},
        {"repo": "deb http://twin.invalid/debian one main", "filename": "twin"},
        {"repo": "deb http://twin.invalid/debian one main", "filename": "other"},
        {"repo": "deb [arch=amd64] http://twin.invalid/debian two main contrib", "filename": "twin"},
        {"repo": "deb-src http://twin.invalid/debian one main", "filename": "twin"},
        {"repo": "deb http://twin.invalid/debian three main"},
        {"repo": "deb http://twin.invalid/debian one main", "state": "absent"},
        {"repo": "deb http://twin.invalid/debian never main", "state": "absent"},
        {"repo": "nonsense", "filename": "twin"},
    ))  # fmt: skip
    yield from (("community.general.alternatives", arguments) for arguments in (
        {"name": "twin", "path": "/bin/true", "link": "/usr/bin/twin"},
        {"name": "twin", "path": "/bin/true", "link": "/usr/bin/twin"},
        {"name": "twin", "path": "/bin/false", "link": "/usr/bin/twin", "priority": 90, "state": "present"},
        {"name": "twin", "path": "/bin/false", "state": "selected"},
        {"name": "twin", "path": "/bin/false", "state": "auto"},
        {"name": "twin", "path": "/bin/true", "state": "absent"},
        {"name": "twin", "path": "/bin/none", "link": "/usr/bin/twin"},
        {"name": "never", "path": "/bin/true"},
    ))  # fmt: skip
    yield from (("group", arguments) for arguments in (
        {"name": "team", "gid": 3100}, {"name": "same", "gid": 3100, "non_unique": True},
        {"name": "same", "gid": 3100}, {"name": "team", "gid": "3101"},
        {"name": "limits", "gid_min": 3200, "gid_max": 3210}, {"name": "bad name"},
    ))  # fmt: skip
    yield from (("user", arguments) for arguments in (
        {"name": "erna", "uid": 3105, "group": "team", "groups": ["same", "daemon"], "home": "/srv/erna"},
        {"name": "erna", "groups": []},
        {"name": "erna", "groups": "daemon", "append": True, "shell": "/bin/bash", "comment": "ü, ☃"},
        {"name": "erna", "uid": 3106},
        {"name": "erna", "home": "/srv/erna2", "move_home": True},
        {"name": "erna", "group": "daemon"},
        {"name": "erna", "groups": ["no-such-group"]},
        {"name": "erna", "password": "!", "update_password": "always"},
        {"name": "erna", "password": "", "update_password": "on_create"},
        {"name": "erna", "expires": -1},
        {"name": "erna", "expires": 1893456000.5},
        {"name": "erna", "password_expire_max": 90, "password_expire_min": 1, "password_expire_warn": 7},
        {"name": "erna", "shell": "/bin/none"},
        {"name": "twins", "uid": 3106, "non_unique": True, "create_home": False},
        {"name": "other", "uid": 3106, "create_home": False},
        {"name": "fred", "system": True, "uid": 450, "create_home": True, "home": "/srv/fred", "umask": "0027"},
        {"name": "fred", "password_lock": True},
        {"name": "fred", "state": "absent", "remove": True, "force": True},
        {"name": "bad name"},
    ))  # fmt: skip
    yield from (("cron", arguments) for arguments in (
        {"name": "a 'b' \"c\"", "job": "echo \"$HOME\" % ü", "minute": "1-5,7", "user": "daemon"},
        {"name": "a 'b' \"c\"", "job": "echo \"$HOME\" % ü", "minute": "1-5,7", "user": "daemon"},
        {"name": "reboot", "special_time": "reboot", "job": "true", "user": "daemon"},
        {"name": "reboot", "special_time": "reboot", "job": "true", "user": "daemon", "disabled": True},
        {"name": "A", "env": True, "job": "1 2", "user": "daemon"},
        {"name": "B", "env": True, "job": "x", "user": "daemon", "insertafter": "A"},
        {"name": "C", "env": True, "job": "x", "user": "daemon", "insertbefore": "NONE"},
        {"name": "A", "env": True, "job": "3", "user": "daemon"},
        {"name": "reboot", "state": "absent", "user": "daemon"},
        {"name": "x", "job": "y", "user": "no-such-user"},
        {"name": "x", "job": "true", "cron_file": "twin", "user": "root", "special_time": "weekly"},
        {"name": "x", "state": "absent", "cron_file": "twin"},
    ))  # fmt: skip
