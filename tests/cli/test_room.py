import os

import pytest

from smolrun.cli.guests import room
from smolrun.guests.wanted import WantedGuest, guest_from


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight processors, 4 GiB free."""
    monkeypatch.setattr(room, "free_memory", lambda: 4096)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))


def boxes(*sizes: str) -> list[WantedGuest]:
    return [guest_from(f"g{n}", "qemu", {"image": "x", "memory": size}) for n, size in enumerate(sizes)]


@pytest.mark.usefixtures("machine")
def test_as_many_run_as_processors_and_memory_allow() -> None:
    assert room.room_for(boxes(*["128M"] * 20)) == 8
    assert room.room_for(boxes(*["1G"] * 20)) == 3
    assert room.room_for(boxes("64G")) == 1
    assert room.room_for([guest_from("e", "embedded", {})] * 20) == 8


@pytest.mark.usefixtures("machine")
def test_guests_that_do_not_fit_together_are_told() -> None:
    assert room.too_large(boxes("2G", "2G")) is None
    assert room.too_large(boxes("4G", "1G")) == (
        "the guests of this run have 5120 MiB of memory together, and 4096 MiB are free on this machine"
    )
