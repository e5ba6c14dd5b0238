"""``apt``: packages of a real Debian guest; some from a little repository of the test's own."""

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.packages.apt_arguments import AptArguments
from smolrun.modules.packages.apt_get import changes
from smolrun.modules.packages.debian_names import parse_policy, parse_word
from smolrun.modules.packages.debian_versions import DebianVersion
from smolrun.modules.packages.lock import held_by
from tests.modules.guest import SystemGuest

CLEAN = "dpkg -P $(dpkg-query -W -f '${Package} ' 'sr-*' 2>/dev/null) 2>/dev/null || :"


@pytest.fixture
def apt(system: SystemGuest) -> Iterator[SystemGuest]:
    yield system
    system.sh(CLEAN)


def version(guest: SystemGuest, name: str) -> str:
    return guest.sh(f"dpkg-query -W -f '${{db:Status-Status}} ${{Version}}' {name} 2>/dev/null || :").replace(
        "not-installed ", ""
    )


slow = pytest.mark.slow


@slow
def test_several_packages_come_in_one_go_and_only_once(apt: SystemGuest) -> None:
    first = apt.twice("apt", {"name": ["sr-one", "sr-two"], "install_recommends": False})
    assert first.command is not None
    assert first.command.stdout.count("newly installed") == 1
    assert version(apt, "sr-one") == "installed 2.0"
    assert version(apt, "sr-dep") == "installed 1.0"
    assert version(apt, "sr-extra") == ""
    assert apt.round_trips(lambda: apt.do("apt", {"name": ["sr-one", "sr-two"]})) == 1
    assert (first.values["cache_updated"], isinstance(first.values["cache_update_time"], int)) == (False, True)


@slow
def test_versions_are_pinned_upgraded_and_downgraded_only_when_allowed(apt: SystemGuest) -> None:
    apt.twice("apt", {"name": "sr-one=1.*", "install_recommends": False})
    assert version(apt, "sr-one") == "installed 1.0"
    assert not apt.do("apt", {"name": "sr-one"}).changed
    apt.twice("apt", {"name": "sr-one", "state": "latest"})
    assert version(apt, "sr-one") == "installed 2.0"
    assert "failed" in apt.fails("apt", {"name": "sr-one=1.0"})
    apt.twice("apt", {"name": "sr-one=1.0", "allow_downgrade": True})
    apt.twice("apt", {"name": "sr-one>=1.5"})
    assert version(apt, "sr-one") == "installed 2.0"
    assert "no available installation candidate for sr-one>=3" in apt.fails("apt", {"name": "sr-one>=3"})
    assert "no available installation candidate for sr-one=9" in apt.fails("apt", {"name": "sr-one=9"})


@slow
def test_packages_go_with_or_without_their_configuration(apt: SystemGuest) -> None:
    apt.do("apt", {"name": "sr-one,sr-two"})
    apt.twice("apt", {"name": "sr-one", "state": "absent"})
    assert apt.sh("cat /etc/sr-one.conf") == "x\n"
    apt.twice("apt", {"name": "sr-one", "state": "absent", "purge": True})
    assert apt.sh("ls /etc/sr-one.conf 2>/dev/null || echo gone") == "gone\n"
    foreseen = apt.do("apt", {"name": "sr-two", "state": "absent", "autoremove": True}, check_mode=True)
    assert foreseen.command is not None
    assert "sr-dep" in foreseen.command.stdout
    apt.twice("apt", {"name": "sr-two", "state": "absent"})
    apt.twice("apt", {"autoremove": True, "purge": True})
    assert version(apt, "sr-dep") == ""
    assert not apt.do("apt", {"name": "no-such-package", "state": "absent"}).changed


@slow
def test_patterns_and_unknown_names(apt: SystemGuest) -> None:
    apt.twice("apt", {"name": "sr-[ot]*", "install_recommends": False})
    assert version(apt, "sr-two") == "installed 1.0"
    apt.twice("apt", {"name": "sr-*", "state": "absent"})
    assert "No package matching 'sr-none' is available" in apt.fails("apt", {"name": ["sr-one", "sr-none"]})
    assert version(apt, "sr-one") != "installed 2.0"
    assert "sr-none*" in apt.fails("apt", {"name": "sr-none*"})
    assert not apt.do("apt", {"name": "sr-one", "only_upgrade": True}).changed


@slow
def test_the_index_is_refreshed_when_it_is_old(apt: SystemGuest) -> None:
    source = {"update_cache": True, "cache_valid_time": 3600}
    apt.sh("touch -d '2 hours ago' /var/lib/apt/lists")
    assert apt.do("apt", source, check_mode=True).changed
    refreshed = apt.do("apt", source)
    assert refreshed.values["cache_update_time"] >= int(apt.sh("date +%s")) - 60
    assert not apt.do("apt", source).changed
    assert not apt.do("apt", source, check_mode=True).changed
    apt.sh("echo 'deb http://127.0.0.1:9/x y z' > /etc/apt/sources.list.d/broken.list")
    try:
        message = apt.fails("apt", {"update_cache": True, "update_cache_retries": 0})
    finally:
        apt.sh("rm /etc/apt/sources.list.d/broken.list")
    assert "cannot be refreshed" in message
    assert "127.0.0.1" in message


@slow
def test_a_package_file_is_installed_once_and_not_over_a_newer_one(apt: SystemGuest) -> None:
    file = {"deb": "/srv/repo/sr-newer_0.5_all.deb", "install_recommends": False}
    apt.twice("apt", file)
    apt.twice("apt", {"deb": "/srv/repo/sr-newer_1.0_all.deb", "install_recommends": False})
    kept = apt.do("apt", file)
    assert not kept.changed
    assert "1.0 is installed already" in kept.msg
    apt.twice("apt", file | {"allow_downgrade": True})
    assert "no package file" in apt.fails("apt", {"deb": "/etc/passwd"})


@slow
def test_a_lock_is_waited_for_and_its_holder_named(apt: SystemGuest) -> None:
    told: list[str] = []
    apt.sh(
        "setsid apt-get -y -o DPkg::Pre-Invoke::='touch /run/held; sleep 100' install sr-extra </dev/null >/dev/null "
        "2>&1 &\necho $! > /run/holder; until [ -e /run/held ]; do sleep 0.1; done; rm /run/held"
    )
    message = apt.fails("apt", {"name": "sr-one", "lock_timeout": 0}, progress=told.append)
    assert "is held by" in message
    assert told == []

    def release(seconds: float) -> None:
        apt.sh("kill -s KILL -- -$(cat /run/holder)")

    assert apt.do("apt", {"name": "sr-one", "lock_timeout": 30}, progress=told.append, sleep=release).changed
    assert "held by" in told[0]


@slow
def test_services_are_kept_from_starting_and_nothing_is_left(apt: SystemGuest) -> None:
    apt.sh("printf '#!/bin/sh\\nexit 0\\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d")
    before = apt.sh("ls -a /usr/sbin /tmp; cat /usr/sbin/policy-rc.d")
    apt.do("apt", {"name": "sr-one", "policy_rc_d": 101})
    assert apt.sh("ls -a /usr/sbin /tmp; cat /usr/sbin/policy-rc.d") == before
    apt.sh("rm /usr/sbin/policy-rc.d")


@slow
def test_everything_is_upgraded(apt: SystemGuest) -> None:
    apt.do("apt", {"name": "sr-one=1.0", "install_recommends": False})
    assert apt.do("apt", {"upgrade": "yes"}, check_mode=True).changed
    assert version(apt, "sr-one") == "installed 1.0"
    assert not apt.do("apt", {"clean": True}, check_mode=True).failed


def test_another_manager_is_named(busybox: Any) -> None:
    assert busybox.fails("apt", {"name": "x"}) == "`apt-get` is not installed on web1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "a", "deb": "b"}, "`name` and `deb` cannot be given together"),
        ({}, "one of `name`"),
        ({"name": "a b"}, "no name of a package"),
        ({"name": "a", "state": "installed"}, "absent"),
        ({"name": "a", "nonsense": 1}, "nonsense"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        AptArguments.model_validate(arguments)


def test_arguments_are_taken_as_ansible_takes_them() -> None:
    found = AptArguments.model_validate({"pkg": "a, b", "update-cache": "yes", "upgrade": False})
    assert (found.name, found.update_cache, found.upgrade) == (["a", "b"], True, "no")
    assert AptArguments.model_validate({"upgrade": True}).upgrade == "yes"
    assert AptArguments.model_validate({"cache_valid_time": 5}).updates


VERSIONS = ["1.0~rc1", "1.0", "1.0-1", "1.0-1+b1", "1.0a", "1.0+x", "1.10", "2", "1:0.1", "1:0.1-1~bpo", "1:0.1-1"]


def test_versions_are_ordered_as_dpkg_orders_them() -> None:
    for one in VERSIONS:
        for other in VERSIONS:
            dpkg = subprocess.run(["dpkg", "--compare-versions", one, "lt", other], check=False).returncode == 0
            assert (DebianVersion(one) < DebianVersion(other)) == dpkg, (one, other)


def test_words_are_taken_apart() -> None:
    word = parse_word("lib*:amd64>=1:2~x")
    assert (word.name, word.architecture, word.sign, word.version) == ("lib*", "amd64", ">=", "1:2~x")
    assert parse_word("a=1.*").allows("1.5")
    assert not parse_word("a=1.*").allows("2.1")


@pytest.mark.parametrize(
    ("said", "holder"),
    [
        (
            "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 12 (apt-get)",
            "apt-get (pid 12)",
        ),
        (
            "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)",
            "unattended-upgrade (pid 812)",
        ),
        ("E: Could not get lock /var/lib/apt/lists/lock - open (11: Resource)", "another process"),
        ("dpkg: error: dpkg frontend lock was locked by another process with pid 7", "process 7"),
        ("E: Unable to locate package x", None),
        ("E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?", None),
        ("ERROR: Unable to lock database: Permission denied", None),
    ],
)
def test_complaints_of_a_lock_are_known(said: str, holder: str | None) -> None:
    assert held_by(said) == holder


def test_what_apt_says_is_a_change_or_none() -> None:
    assert not changes("0 upgraded, 0 newly installed, 0 to remove and 3 not upgraded.\n")
    assert changes("0 upgraded, 0 newly installed, 1 downgraded, 0 to remove and 0 not upgraded.\n")
    assert changes(
        "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n1 not fully installed or removed.\n"
    )


def test_candidates_are_read() -> None:
    text = "bash:\n  Installed: 5.1\n  Candidate: 5.2\n  Version table:\n ***\n"
    text += "none:\n  Installed: (none)\n  Candidate: (none)\n"
    assert parse_policy(text) == {"bash": ("5.1", "5.2"), "none": ("", "")}
