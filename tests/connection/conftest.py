"""What all tests of connections share."""

import pytest

from smolrun.ssh import kill


@pytest.fixture(autouse=True)
def time_to_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives kills over SSH all the time they need on a machine that is busy with other tests."""
    monkeypatch.setattr(kill, "BUDGET", 60.0)
