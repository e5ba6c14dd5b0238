import pytest

from smolrun.modules.probe_package import ProbePackageArguments, _problems
from tests.modules.guest import Guest


def test_packages_of_this_machine(local: Guest) -> None:
    version = local.do("probe_package", {"name": "dpkg"}).values["version"]
    assert version
    assert not local.do("probe_package", {"name": "no-such-package", "state": "absent"}).failed
    assert local.fails("probe_package", {"name": "no-such-package"}) == "package no-such-package: it is not installed"


@pytest.mark.parametrize(
    ("arguments", "problems"),
    [
        ({}, []),
        ({"version": "1.22*"}, []),
        ({"version": "1.23"}, ["version 1.22.1-9 is installed, not 1.23"]),
        ({"state": "absent"}, ["version 1.22.1-9 is installed"]),
    ],
)
def test_versions(arguments: dict[str, str], problems: list[str]) -> None:
    assert _problems(ProbePackageArguments(name="nginx", **arguments), ["1.22.1-9"]) == problems
