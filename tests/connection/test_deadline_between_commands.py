"""A deadline that passes between two commands of one task is a timeout of the task: the guest is there and answers."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from smolrun.connection.pool import ConnectionPool
from smolrun.connection.session import GuestSession
from smolrun.connection.settings import Endpoint
from smolrun.connection.ssh import ClientOptions
from smolrun.deadline import Deadline
from smolrun.errors import ConnectError, OperationTimeoutError, SmolVMError


def clock(readings: int) -> Callable[[], float]:
    """A clock that stands still for so many readings, and is an hour later after them."""
    left = [readings]

    def read() -> float:
        left[0] -= 1
        return 0.0 if left[0] >= 0 else 3600.0

    return read


def command(guest: GuestSession) -> None:
    guest.script("true")


def row_of_readings(guest: GuestSession) -> None:
    for _ in range(3):  # from the second on, one shell answers them
        guest.read("", "true")


@pytest.mark.parametrize("work", [command, row_of_readings])
@pytest.mark.parametrize("silence", [0.0, 1.1], ids=["heard just now", "asked first"])
def test_wherever_it_passes_the_guest_is_not_called_unreachable(
    openssh: Any, silence: float, work: Callable[[GuestSession], None]
) -> None:
    endpoint = Endpoint(
        host=openssh.host, port=openssh.port, user=openssh.user, key_path=openssh.key_path, host_key=openssh.fingerprint
    )
    told = set()
    with ConnectionPool(ClientOptions(known_hosts=(), ssh_config="none")) as pool:
        connection = pool.get(endpoint)
        for readings in range(1, 20 if not silence else 8):
            connection.connect(Deadline.after(20))
            time.sleep(silence)
            guest = GuestSession(connection, Deadline.after(60, clock(readings)))
            try:
                work(guest)
            except SmolVMError as error:
                told.add((type(error), error.message.partition(";")[0]))
    assert {kind for kind, _ in told} == {OperationTimeoutError}, told
    assert (OperationTimeoutError, "the task did not end within 60 s") in told


def test_a_guest_that_has_stopped_answering_is_unreachable_all_the_same(openssh: Any, relay: Any) -> None:
    between = relay(openssh)
    endpoint = Endpoint(
        host=openssh.host, port=between.port, user=openssh.user, key_path=openssh.key_path, host_key=openssh.fingerprint
    )
    with ConnectionPool(ClientOptions(known_hosts=(), ssh_config="none")) as pool:
        connection = pool.get(endpoint)
        connection.connect(Deadline.after(20))
        between.freeze()
        time.sleep(3.5)
        with pytest.raises(ConnectError):
            GuestSession(connection, Deadline.after(1)).script("true")
