"""``package`` and ``package_facts``."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.package import PackageArguments
from smolrun.modules.package_facts import READERS
from tests.modules.guest import Guest, SystemGuest


@pytest.mark.slow
def test_packages_come_by_the_guests_own_manager(system: SystemGuest) -> None:
    system.sh("dpkg -P sr-one >/dev/null 2>&1; :")
    wanted = {"name": "sr-one", "install_recommends": False}
    assert system.do("package", wanted, check_mode=True).changed
    assert system.do("package", wanted).changed
    assert not system.do("package", wanted, variables={"ansible_facts": {"pkg_mgr": "apt"}}).changed
    packages = system.do("package_facts").ansible_facts["packages"]
    assert packages["sr-one"][0]["version"] == "2.0"
    assert packages["bash"][0]["source"] == "apt"
    assert system.do("package", {"name": "sr-one", "state": "removed"}).changed
    assert "sr-one" not in system.do("package_facts").ansible_facts["packages"]
    assert "skip_broken" in system.fails("package", {"name": "sr-one", "skip_broken": True})


def test_guests_without_any_manager_are_told(busybox: Guest) -> None:
    assert "no package manager is installed on web1" in busybox.fails("package", {"name": "x"})
    assert "Could not detect" in busybox.fails("package_facts")
    assert "`opkg`, for which there is no module" in busybox.fails("package", {"name": "x", "use": "opkg"})


def test_arguments_no_manager_knows_are_told() -> None:
    with pytest.raises(ValidationError, match="no package manager's module has the argument `colour`"):
        PackageArguments.model_validate({"name": "x", "colour": 1})


def test_other_managers_lists_are_read() -> None:
    def read(manager: str, text: str) -> list[dict[str, Any]]:
        return list(READERS[manager](text))

    apk = read("apk", "C:x\nP:musl\nV:1.2.4-r2\nA:x86_64\n\nC:y\nP:zlib\nV:1.3\nA:x86_64\n")
    assert [(each["name"], each["version"], each["release"]) for each in apk] == [
        ("musl", "1.2.4", "r2"), ("zlib", "1.3", ""),
    ]  # fmt: skip
    assert read("rpm", "bash\t5.2\t1.fc40\t(none)\tx86_64\n")[0]["epoch"] is None
    assert read("apt", "config-files\tgone\t1\tall\tx\n") == []
