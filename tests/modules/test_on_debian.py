"""A module of each theme on a whole Debian, in the fast suite: the slow tests have all of them on one with services.

Each is foreseen by check mode, done, and not done a second time (`SystemGuest.twice`).
"""

import pytest

from tests.modules.guest import SystemGuest

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]  # the first of them all waits for the guest to be built


def test_there_is_nothing_but_sh(bare_debian: SystemGuest) -> None:
    assert bare_debian.sh("command -v python3 || command -v systemctl || echo none") == "none\n"
    facts = bare_debian.do("setup").ansible_facts
    assert (facts["distribution"], facts["distribution_major_version"]) == ("Debian", "12")
    assert (facts["pkg_mgr"], facts["hostname"]) == ("apt", "debian12")


def test_packages(bare_debian: SystemGuest) -> None:
    bare_debian.twice("apt", {"name": ["sr-one", "sr-two"], "install_recommends": False})
    assert bare_debian.sh("dpkg-query -W -f '${db:Status-Abbrev}' sr-dep") == "ii "
    assert bare_debian.sh("dpkg-query -W -f '${Version}' sr-one") == "2.0"
    bare_debian.twice("dpkg_selections", {"name": "sr-one", "selection": "hold"})
    bare_debian.do("dpkg_selections", {"name": "sr-one", "selection": "install"})
    bare_debian.twice("package", {"name": ["sr-one", "sr-two", "sr-dep"], "state": "absent"})


def test_accounts(bare_debian: SystemGuest) -> None:
    bare_debian.twice("group", {"name": "srg", "gid": 4321})
    bare_debian.twice("user", {"name": "sru", "uid": 4444, "group": "srg", "groups": "games", "shell": "/bin/sh"})
    assert bare_debian.sh("id -nG sru").split() == ["srg", "games"]
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPmHyvmPPXmkVbVMHxpFBsZrSLqnXfbH7a2Q7SMJ0KX me"
    bare_debian.twice("authorized_key", {"user": "sru", "key": key})
    assert bare_debian.sh("stat -c '%U %a' /home/sru/.ssh/authorized_keys") == "sru 600\n"
    bare_debian.twice("user", {"name": "sru", "state": "absent", "remove": True})
    assert bare_debian.sh("ls /home") == ""
    bare_debian.do("group", {"name": "srg", "state": "absent"})


def test_files(bare_debian: SystemGuest) -> None:
    bare_debian.twice("file", {"path": "/srv/app/conf", "state": "directory", "owner": "nobody", "mode": "0750"})
    bare_debian.twice("copy", {"content": "a=1\n", "dest": "/srv/app/conf/ini", "owner": "nobody", "mode": "0640"})
    bare_debian.twice("lineinfile", {"path": "/srv/app/conf/ini", "regexp": "^a=", "line": "a=2"})
    bare_debian.twice("blockinfile", {"path": "/srv/app/conf/ini", "block": "b=3"})
    assert bare_debian.sh("stat -c '%U %a' /srv/app/conf/ini; grep -c = /srv/app/conf/ini") == "nobody 640\n2\n"
    bare_debian.twice("file", {"path": "/srv/app", "state": "absent"})


def test_what_belongs_to_debian(bare_debian: SystemGuest) -> None:
    bare_debian.twice("debconf", {"name": "sr", "question": "sr/port", "vtype": "string", "value": "8080"})
    bare_debian.twice("alternatives", {"name": "sr-editor", "path": "/bin/cat", "link": "/usr/bin/sr-editor"})
    assert bare_debian.sh("readlink -f /usr/bin/sr-editor").rstrip() == "/usr/bin/cat"
    bare_debian.sh("update-alternatives --quiet --remove-all sr-editor")
    bare_debian.twice("hostname", {"name": "sr-host", "use": "debian"})
    assert bare_debian.sh("hostname; cat /etc/hostname") == "sr-host\nsr-host\n"
    bare_debian.do("hostname", {"name": "debian12", "use": "debian"})
