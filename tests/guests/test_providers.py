"""Providers that other packages bring."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smolrun.errors import SmolVMError
from smolrun.guests.port import Resources
from smolrun.guests.providers import provider_named, provider_names

PACKAGE = """
from smolrun.guests.port import Resources
from smolrun.guests.settings import GuestSettings


class CloudSettings(GuestSettings):
    region: str = "here"


class CloudGuest:
    notice, refuses_become, resources = "", None, Resources("booted", vcpus=4)

    def __init__(self, name):
        self.name = name

    def start(self, deadline):
        return {"ansible_connection": "local"}

    def stop(self):
        pass

    def keep(self):
        return False


class Cloud:
    settings = CloudSettings

    def short(self, detail):
        return {"region": detail}

    def make(self, name, settings, instances):
        return CloudGuest(f"{name}")

    def destroy(self, instance):
        instance.remove()


PROVIDER = Cloud()
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with a provider ``cloud``, and one that does not load."""
    (tmp_path / "cloud_guests.py").write_text(PACKAGE)
    information = tmp_path / "cloud_guests-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: cloud-guests\nVersion: 1\n")
    points = "[smolrun.guests]\ncloud = cloud_guests:PROVIDER\nbroken = cloud_guests:NOTHING\n"
    (information / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("cloud_guests", None)


@pytest.mark.usefixtures("installed")
def test_a_package_brings_a_provider_by_its_entry_point() -> None:
    assert "cloud" in provider_names()
    cloud = provider_named("cloud")
    assert cloud.short("mars") == {"region": "mars"}
    assert cloud.settings.model_fields.keys() >= {"region", "boot_timeout"}


@pytest.mark.usefixtures("installed")
def test_one_that_does_not_load_is_told_with_its_place() -> None:
    with pytest.raises(SmolVMError, match=r"'broken' \(cloud_guests:NOTHING\) does not load"):
        provider_named("broken")


def test_a_run_uses_its_guest_as_any_other(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from smolrun.cli.guests.bringing_up import brought_up
    from smolrun.cli.guests.guest_of import guest_of_flag

    monkeypatch.setenv("XDG_STATE_HOME", str(installed / "state"))
    told: list[str] = []
    with brought_up([guest_of_flag("cloud:mars")], keep=False, seconds=5, note=told.append) as up:
        assert up.variables == {"cloud": {"ansible_connection": "local"}}
        assert up.guests["cloud"].resources == Resources("booted", vcpus=4)
    assert told[0] == "bringing up cloud (cloud)"
