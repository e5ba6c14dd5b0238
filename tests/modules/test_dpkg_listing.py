"""What is kept of dpkg's packages between two tasks: never longer than dpkg's own files are the same."""

from collections.abc import Iterator

import pytest

from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.packages.debian_names import parse_word
from smolrun.modules.packages.dpkg_listing import KeptListing
from tests.modules.guest import SystemGuest

MAKE = """
mkdir -p /tmp/sr-kept/DEBIAN && cd /tmp && {{
	printf 'Package: sr-kept\\nVersion: %s\\nArchitecture: all\\n' {}
	printf 'Maintainer: x <x@x>\\nDescription: x\\n'
}} >sr-kept/DEBIAN/control &&
dpkg-deb -b sr-kept sr-kept.deb >/dev/null && dpkg -i sr-kept.deb >/dev/null 2>&1
"""


@pytest.fixture
def debian(system: SystemGuest) -> Iterator[SystemGuest]:
    yield system
    system.sh("dpkg -P sr-kept >/dev/null 2>&1; rm -rf /tmp/sr-kept*")


def test_what_others_do_to_packages_is_noticed(debian: SystemGuest) -> None:
    def due(word: str, state: str = "present") -> bool:
        return debian.do("apt", {"name": word, "state": state}, check_mode=True).changed

    for name in ("bash", "coreutils", "dpkg"):
        assert not due(name)
    assert not due("sr-kept", "absent")
    for version in ("1.0", "2.0"):
        debian.sh(MAKE.format(version))
        assert not due(f"sr-kept={version}")
        assert not due("sr-kep*,bash")
        assert due("sr-kept", "absent")
    debian.sh("dpkg -P sr-kept >/dev/null 2>&1")
    assert not due("sr-kept", "absent")


def test_dpkg_is_asked_for_all_once_and_then_not_at_all(debian: SystemGuest) -> None:
    names = ["bash", "coreutils", "dpkg", "grep"]
    assert debian.round_trips(lambda: [debian.do("apt", {"name": name}) for name in names]) == len(names)
    before = debian.sh("stat -c %X /var/lib/dpkg/status; touch -a -d @1000000000 /var/lib/dpkg/status")
    assert before
    assert not debian.do("apt", {"name": "sed"}).changed
    assert debian.sh("stat -c %X /var/lib/dpkg/status") == "1000000000\n", "nobody has read it"


def test_a_package_manager_is_looked_for_once(debian: SystemGuest) -> None:
    debian.do("package", {"name": "bash"})
    assert debian.round_trips(lambda: debian.do("package", {"name": "coreutils"})) == 1


def told(**facts: str) -> RawFacts:
    return RawFacts(list(facts.items()))


def test_some_packages_are_never_taken_for_all() -> None:
    kept, bash = KeptListing(), [parse_word("bash")]
    question = kept.question()
    assert question == {"whole": "", "known": "none"}
    row = "bash\tamd64\tinstalled\t5.2"
    assert [package.name for package in kept.answer(told(stamp="1", installed=row), question, bash)] == ["bash"]
    question = kept.question()
    assert question == {"whole": "yes", "known": "none"}
    assert kept.answer(told(stamp="1", installed=""), question, bash) == [], "dpkg-query has failed"
    assert kept.question()["known"] == "none"
    kept.answer(told(stamp="1", installed=row), {"whole": "yes"}, bash)
    assert kept.question()["known"] == "1"
    assert [package.version for package in kept.answer(told(stamp="1"), {"whole": "yes"}, bash)] == ["5.2"]


def test_where_dpkg_has_no_stamp_nothing_is_kept() -> None:
    kept, bash = KeptListing(), [parse_word("bash")]
    kept.answer(told(stamp="", installed="bash\tamd64\tinstalled\t5.2"), {"whole": "yes"}, bash)
    assert kept.question()["known"] == "none"
