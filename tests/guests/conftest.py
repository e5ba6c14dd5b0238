"""Fixtures of this folder."""

from pathlib import Path

import pytest

from smolrun.guests.instances.folder import InstanceFolder
from tests.guests.marks import mark as mark
from tests.servers.tiny_vm import TinyImage, tiny_image


@pytest.fixture
def instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstanceFolder:
    """The folder of all machines, empty."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return InstanceFolder.of_user()


@pytest.fixture(scope="session")
def tiny() -> TinyImage:
    return tiny_image()
