"""What all tests of the client share."""

import pytest

from smolrun.ssh import kill


@pytest.fixture(autouse=True)
def time_to_kill(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives kills all the time they need on a machine that is busy with other tests, but where the limit is the point.

    Tests of a guest that does not answer carry the mark ``usefixtures("short_kill")``.
    """
    if "short_kill" not in request.fixturenames:
        monkeypatch.setattr(kill, "BUDGET", 60.0)


@pytest.fixture
def short_kill(monkeypatch: pytest.MonkeyPatch) -> float:
    """Seconds after which a kill on a guest that does not answer is given up here."""
    monkeypatch.setattr(kill, "BUDGET", 1.5)
    return 1.5
