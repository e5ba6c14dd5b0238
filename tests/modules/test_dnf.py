"""``dnf`` and ``yum``: the real DNF on a Debian guest, with a repository of its own."""

from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.packages.dnf_arguments import RpmArguments
from smolrun.modules.packages.dnf_command import command
from smolrun.modules.packages.rpm_versions import compare
from tests.modules.guest import Guest, SystemGuest


def do(guest: SystemGuest, arguments: dict[str, Any], **context: Any) -> Any:
    return guest.do("dnf", arguments, timeout=120, **context)


@pytest.mark.slow
def test_packages_come_and_go(fedora: SystemGuest) -> None:
    done = fedora.twice("dnf", {"name": "beta"}, timeout=120)
    assert done.values["results"] == ["Installed: alpha-2.0-1.noarch", "Installed: beta-1.0-1.noarch"]
    assert done.values["rc"] == 0
    assert fedora.round_trips(lambda: do(fedora, {"name": ["beta", "alpha"]})) == 1
    foreseen = do(fedora, {"name": "alpha", "state": "absent"}, check_mode=True)
    assert sorted(foreseen.values["results"]) == ["Removed: alpha-2.0-1.noarch", "Removed: beta-1.0-1.noarch"]
    fedora.twice("dnf", {"name": "alpha", "state": "absent"}, timeout=120)
    assert fedora.sh("rpm -qa") == ""


@pytest.mark.slow
def test_versions(fedora: SystemGuest) -> None:
    fedora.twice("yum", {"name": "alpha-1.0"}, timeout=120)
    assert not do(fedora, {"name": "alpha"}).changed
    assert not do(fedora, {"name": "alpha", "state": "latest", "update_only": True}, check_mode=True).failed
    fedora.twice("dnf", {"name": "alpha", "state": "latest"}, timeout=120)
    assert fedora.sh("rpm -q alpha").strip() == "alpha-2.0-1.noarch"
    assert not do(fedora, {"name": "alpha-1.0"}).changed  # what is there is newer
    fedora.twice("dnf", {"name": "alpha-1.0", "allow_downgrade": True}, timeout=120)
    fedora.twice("dnf", {"name": "*", "state": "latest"}, timeout=120)
    assert fedora.sh("rpm -q alpha").strip() == "alpha-2.0-1.noarch"


@pytest.mark.slow
def test_files_groups_and_what_is_left_over(fedora: SystemGuest) -> None:
    fedora.twice("dnf", {"name": "/srv/rpm/noarch/gamma-tools-1.5-1.noarch.rpm"}, timeout=120)
    assert not do(fedora, {"name": "/opt/gamma-tools"}).changed  # by what it holds
    do(fedora, {"name": "beta"})
    assert do(fedora, {"name": "beta", "state": "absent"}).values["results"] == ["Removed: beta-1.0-1.noarch"]
    fedora.twice("dnf", {"autoremove": True}, timeout=120)
    assert fedora.sh("rpm -qa --qf '%{NAME}\n'").split() == ["gamma-tools"]
    assert do(fedora, {"name": "gamma*", "state": "absent"}).changed


@pytest.mark.slow
def test_what_is_not_there_is_told(fedora: SystemGuest) -> None:
    message = fedora.fails("dnf", {"name": ["nope", "alpha"]}, timeout=120)
    assert message == "Failed to install some of the specified packages: No package nope available."
    assert fedora.sh("rpm -qa") == ""
    assert "nope" in fedora.fails("dnf", {"name": "nope"}, check_mode=True)
    assert not do(fedora, {"name": "nope", "state": "absent"}).changed
    assert do(fedora, {"name": ["nope", "alpha"], "skip_broken": True, "nobest": True}) is not None


@pytest.mark.slow
def test_lists_and_the_index(fedora: SystemGuest) -> None:
    refreshed = do(fedora, {"update_cache": True})
    assert not refreshed.changed
    do(fedora, {"name": "alpha-1.0", "update_cache": True})
    found = do(fedora, {"list": "alpha"}).values["results"]
    assert {(one["version"], one["yumstate"]) for one in found} >= {("1.0", "installed"), ("2.0", "available")}
    assert [one["version"] for one in do(fedora, {"list": "updates"}).values["results"]] == ["2.0"]
    assert do(fedora, {"list": "repos"}).values["results"] == [{"repoid": "local", "state": "enabled"}]
    assert do(fedora, {"name": "gamma-tools", "disablerepo": "local"}, check_mode=True).failed


@pytest.mark.slow
def test_package_finds_it(fedora: SystemGuest) -> None:
    assert fedora.do("package", {"name": "alpha", "use": "dnf"}, timeout=120).changed
    assert not fedora.do("package", {"name": "alpha", "use": "dnf5"}, timeout=120).changed


@pytest.mark.slow
def test_versions_are_ordered_as_rpm_orders_them(fedora: SystemGuest) -> None:
    versions = [
        "1",
        "1.0",
        "1.0.1",
        "1.0~rc1",
        "1.0^git1",
        "1.10",
        "1.9",
        "1a",
        "1.a",
        "a",
        "10",
        "1.0.a",
        "2~",
        "2",
        "2^",
    ]
    pairs = list(product(versions, versions))
    lines = "".join(f'print(rpm.vercmp("{one}", "{other}") .. " ")\n' for one, other in pairs)
    told = fedora.sh(f"rpm --eval '%{{lua:{lines}}}'").split()
    wrong = [
        (one, other, sign)
        for (one, other), sign in zip(pairs, map(int, told), strict=True)
        if (compare(one, other) > 0) - (compare(one, other) < 0) != sign
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("one", "other", "sign"),
    [
        ("1.0-1", "1.0-2", -1), ("1.0", "1.0-2", 0), ("1:1.0", "2.0", 1), ("0:1.0-1", "1.0", 0), ("1.0~rc1", "1.0", -1),
        ("1.0^git1", "1.0", 1), ("1.0^git1", "1.0.1", -1), ("1.10", "1.9", 1), ("1a", "1", 1),
    ],
)  # fmt: skip
def test_order_of_versions(one: str, other: str, sign: int) -> None:
    assert (compare(one, other) > 0) - (compare(one, other) < 0) == sign
    assert (compare(other, one) > 0) - (compare(other, one) < 0) == -sign


def test_what_is_said_to_dnf() -> None:
    arguments = RpmArguments.model_validate({
        "name": "a", "enablerepo": "x,y", "disable_gpg_check": True, "nobest": True, "install_weak_deps": False,
        "exclude": ["k*"], "disable_plugin": "z", "update_cache": True, "security": True, "lock_timeout": 5,
        "installroot": "/mnt", "releasever": 9, "conf_file": "/c", "validate_certs": False, "allowerasing": True,
    })  # fmt: skip
    assert " ".join(command(arguments, "dnf", "install", "a")) == (
        "dnf -y --enablerepo=x --enablerepo=y --disableplugin=z --exclude=k* --setopt=best=0 "
        "--setopt=install_weak_deps=0 --setopt=sslverify=0 --setopt=clean_requirements_on_remove=0 --nogpgcheck "
        "--allowerasing --refresh -c /c "
        "--installroot=/mnt --releasever=9 install a"
    )
    assert "--refresh" not in command(arguments, "yum", "upgrade")
    assert "--security" in command(arguments, "yum", "upgrade")


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    assert busybox.fails("dnf", {"name": "x"}) == "`dnf` is not installed on web1"  # BusyBox has an rpm


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "one of `name`"),
        ({"name": "a", "list": "b"}, "cannot be given together"),
        ({"name": "a", "best": True, "nobest": True}, "cannot be given together"),
        ({"autoremove": True, "state": "latest"}, "autoremove"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RpmArguments.model_validate(arguments)
