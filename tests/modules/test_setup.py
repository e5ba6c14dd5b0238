"""``setup``: facts by sh alone, in one round trip, on whatever the guest is."""

import os
import platform
import socket
from pathlib import Path

import pytest
from pydantic import ValidationError

from smolrun.modules.facts.distribution import distribution_facts, lsb_facts
from smolrun.modules.facts.hardware import mount_facts, processor_facts, virtual_facts
from smolrun.modules.facts.network import network_facts
from smolrun.modules.facts.python import python_facts
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.facts.subsets import MINIMUM, SECTIONS, sections_for
from smolrun.modules.facts.system import date_facts, service_facts
from tests.modules.guest import Guest, SystemGuest

COMMONEST = {
    "os_family", "distribution", "distribution_major_version", "distribution_release", "distribution_version",
    "architecture", "default_ipv4", "hostname", "service_mgr", "env", "system", "fqdn", "pkg_mgr", "selinux",
    "date_time", "processor_vcpus", "user_id", "virtualization_type", "mounts", "lsb", "kernel", "python",
    "memtotal_mb",
    "all_ipv4_addresses", "python_version", "nodename", "processor_count", "default_ipv6", "processor_cores",
    "all_ipv6_addresses", "interfaces", "machine", "domain", "virtualization_role", "user_dir", "user_gid", "fips",
    "processor", "user_uid", "memory_mb", "swaptotal_mb", "product_name", "distribution_file_variety", "system_vendor",
    "userspace_bits", "local", "gather_subset",
}  # fmt: skip


def raw(**texts: str) -> RawFacts:
    return RawFacts(list(texts.items()))


def test_the_commonest_facts_come_in_one_round_trip(guest: Guest) -> None:
    trips = guest.round_trips(lambda: guest.do("setup"))
    facts = guest.do("setup").ansible_facts
    expected = COMMONEST if guest.root == Path("/") else COMMONEST - {"distribution_file_variety"}
    assert expected - facts.keys() == set()
    assert trips == 1


def test_the_facts_of_this_machine_are_those_that_python_sees(local: Guest) -> None:
    facts = local.do("setup").ansible_facts
    release = platform.freedesktop_os_release()
    assert facts["kernel"] == platform.release()
    assert facts["machine"] == platform.machine()
    assert facts["nodename"] == socket.gethostname()
    assert facts["distribution_release"] == release.get("VERSION_CODENAME", "NA")
    assert facts["processor_nproc"] == len(os.sched_getaffinity(0))
    assert facts["memtotal_mb"] == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    assert facts["user_uid"] == os.getuid()
    assert {name for _, name in socket.if_nameindex()} == set(facts["interfaces"])
    root = next(mount for mount in facts["mounts"] if mount["mount"] == "/")
    assert root["size_total"] > 0


def test_a_bare_busybox_guest_has_facts(busybox: Guest) -> None:
    facts = busybox.do("setup").ansible_facts
    assert facts["system"] == "Linux"
    assert (facts["distribution"], facts["os_family"]) == ("OtherLinux", "OtherLinux")
    assert facts["python"] is None
    assert facts["user_dir"] == "/root"
    assert facts["date_time"]["epoch"].isdigit()
    assert facts["env"]["PATH"]
    assert facts["pkg_mgr"] == "unknown"


def test_values_are_registered_with_their_prefix(local: Guest) -> None:
    result = local.do("setup", {"gather_subset": "min"})
    assert result.values["ansible_facts"]["ansible_system"] == "Linux"
    assert not result.changed


def test_nothing_but_a_shell_is_needed(local: Guest, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    facts = local.do("setup", environment={"PATH": str(tmp_path / "none")}).ansible_facts
    assert facts["os_family"]


@pytest.mark.parametrize(
    ("subset", "there", "not_there"),
    [
        ("min", "os_family", "memtotal_mb"),
        (["!all"], "os_family", "interfaces"),
        (["!all", "network"], "interfaces", "mounts"),
        ("network,hardware", "mounts", "virtualization_type"),
        (["!hardware"], "interfaces", "memtotal_mb"),
        (["!all", "!min", "virtual"], "virtualization_type", "os_family"),
        (["distribution"], "os_family", "interfaces"),
    ],
)
def test_subsets(local: Guest, subset: object, there: str, not_there: str) -> None:
    facts = local.do("setup", {"gather_subset": subset}).ansible_facts
    assert there in facts
    assert not_there not in facts


def test_an_unknown_subset_is_refused(local: Guest) -> None:
    with pytest.raises(ValidationError, match="no subset '!nope'"):
        local.do("setup", {"gather_subset": ["!nope"]})
    assert sections_for([]) == SECTIONS["all"]
    assert sections_for(["!all"]) == MINIMUM


def test_the_filter_takes_patterns_with_and_without_prefix(local: Guest) -> None:
    facts = local.do("setup", {"filter": ["ansible_mem*_mb", "kernel"]}).ansible_facts
    assert set(facts) == {"memtotal_mb", "memfree_mb", "memory_mb", "kernel", "gather_subset", "module_setup"}


def test_local_facts_are_json_ini_or_programs(guest: Guest) -> None:
    guest.here("a.fact").write_text('{"x": [1]}')
    guest.here("b.fact").write_text("[section]\nKey=value\n")
    guest.here("it's.fact").write_text("#!/bin/sh\necho '[1, 2]'\n")
    guest.here("it's.fact").chmod(0o755)
    guest.here("bad.fact").write_text("#!/bin/sh\nexit 3\n")
    guest.here("bad.fact").chmod(0o755)
    local = guest.do("setup", {"gather_subset": "local", "fact_path": guest.folder}).ansible_facts["local"]
    assert local["a"] == {"x": [1]}
    assert local["b"] == {"section": {"key": "value"}}
    assert local["it's"] == [1, 2]
    assert "exit code 3" in local["bad"]


RELEASES = {
    "debian": ('ID=debian\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm', "12.5"),
    "ubuntu": ('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy', "bookworm/sid"),
    "alpine": ('NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.19.1', ""),
    "fedora": ('ID=fedora\nVERSION_ID=40\nVERSION="40 (Container Image)"', ""),
    "rocky": ('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.3"\nVERSION="9.3 (Blue Onyx)"', ""),
    "unknown": ('NAME="My OS"\nID=myos\nID_LIKE="foo debian"\nVERSION_ID=7', ""),
}


@pytest.mark.parametrize(
    ("name", "distribution", "version", "major", "release", "family"),
    [
        ("debian", "Debian", "12.5", "12", "bookworm", "Debian"),
        ("ubuntu", "Ubuntu", "22.04", "22", "jammy", "Debian"),
        ("alpine", "Alpine", "3.19.1", "3", "NA", "Alpine"),
        ("fedora", "Fedora", "40", "40", "NA", "RedHat"),
        ("rocky", "Rocky", "9.3", "9", "Blue Onyx", "RedHat"),
        ("unknown", "My OS", "7", "7", "NA", "Debian"),
    ],
)
def test_distributions_have_ansibles_names(
    name: str, distribution: str, version: str, major: str, release: str, family: str
) -> None:
    text, debian_version = RELEASES[name]
    facts = distribution_facts(raw(os_release_path="/etc/os-release", os_release=text, debian_version=debian_version))
    assert facts["distribution"] == distribution
    assert facts["distribution_version"] == version
    assert facts["distribution_major_version"] == major
    assert facts["distribution_release"] == release
    assert facts["os_family"] == family


def test_systems_older_than_os_release() -> None:
    facts = distribution_facts(raw(redhat_release="CentOS release 6.10 (Final)"))
    assert (facts["distribution"], facts["distribution_version"], facts["os_family"]) == ("CentOS", "6.10", "RedHat")
    assert distribution_facts(raw(alpine_release="3.2.0"))["distribution"] == "Alpine"


def test_lsb_is_only_told_where_the_guest_has_it() -> None:
    assert lsb_facts(raw(os_release="ID=debian")) == {"lsb": {}}
    ubuntu = 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_CODENAME=jammy\nDISTRIB_DESCRIPTION="Ubuntu 22.04"'
    lsb = lsb_facts(raw(lsb_release=ubuntu))["lsb"]
    assert lsb == {
        "id": "Ubuntu", "release": "22.04", "codename": "jammy", "description": "Ubuntu 22.04", "major_release": "22",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "manager"),
    [
        ([("init_name", "systemd")], "systemd"),
        ([("init_name", "init"), ("sign", "/run/systemd/system")], "systemd"),
        ([("init_name", "init"), ("sign", "/sbin/openrc"), ("sign", "/etc/init.d")], "openrc"),
        ([("init_name", "sh"), ("sign", "/etc/init.d")], "sysvinit"),
        ([("init_name", "runit-init")], "runit"),
        ([("init_name", "bash"), ("init_link", "/lib/systemd/systemd")], "systemd"),
        ([], "service"),
    ],
)
def test_service_managers(facts: list[tuple[str, str]], manager: str) -> None:
    assert service_facts(RawFacts(facts), "Debian")["service_mgr"] == manager


@pytest.mark.parametrize(
    ("tools", "family", "manager"),
    [
        (["apt-get"], "Debian", "apt"), (["apk"], "Alpine", "apk"), (["dnf", "yum"], "RedHat", "dnf"),
        (["yum"], "RedHat", "yum"), (["dnf", "apt-get"], "RedHat", "dnf"), (["apt-get", "dnf"], "Debian", "apt"),
        (["pacman"], "Archlinux", "pacman"), (["zypper"], "Suse", "zypper"), ([], "x", "unknown"),
    ],
)  # fmt: skip
def test_package_managers(tools: list[str], family: str, manager: str) -> None:
    assert service_facts(RawFacts([("tool", tool) for tool in tools]), family)["pkg_mgr"] == manager


def test_selinux() -> None:
    texts = raw(selinux_enforce="1", selinux_version="33", selinux_config="SELINUX=enforcing\nSELINUXTYPE=targeted")
    assert service_facts(texts, "RedHat")["selinux"] == {
        "status": "enabled", "mode": "enforcing", "config_mode": "enforcing", "type": "targeted", "policyvers": 33,
    }  # fmt: skip


IFCONFIG_BUSYBOX = """eth0      Link encap:Ethernet  HWaddr 52:54:00:12:34:56
          inet addr:10.0.2.15  Bcast:10.0.2.255  Mask:255.255.255.0
          inet6 addr: fe80::5054:ff:fe12:3456/64 Scope:Link
lo        Link encap:Local Loopback
          inet addr:127.0.0.1  Mask:255.0.0.0
"""
IFCONFIG_NET_TOOLS = """eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 10.0.2.15  netmask 255.255.255.0  broadcast 10.0.2.255
        inet6 fe80::5054:ff:fe12:3456  prefixlen 64  scopeid 0x20<link>
lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
"""
ROUTE = "Iface Destination Gateway Flags\neth0 00000000 0202000A 0003\n"


@pytest.mark.parametrize("ifconfig", [IFCONFIG_BUSYBOX, IFCONFIG_NET_TOOLS], ids=["busybox", "net-tools"])
def test_addresses_from_ifconfig(ifconfig: str) -> None:
    facts = network_facts(raw(ifconfig=ifconfig, route4=ROUTE))
    assert facts["all_ipv4_addresses"] == ["10.0.2.15"]
    assert facts["all_ipv6_addresses"] == ["fe80::5054:ff:fe12:3456"]
    default = facts["default_ipv4"]
    assert default["gateway"] == "10.0.2.2"
    assert (default["address"], default["netmask"], default["network"]) == ("10.0.2.15", "255.255.255.0", "10.0.2.0")
    assert facts["eth0"]["ipv6"][0]["scope"] == "link"


IP_ADDRESSES = """2: eth0    inet 192.0.2.10/24 brd 192.0.2.255 scope global eth0\\ valid_lft forever
2: eth0    inet 192.0.2.11/24 scope global secondary eth0
2: eth0    inet6 2001:db8::1/64 scope global
3: br-x@if4    inet 198.51.100.1/30 scope global br-x
rubbish from a guest
"""


def test_addresses_from_ip() -> None:
    texts = [
        ("interface", "eth0"), ("address", "52:54:00:12:34:56"), ("mtu", "1500"), ("flags", "0x1003"), ("kind", "1"),
        ("interface", "br-x"), ("flags", "0x1002"), ("bridge", "yes"),
        ("ip_addresses", IP_ADDRESSES),
        ("ip_route4", "default via 192.0.2.1 dev eth0 src 192.0.2.11\n192.0.2.0/24 dev eth0"),
        ("ip_route6", "default via fe80::1 dev eth0 metric 1024"),
    ]  # fmt: skip
    facts = network_facts(RawFacts(texts))
    assert facts["interfaces"] == ["eth0", "br-x"]
    assert facts["br_x"]["type"] == "bridge"
    assert facts["eth0"]["ipv4_secondaries"][0]["address"] == "192.0.2.11"
    assert facts["default_ipv4"]["address"] == "192.0.2.11"
    assert facts["default_ipv4"]["macaddress"] == "52:54:00:12:34:56"
    assert facts["default_ipv6"] | {} == {
        "interface": "eth0", "alias": "eth0", "gateway": "fe80::1", "macaddress": "52:54:00:12:34:56", "mtu": 1500,
        "type": "ether", "address": "2001:db8::1", "prefix": "64", "scope": "global",
    }  # fmt: skip


def test_a_guest_without_network_has_empty_defaults() -> None:
    facts = network_facts(raw())
    assert (facts["default_ipv4"], facts["all_ipv4_addresses"], facts["interfaces"]) == ({}, [], [])


def test_processors_of_x86_and_arm() -> None:
    block = "processor\t: {}\nvendor_id\t: X\nmodel name\t: M\nphysical id\t: {}\nsiblings\t: 4\ncpu cores\t: 2\n"
    text = "\n".join(block.format(number, number // 4) for number in range(8))
    facts = processor_facts(raw(cpuinfo=text, nproc="8"))
    names = ("processor_count", "processor_cores", "processor_threads_per_core", "processor_vcpus", "processor_nproc")
    assert [facts[name] for name in names] == [2, 2, 2, 8, 8]
    facts = processor_facts(raw(cpuinfo="processor\t: 0\nBogoMIPS\t: 1\n\nprocessor\t: 1\nBogoMIPS\t: 1\n"))
    assert [facts[name] for name in names] == [2, 1, 1, 2, 2]
    assert processor_facts(raw(nproc="3"))["processor_vcpus"] == 3


@pytest.mark.parametrize(
    ("facts", "kind", "role"),
    [
        ([("virtual_sign", "/.dockerenv"), ("vendor", "QEMU")], "docker", "guest"),
        ([("virtual_sign", "/run/.containerenv")], "podman", "guest"),
        ([("init_environment", "container=lxc\0PATH=/bin")], "lxc", "guest"),
        ([("product", "Standard PC (Q35)"), ("vendor", "QEMU")], "kvm", "guest"),
        ([("product", "VirtualBox")], "virtualbox", "guest"),
        ([("product", "VMware Virtual Platform")], "VMware", "guest"),
        ([("cpu_virtual", "flags\t\t: fpu hypervisor lm")], "kvm", "guest"),
        ([("virtual_sign", "/dev/kvm")], "kvm", "host"),
        ([], "NA", "NA"),
    ],
)
def test_virtualization(facts: list[tuple[str, str]], kind: str, role: str) -> None:
    found = virtual_facts(RawFacts(facts))
    assert (found["virtualization_type"], found["virtualization_role"]) == (kind, role)


def test_mounts_with_blanks_in_their_names() -> None:
    texts = raw(
        mounts="/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /mnt/a\\040b vfat ro 0 0\nproc /proc proc rw 0 0\n"
        "server:/x /n nfs rw 0 0",
        df="Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100 40 60 40% /\n"
        "/dev/sdb1 10 4 6 40% /mnt/a b\n",
        uuid="1234-ABCD /dev/sdb1",
    )
    mounts = {mount["mount"]: mount for mount in mount_facts(texts)["mounts"]}
    assert set(mounts) == {"/", "/mnt/a b", "/n"}
    assert mounts["/"]["size_available"] == 60 * 1024
    assert (mounts["/mnt/a b"]["uuid"], mounts["/mnt/a b"]["block_total"]) == ("1234-ABCD", 10)


def test_the_clock_is_told_in_all_its_forms() -> None:
    date = date_facts(raw(date="2024 02 29 13 05 09 1709208309 CET +0100 Thursday 4 09"))["date_time"]
    assert (date["date"], date["time"], date["epoch"], date["weekday"]) == (
        "2024-02-29",
        "13:05:09",
        "1709208309",
        "Thursday",
    )
    assert (date["iso8601"], date["tz"], date["tz_offset"]) == ("2024-02-29T12:05:09Z", "CET", "+0100")
    assert date_facts(raw(date="rubbish")) == {}


def test_python_is_told_where_there_is_one() -> None:
    facts = python_facts(raw(python_path="/usr/bin/python3", python_version="Python 3.11.2"))
    assert facts["python_version"] == "3.11.2"
    assert facts["python"]["version"]["major"] == 3


APT = "python3:\n  Installed: (none)\n  Candidate: 3.11.2-1+b1\n  Version table:\n     3.11.2-1+b1 500\n"
APK = "python3 policy:\n  3.12.8-r1:\n    https://dl-cdn.alpinelinux.org/alpine/v3.21/main\n"


@pytest.mark.parametrize(
    ("texts", "version"),
    [
        ({"python_offered": APT, "os_release": "ID=debian\nVERSION_ID=11"}, "3.11.2"),
        ({"python_offered": APK, "os_release": "ID=alpine\nVERSION_ID=3.22.0"}, "3.12.8"),
        ({"python_offered": APT.replace("3.11.2-1+b1", "(none)"), "os_release": "ID=debian\nVERSION_ID=11"}, "3.9.2"),
        ({"os_release": 'ID=debian\nVERSION_ID="12"'}, "3.11.2"),
        ({"os_release": "ID=debian"}, "3.13.5"),
        ({"os_release": "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=22.04"}, "3.10.12"),
        ({"os_release": 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID=22.1'}, "3.13.7"),
        ({"os_release": "ID=alpine\nVERSION_ID=3.20.3"}, "3.12.11"),
        ({"os_release": 'ID=rocky\nID_LIKE="rhel centos fedora"\nVERSION_ID=9.4'}, "3.9.21"),
        ({"os_release": "ID=buildroot\nVERSION_ID=1"}, None),
        ({}, None),
    ],
)
def test_without_python_it_is_what_the_distribution_would_install(texts: dict[str, str], version: str | None) -> None:
    facts = python_facts(raw(**texts))
    assert facts["python_version"] == version
    if version is None:
        assert facts["python"] is None
    else:
        assert facts["python"]["version"]["minor"] == int(version.split(".")[1])
        assert facts["python"]["executable"] == "/usr/bin/python3"


@pytest.mark.slow
def test_a_debian_without_python_tells_of_its_own(system: SystemGuest) -> None:
    system.sh("! command -v python3")
    for cache in ("rm -f /var/cache/apt/*.bin", "apt-get -qq update"):
        system.sh(cache)
        assert system.do("setup").ansible_facts["python"]["version"]["minor"] == 11
